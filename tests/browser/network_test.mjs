// SPDX-License-Identifier: Apache-2.0
// The page "Network" in a real browser, on the reference hospital and the real engine:
// node network_test.mjs PAGE_SERVER HOSPITAL_SERVER. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { declared } from "./hospital.mjs";
import { active, cell, choose, find, group, machine, nodes, offer, order, reads, twoPersons, withHospital } from "./network_page.mjs";
import { lowContrast, until } from "./page.mjs";

const hosts = declared();
const infected = hosts.get("rea-pc-040");
const nodesMax = 4000; // in the document, however many hosts there are
test("the whole estate lies folded by unit, in order, with few nodes in the document", () =>
  withHospital(async (page) => {
    await reads(page.locator("#network-summary"), /4\s546 machines$/u);
    await reads(page.locator("#network-summary"), "Infectées 0");
    const names = await page.locator('[role="treeitem"]').evaluateAll((rows) => rows.map((row) => row.dataset.group));
    assert.ok(names.length >= 10);
    assert.deepEqual(names, [...names].sort(new Intl.Collator("fr", { numeric: true }).compare));
    assert.ok((await nodes(page)) < nodesMax);
    const left = (locator) => locator.evaluate((node) => node.getBoundingClientRect().left + node.clientWidth / 2);
    for (const [i, column] of ["infected", "suspect", "unproven", "waits", "holds", "protected", "stranger"].entries()) {
      const apart = (await left(page.locator(".map-head .cell").nth(i))) - (await left(cell(page.locator("[data-group]").first(), column)));
      assert.ok(Math.abs(apart) < 8, `${column} stands ${apart} px beside its word`);
    }
    const rea = group(page, "Réanimation polyvalente");
    await find(page, "réanimation polyvalente");
    await reads(rea, "16 lits");
    assert.ok(Number(await cell(rea, "protected").innerText()) > 20, "ventilators and monitors are protected");
  }));

test("the keyboard walks, opens and closes, and says where it is", () =>
  withHospital(async (page) => {
    const tree = page.locator('[role="tree"]');
    await tree.focus();
    await page.keyboard.press("Home");
    assert.equal(await active(page), "Accueil de l'EHPAD");
    await page.keyboard.press("ArrowDown");
    const second = await active(page);
    assert.notEqual(second, "Accueil de l'EHPAD");
    await page.keyboard.press("Enter");
    const row = group(page, second);
    assert.equal(await row.getAttribute("aria-expanded"), "true");
    assert.equal(await row.getAttribute("aria-level"), "1");
    assert.equal(await row.getAttribute("aria-posinset"), "2");
    await page.keyboard.press("ArrowRight");
    const first = await active(page);
    assert.ok(hosts.has(first), first);
    assert.equal(await machine(page, first).getAttribute("aria-level"), "2");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await active(page), second);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await row.getAttribute("aria-expanded"), "false");
    const outline = await row.evaluate((node) => getComputedStyle(node).outlineStyle);
    assert.equal(outline, "solid", "the active row is seen to have the focus");
    await page.keyboard.press("End");
    assert.equal(await active(page), "USIP Soins intensifs polyvalents");
    const box = await group(page, await active(page)).boundingBox();
    const map = await tree.boundingBox();
    assert.ok(box.y >= map.y && box.y + box.height <= map.y + map.height + 1, "what is active is in sight");
  }));

test("however many groups are open, and however far one scrolls, the document stays small", () =>
  withHospital(async (page) => {
    await find(page, "1"); // nearly every host has a 1 somewhere
    await reads(page.locator("#found"), /4\s546 machines trouvées/u);
    assert.ok((await nodes(page)) < nodesMax, `${await nodes(page)} nodes`);
    await page.locator('[role="tree"]').focus();
    await page.keyboard.press("End");
    assert.ok(hosts.has(await active(page)));
    assert.ok((await nodes(page)) < nodesMax, `${await nodes(page)} nodes`);
    const rows = page.locator('[role="treeitem"]');
    assert.ok((await rows.count()) < 80);
    assert.equal(await page.evaluate(() => document.querySelector(".tree-space").offsetHeight / document.querySelector(".tree .row").offsetHeight > 4546), true);
  }));

test("a search finds by name, address, MAC, unit, VLAN and role, without accents, and Escape ends it", () =>
  withHospital(async (page) => {
    const finds = async (text, name, n) => {
      await find(page, text);
      await machine(page, name).waitFor();
      if (n !== undefined) await reads(page.locator("#found"), n === 1 ? /^1 machine trouvée$/u : `${n} machines trouvées`);
    };
    await finds("rea-pc-040", "rea-pc-040", 1);
    await finds("10.16.58.50", "rea-pc-040", 1);
    await finds("02:5a:00:00:03:f5", "rea-pc-040", 1);
    await finds("vlan 590 040", "rea-pc-040");
    await finds("reanimation poste 040", "rea-pc-040", 1);
    await finds("REANIMATION workstation 040", "rea-pc-040", 1);
    for (const text of ["ech", "Éch"]) {
      await find(page, text);
      await reads(page.locator("#found"), "207 machines trouvées");
      const rows = await page.locator('[role="treeitem"]').evaluateAll((nodes) => {
        const map = document.querySelector('[role="tree"]').getBoundingClientRect();
        const tops = nodes.map((node) => ({ name: node.dataset.machine ?? node.dataset.group, top: node.getBoundingClientRect().top }));
        return tops.filter(({ top }) => top < map.bottom - 10).sort((a, b) => a.top - b.top).map(({ name }) => name);
      });
      const machines = rows.filter((name) => hosts.has(name));
      assert.ok(machines.length > 5 && machines.every((name) => name.includes("-ech-")), rows.join(", "));
    }
    await finds("rea ech", "rea-ech-01");
    assert.equal(await page.locator('[role="treeitem"][data-machine]').first().getAttribute("data-machine"), "rea-ech-01", "two parts of a name");
    await find(page, "rien de tel");
    await reads(page.locator("#network .none"), "Aucune machine ne correspond.");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#search").inputValue(), "");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "tree");
    await reads(page.locator("#network-summary"), /4\s546 machines/u);
  }));

test("by network the VLAN stands beside the name, and the choice survives the language", () =>
  withHospital(async (page) => {
    await page.getByRole("button", { name: "Par réseau (VLAN)" }).click();
    await find(page, "postes-critique");
    await reads(group(page, "postes-critique"), "VLAN 590 · 10.16.58.0/24");
    await page.keyboard.press("Escape");
    await page.locator("#language").click();
    assert.equal(await page.getByRole("button", { name: "By network (VLAN)" }).getAttribute("aria-pressed"), "true");
    await reads(page.locator("#network-summary"), "4,546 hosts");
    await reads(page.locator(".keys"), "walk");
    await page.reload();
    await reads(page.locator("#network-summary"), "4,546 hosts"); // the address names the page
    await page.keyboard.press("1");
    await page.locator("#cuts").waitFor();
    assert.equal(new URL(page.url()).hash, "#situation");
    await page.keyboard.press("2");
    await page.locator("#network").waitFor();
    await page.goBack();
    await page.locator("#cuts").waitFor();
  }));

test("what wants a person comes first, with its cut, and the cut is held only when it is proven", () =>
  withHospital(async (page, hospital) => {
    hospital.holds = false;
    hospital.attack(infected);
    const rea = page.locator('[role="treeitem"]').first();
    await reads(rea, "Réanimation polyvalente");
    await cell(rea, "infected").locator("svg").waitFor();
    await cell(rea, "unproven").locator("svg").waitFor();
    assert.equal(await cell(rea, "infected").getAttribute("aria-label"), "1 infecté");
    assert.equal(await cell(rea, "infected").getAttribute("data-tone"), "alarm");
    await reads(page.locator("#network-summary"), "Infectées 1");
    assert.equal(await cell(rea, "holds").locator("svg").count(), 0);
    assert.equal(await page.locator('[role="tree"]').evaluate((tree) => tree.scrollTop), 0, "it is in sight");
    hospital.holds = true;
    for (const effect of [...hospital.effects]) hospital.carryOut(effect);
    await cell(rea, "holds").locator("svg").waitFor();
    assert.equal(await cell(rea, "infected").getAttribute("data-tone"), "warn");
    await page.locator('[role="tree"]').focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    assert.equal(await active(page), "rea-pc-040", "the infected host stands first in its group");
    await page.keyboard.press("Enter");
    const detail = page.locator("#detail");
    await reads(detail, "infecté");
    await reads(detail.locator("[data-cut]"), "tient");
    await detail.getByRole("button", { name: /pourquoi : verdict/u }).click();
    await until(page, () => document.activeElement.closest("tr[data-sequence]") !== null);
    await reads(page.locator("tr[data-sequence]:focus"), "infecté");
  }));

test("a host's panel tells what is known of it and what each cut would touch", () =>
  withHospital(async (page, hospital) => {
    hospital.seen(infected);
    await choose(page, "rea-pc-040");
    const detail = page.locator("#detail");
    for (const word of ["poste", "Réanimation polyvalente", "postes-critique (VLAN 590)", "10.16.58.50", "déclarée", "sw-b-11/5"]) {
      await reads(detail, word);
    }
    await reads(detail, "vue par une sonde");
    const isolate = offer(page, "isolate rea-pc-040");
    await reads(isolate, /coûte [\d,\s]+ heures-patients/u);
    await reads(isolate.locator(".care li"), /Réanimation polyvalente : .+ lits/u);
    await reads(isolate, "dès qu’une personne");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#detail").count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "tree");
    await choose(page, "rea-ven-01");
    await reads(offer(page, "isolate rea-ven-01"), "Impossible : équipement protégé, jamais coupé.");
    assert.equal(await offer(page, "isolate rea-ven-01").getByRole("button").count(), 0);
    await choose(page, "srv-fic");
    await reads(offer(page, "isolate srv-fic"), "deux personnes. Attend l’accord de : cybersécurité + direction");
  }));

test("flows that were seen and nobody declared lie folded in the host's panel, with their port", () =>
  withHospital(async (page, hospital) => {
    hospital.seen(infected);
    hospital.flow(infected, hosts.get("srv-fic").addresses.split("|")[0], 1521);
    hospital.flow(infected, "192.0.2.7", 50001);
    hospital.flow(infected, hosts.get("srv-fic").addresses.split("|")[0], 514, "udp", "one_way");
    hospital.flow(infected, "192.0.2.8", 0, "udp", "unclear");
    await until(page, async () => (await (await fetch("/api/offers?host=rea-pc-040")).json()).seen_flows.list.length === 4);
    await choose(page, "rea-pc-040");
    const flows = page.locator("#seen-flows");
    await reads(flows.locator("summary"), "Flux vus, que personne n’a déclarés : 4");
    await flows.locator("summary").click();
    await reads(flows.locator("li"), /vers srv-fic, port 1521.*vu d’abord/u);
    await reads(flows.locator("li"), /vers 192\.0\.2\.7, port attribué à la demande/u);
    await reads(flows.locator("li"), /vers srv-fic, port 514\/udp.* ; sens unique, sans réponse vue$/u);
    await reads(flows.locator("li"), /vers 192\.0\.2\.8, port UDP attribué à la demande.* ; le serveur est déduit des ports$/u);
    await reads(flows, "On ne sait pas quel soin en dépend");
    await page.keyboard.press("Escape");
    await choose(page, "srv-fic");
    await flows.evaluate((node) => node.setAttribute("open", ""));
    await reads(page.locator("#seen-flows li"), /depuis rea-pc-040, port 1521/u);
  }));

test("two persons isolate a host on which patients depend, the plan tells the difference, and one takes it back", () =>
  withHospital(async (page, hospital, open) => {
    const second = await twoPersons(page, hospital, open);
    hospital.attack(infected);
    await reads(page.locator("#network-summary"), "Coupures tenues 1");
    await choose(page, "srv-fic");
    await order(page, "isolate srv-fic", "Ordonner… : isolement du réseau : srv-fic", "Ordonner", "les partages sont chiffrés");
    const line = page.locator('#detail [data-line="isolate srv-fic"]');
    await reads(line, "Attend l’accord de : cybersécurité + direction ; déjà donné par a.durand");
    await reads(offer(page, "isolate srv-fic"), "Ordonné par a.durand (les partages sont chiffrés).");
    await reads(page.locator("#plan .compare"), "Le plan d’avant");
    await reads(page.locator("#plan .compare"), /Ce plan[\d\s,]+heures-patients avec ce qui est en place \(ligne à ligne : coupures/u);
    await reads(page.locator("#network-summary"), /Décisions attendues [1-9]/u);
    await line.getByRole("button", { name: "Approuver" }).click();
    await reads(line.locator(".outcome[data-refused]"), "Refusé : la même personne n'approuve qu'une fois");

    await choose(second, "srv-fic");
    await second.locator('#detail [data-line="isolate srv-fic"]').getByRole("button", { name: "Approuver" }).click();
    const isolated = page.locator("#detail [data-cut]").filter({ hasText: "isolement du réseau" });
    await reads(isolated, "tient");
    assert.ok(hospital.effects.some((effect) => effect.type === "apply_cut" && effect.action === "isolate"));
    await reads(offer(page, "isolate srv-fic"), "Déjà en place");

    await isolated.getByRole("button", { name: "Lever la coupure" }).click();
    await page.keyboard.type("fausse alerte");
    await page.keyboard.press("Enter");
    await isolated.waitFor({ state: "detached" });
    assert.ok(hospital.effects.some((effect) => effect.type === "lift_cut"));
    await reads(offer(page, "isolate srv-fic"), "Interdit par a.durand (fausse alerte)."); // until left to the model
  }, { refusals: true }));

test("what costs nobody anything is done when one person orders it, and what is forbidden can be left to the model again", () =>
  withHospital(async (page, hospital, open) => {
    await twoPersons(page, hospital, open);
    await choose(page, "rea-pc-039");
    const shield = offer(page, "shield rea-pc-039");
    await reads(shield, "Aucun soin connu n’en dépend.");
    await reads(shield, "dès qu’une personne");
    await order(page, "shield rea-pc-039", "Ordonner… : protection contre la propagation entrante : rea-pc-039", "Ordonner", "poste exposé");
    await reads(page.locator("#detail [data-cut]"), "tient");
    await reads(shield, "Déjà en place");
    await order(page, "block_out rea-pc-039", "Interdire… : blocage de la propagation sortante : rea-pc-039", "Interdire", "relève de nuit");
    const block = offer(page, "block_out rea-pc-039");
    await reads(block, "Interdit par a.durand (relève de nuit).");
    await block.getByRole("button", { name: "Rendre au calcul" }).click();
    await until(page, () => !document.querySelector('[data-offer="block_out rea-pc-039"]').innerText.includes("Interdit par"));
  }));

test("a border is closed to spreading from the group of its network", () =>
  withHospital(async (page, hospital, open) => {
    await twoPersons(page, hospital, open);
    await page.getByRole("button", { name: "Par réseau (VLAN)" }).click();
    await page.locator('[role="tree"]').focus();
    const key = "close_border postes-administration>postes-critique spreading";
    await page.keyboard.press("Home");
    while ((await active(page)) !== "postes-administration") await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.equal(await active(page), "borders");
    await page.keyboard.press("Enter");
    await reads(page.locator("#detail-title"), "Frontières de postes-administration");
    await reads(offer(page, key), "postes-administration → postes-critique");
    assert.ok((await nodes(page)) < nodesMax, `${await nodes(page)} nodes`);
    await order(page, key, /^Ordonner…/u, "Ordonner", "par prudence");
    await reads(page.locator("#detail [data-cut]"), "frontière");
    const cut = hospital.effects.find((effect) => effect.type === "apply_cut" && effect.action === "close_border");
    assert.equal(cut.borders[0].to.address, "10.16.58.0");
    await cell(group(page, "postes-administration"), "holds").locator("svg").waitFor();
  }));

test("who was seen and never declared appears, and can be cut by order", () =>
  withHospital(async (page, hospital, open) => {
    await twoPersons(page, hospital, open);
    hospital.seen({ addresses: "10.16.58.240", macs: "02:00:00:00:00:99" });
    await reads(page.locator("#network-summary"), "dont 1 non déclarées");
    await choose(page, "10.16.58.240");
    await reads(page.locator("#detail"), "vue, non déclarée");
    await reads(page.locator("#detail"), "postes-critique (VLAN 590)");
    await order(page, "isolate 10.16.58.240", "Ordonner… : isolement du réseau : 10.16.58.240", "Ordonner", "inconnue au bataillon");
    await reads(page.locator("#detail [data-cut]"), "tient");
    const cut = hospital.effects.find((effect) => effect.type === "apply_cut");
    assert.deepEqual([cut.action, cut.ips], ["isolate", ["10.16.58.240"]]);
  }));

test("a page that lost its server looks lost here too, and nothing can be ordered", () =>
  withHospital(
    async (page, hospital) => {
      await choose(page, "rea-pc-040");
      const button = offer(page, "isolate rea-pc-040").getByRole("button", { name: /^Ordonner/u });
      assert.equal(await button.isDisabled(), false);
      await hospital.end("SIGKILL");
      await reads(page.locator("#headline"), "Liaison perdue depuis");
      assert.equal(await page.locator("body").getAttribute("data-lost"), "");
      await until(page, () => Number(getComputedStyle(document.querySelector("main")).opacity) < 0.6);
      await until(page, () => [...document.querySelectorAll("[data-offer] .ask > .act")].every((one) => one.disabled));
    },
    { allowErrors: true }, // the browser logs each refused connection itself
  ));

test("hostile names stay text", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cordon-estate-"));
  writeFileSync(
    join(folder, "hospital.toml"),
    `hospital = "<b>Essai</b>"
[[site]]
name = "Site"
[[unit]]
name = "<img src=x onerror=alert(1)>"
kind = "reanimation"
site = "Site"
beds = 4
[[network]]
name = "<i net"
site = "Site"
prefixes = ["10.9.0.0/24"]
[[host]]
name = "<img src=x onerror=alert(1) alt="
role = "workstation"
unit = "<img src=x onerror=alert(1)>"
addresses = ["10.9.0.2"]
`,
  );
  try {
    await withHospital(
      async (page) => {
        await reads(page.locator('[role="treeitem"]'), "<img src=x onerror=alert(1)>");
        await page.locator('[role="tree"]').focus();
        await page.keyboard.press("Home");
        await page.keyboard.press("Enter");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("Enter");
        await reads(page.locator("#detail-title"), "<img src=x onerror=alert(1) alt=");
        await reads(page.locator("#detail"), "<i net");
        await reads(page.locator("[data-offer]"), "<img src=x onerror=alert(1) alt=");
        assert.equal(await page.locator("main img, main script").count(), 0);
      },
      { estate: folder },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("every text has the contrast of WCAG AA, and it fits a laptop, a wall and a phone", async () => {
  for (const viewport of [{ width: 1366, height: 768 }, { width: 1920, height: 1080 }, { width: 390, height: 844 }]) {
    await withHospital(
      async (page, hospital) => {
        hospital.attack(infected);
        hospital.attack(hosts.get("img-pc-015"), 2);
        await reads(page.locator("#network-summary"), "Infectées 1");
        await reads(page.locator("#network-summary"), "Suspectes 1");
        await choose(page, "rea-pc-040");
        await offer(page, "isolate rea-pc-040").waitFor();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide at ${viewport.width}`);
        const { seen, bad } = await page.evaluate(lowContrast);
        assert.ok(seen > 60, `${seen} texts seen`);
        assert.deepEqual(bad, [], String(viewport.width));
      },
      { viewport },
    );
  }
});
