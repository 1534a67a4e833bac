// SPDX-License-Identifier: Apache-2.0
// What a person does that no plan does alone, in a real browser: single flows, what is done by hand, and cuts that a plan
// no longer needs: node hand_test.mjs PAGE_SERVER HOSPITAL_SERVER. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { choose, offer, order, reads, twoPersons, withHospital } from "./network_page.mjs";
import { lowContrast } from "./page.mjs";

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** estate writes a hospital: réanimation with ten patients in one network, and these hosts, flows and accounts. */
function estate(text) {
  const folder = mkdtempSync(join(tmpdir(), "cordon-estate-"));
  folders.push(folder);
  writeFileSync(
    join(folder, "hospital.toml"),
    `hospital = "Essai"
[[site]]
name = "Site"
[[unit]]
name = "Réanimation"
kind = "reanimation"
site = "Site"
beds = 10
patients = 10
[[network]]
name = "Soins"
site = "Site"
prefixes = ["10.9.0.0/24"]
${text}`,
  );
  return folder;
}

const host = (name, n, role, more = "") => `[[host]]
name = "${name}"
role = "${role}"
unit = "Réanimation"
addresses = ["10.9.0.${n}"]
macs = ["02:09:00:00:00:${n}"]
harm_if_lost = 500
${more}
`;
const flow = (client, server, port, dependence, more = "") => `[[flow]]
client = "${client}"
server = "${server}"
port = ${port}
service = "${more.includes("care") ? "alarmes des respirateurs" : "prescriptions"}"
unit = "Réanimation"
dependence = ${dependence}
${more}
`;
const service = (name) => `[[service]]
name = "${name}"
without = "sur papier"
without_en = "on paper"
`;
const ward = estate(
  service("prescriptions") +
    service("alarmes des respirateurs") +
    host("pc-1", 11, "workstation") +
    host("pc-2", 12, "workstation") +
    host("fs", 20, "server", 'grain = "flow"') +
    flow("pc-1", "fs", 445, 0.5) +
    flow("pc-2", "fs", 445, 0.3) +
    flow("pc-2", "fs", 9100, 0) +
    flow("pc-2", "fs", 2575, 0.1, "care = true"),
);
const pc1 = { addresses: "10.9.0.11", macs: "02:09:00:00:00:11" };

/** Nobody unplugs what others hang on, and no enforcer reaches these two hosts: only the account can be disabled. */
const hardened = estate(
  host("ts-1", 11, "network", 'grain = "none"') +
    host("srv-1", 20, "network", 'grain = "none"\nneeds_account = true') +
    `[[account]]
name = "adm"
unit = "Réanimation"
signs_in_on = ["ts-1", "srv-1"]
dependence = 0.01
`,
);

/** On a terminal server somebody encrypts whom to refuse costs more than Cordon may spend by itself. */
const terminals = estate(
  service("prescriptions") +
    host("ts-1", 11, "terminal_server") +
    host("fs", 20, "server") +
    flow("ts-1", "fs", 445, 0.5),
);

/** Each of these machines costs a little under a patient-hour to block, what one person may agree to; twenty of them all that one may. */
const oneMay = 20;
const crowd = Array.from({ length: oneMay + 2 }, (_, i) => ({ name: `pc-${11 + i}`, address: `10.9.0.${11 + i}` }));
const crowded = estate(
  service("prescriptions") +
    host("fs", 60, "server") +
    crowd.map(({ name }) => host(name, name.slice(3), "workstation") + flow(name, "fs", 445, 0.00825)).join(""),
);

/** shot keeps a picture for a person to look at, where a folder for it is named. */
async function shot(page, name, of = null) {
  if (of !== null) await of.scrollIntoViewIfNeeded();
  if (process.env.CORDON_SHOTS) await page.screenshot({ path: join(process.env.CORDON_SHOTS, `${name}.png`) });
}

const card = (page, attribute, key) => page.locator(`#plan [data-${attribute}="${key}"]`);

/** asks opens a button that wants a reason, gives one and confirms it. */
async function asks(where, page, button, reason) {
  await where.getByRole("button", { name: button }).first().click();
  await page.keyboard.type(reason);
  await page.keyboard.press("Enter");
}

test("every line says what it costs and saves, in figures and in words", () =>
  withHospital(
    async (page, hospital, open) => {
      await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      const line = card(page, "line", "block_out pc-1");
      await reads(line, /coûte 60, épargne [\d\s]+ heures-patients/u);
      await line.locator(".line-what").click();
      await reads(line.locator(".saved"), "sans elle, 1 machine de plus peut être perdue : fs");
      await reads(line.locator(".saved"), "prescriptions, Réanimation : sur papier ; 10 lits");
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await shot(page, "saves", line);
      await page.locator("#language").click();
      await reads(line, /costs 60, saves [\d,]+ patient-hours/u);
      await line.locator(".line-what").click();
      await reads(line.locator(".saved"), "without it 1 more machine may be lost: fs");
      await page.keyboard.press("1");
      await reads(page.locator("tr[data-sequence]"), /costs [\d.]+ and saves [\d.]+ patient-hours/u);
    },
    { estate: ward },
  ));

test("the mode is changed by whom it is for, by keyboard, after reading what that means", () =>
  withHospital(
    async (page, hospital, open) => {
      await reads(page.locator("[data-fact=mode]"), "garde");
      await reads(page.locator("[data-fact=mode-by]"), "configuré, depuis");
      await twoPersons(page, hospital, open);
      await page.locator("#mode").focus();
      await page.keyboard.press("Enter");
      const form = page.locator('form[data-form="mode"]');
      await reads(form, "Plus aucune coupure automatique : chaque ligne du plan attend une personne");
      assert.equal(await form.getByRole("button", { name: "Choisir un autre mode" }).isDisabled(), true);
      await page.keyboard.press("ArrowDown");
      await form.getByRole("button", { name: "Passer en mode veille" }).waitFor();
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await shot(page, "mode");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await reads(form, "Écrire une raison.");
      await page.keyboard.type("exercice ce soir");
      await page.keyboard.press("Enter");
      await form.waitFor({ state: "detached" });
      await reads(page.locator("[data-fact=mode]"), "veille");
      await reads(page.locator("[data-fact=mode-by]"), "par a.durand, ");
      await shot(page, "strip");
      hospital.attack(pc1);
      await reads(card(page, "line", "block_out pc-1"), "Attend l’accord de");
      assert.ok(!hospital.effects.some((effect) => effect.type === "apply_cut"), "mode watch cuts nothing by itself");
      await page.locator("#language").click();
      await page.locator("#mode").click();
      await reads(form, "No automatic cut any more");
      await page.keyboard.press("Escape");
      await form.waitFor({ state: "detached" });
    },
    { estate: ward },
  ));

test("what only a person can do is said to be done, counts as done without proof, and is taken back", () =>
  withHospital(
    async (page, hospital, open) => {
      await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      const line = card(page, "line", "disable_account adm");
      await reads(line, "à faire à la main");
      await asks(line, page, /^Fait à la main/u, "désactivé dans l’annuaire");
      const hand = card(page, "hand", "disable_account adm");
      await reads(hand, "par la main, non prouvé");
      await reads(page.locator("#network-summary"), "Sans preuve 1");
      await reads(hand, /Dit par a\.durand, .+ : désactivé dans l’annuaire/u);
      await line.waitFor({ state: "detached" });
      assert.ok(!hospital.effects.some((effect) => effect.type === "apply_cut"), "nobody else was asked to do it");
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await asks(hand, page, /^Défait/u, "erreur de compte");
      await hand.waitFor({ state: "detached" });
      await line.waitFor();
      await page.keyboard.press("1");
      await reads(page.locator("tr[data-sequence]"), "À la main, dit a.durand : désactiver un compte adm, fait, non prouvé : désactivé dans l’annuaire");
      await reads(page.locator("tr[data-sequence]"), "À la main, dit a.durand : désactiver un compte adm, défait : erreur de compte");
    },
    { estate: hardened },
  ));

test("a cut that the plan no longer needs is named, stays, and is lifted by a person without being forbidden", () =>
  withHospital(
    async (page, hospital, open) => {
      const second = await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      const line = (where) => card(where, "line", "block_out pc-1");
      await reads(line(page), "Attend l’accord de : cybersécurité + direction");
      await reads(page.locator("#network-summary"), "Coupures tenues 1");
      const spare = card(page, "unneeded", "shield pc-2");
      assert.equal(await spare.count(), 0, "as long as pc-1 is free, pc-2 is shielded");
      await line(page).getByRole("button", { name: "Approuver" }).click();
      await reads(line(page), "déjà donné par a.durand");
      await line(second).getByRole("button", { name: "Approuver" }).click();
      await reads(spare, "protection contre la propagation entrante : pc-2");
      await reads(spare, "ne gêne aucun soin connu");
      assert.ok(!hospital.effects.some((effect) => effect.type === "lift_cut"), "never lifted without a person");
      await asks(spare, page, /^Lever la coupure/u, "plus nécessaire");
      await spare.waitFor({ state: "detached" });
      await choose(page, "pc-2");
      await reads(offer(page, "shield pc-2"), "Ordonner…");
      assert.ok(!(await offer(page, "shield pc-2").innerText()).includes("Interdit par"));
    },
    { estate: ward },
  ));

test("an order on what waits already is that person’s approval, and one person is still one", () =>
  withHospital(
    async (page, hospital, open) => {
      const second = await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      await reads(card(page, "line", "block_out pc-1"), "Attend l’accord de : cybersécurité + direction");
      await choose(page, "pc-1");
      await order(page, "block_out pc-1", "Ordonner… : blocage de la propagation sortante : pc-1", "Ordonner", "tout de suite");
      await reads(card(page, "line", "block_out pc-1"), "déjà donné par a.durand");
      assert.ok(!hospital.effects.some((effect) => effect.action === "block_out"));
      await card(second, "line", "block_out pc-1").getByRole("button", { name: "Approuver" }).click();
      await reads(page.locator("#detail [data-cut]"), "tient");
    },
    { estate: ward },
  ));

test("what somebody declines is advised with who did, asks nobody, and may be ordered again", () =>
  withHospital(
    async (page, hospital, open) => {
      const second = await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      const line = (where) => card(where, "line", "block_out pc-1");
      await line(second).getByRole("button", { name: "Refuser" }).click();
      await reads(line(page), "conseillé");
      await line(page).locator(".line-what").click();
      await reads(line(page), "refusé par b.martin : un ordre ou un nouveau verdict le redemande");
      await line(page).getByRole("button", { name: "Approuver" }).waitFor({ state: "hidden" });
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await shot(page, "declined", line(page));
      await choose(page, "pc-1");
      await order(page, "block_out pc-1", /^Ordonner…/u, "Ordonner", "il chiffre encore");
      await reads(line(page), "déjà donné par a.durand");
      await line(second).getByRole("button", { name: "Approuver" }).click();
      await reads(page.locator("#detail [data-cut]"), "tient");
    },
    { estate: ward },
  ));

test("what a person forbade is not done when the machine encrypts either, and the line says who forbade it", () =>
  withHospital(
    async (page, hospital, open) => {
      await twoPersons(page, hospital, open);
      const free = crowd[0];
      await choose(page, free.name);
      await order(page, `block_out ${free.name}`, /^Interdire…/u, "Interdire", "bloc en cours");
      hospital.attack({ addresses: free.address, macs: "02:09:00:00:00:11" });
      await reads(page.locator("#network-summary"), "Infectées 1");
      await reads(offer(page, `block_out ${free.name}`), "Interdit par a.durand (bloc en cours).");
      await reads(page.locator("header"), "Décider pour pc-11 (10.9.0.11) : coupure retenue (interdit par a.durand : Cordon ne le fait pas).");
      assert.ok(!hospital.effects.some((effect) => effect.type === "apply_cut" && effect.ips.includes(free.address)));
    },
    { estate: crowded },
  ));

test("one user of a terminal server is refused once two persons agree, and nobody else there", () =>
  withHospital(
    async (page, hospital, open) => {
      const second = await twoPersons(page, hospital, open);
      hospital.attack(pc1);
      const line = (where) => card(where, "line", "end_sessions b.martin@ts-1");
      await reads(line(page), "fin des sessions d’un utilisateur : b.martin@ts-1");
      await reads(line(page), "fichiers partagés que ts-1 ouvre : 60 heures-patients");
      await reads(line(page), "Attend l’accord de : cybersécurité + direction");
      await choose(page, "ts-1");
      const panel = page.locator('#detail [data-line="end_sessions b.martin@ts-1"]');
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await panel.getByRole("button", { name: "Approuver" }).click();
      await reads(panel, "déjà donné par a.durand");
      assert.ok(!hospital.effects.some((effect) => effect.action === "end_sessions"));
      await line(second).getByRole("button", { name: "Approuver" }).click();
      await panel.waitFor({ state: "detached" });
      await reads(page.locator("#detail [data-cut]"), "fin des sessions d’un utilisateur");
      const cut = hospital.effects.find((effect) => effect.action === "end_sessions");
      assert.deepEqual([cut.means, cut.sessions, cut.ips], ["samba", [{ client: "10.9.0.11", user: "b.martin" }], []]);
    },
    { estate: terminals, samba: true },
  ));

test("a single flow of a host is cut, a care flow never, and both ends say so", () =>
  withHospital(
    async (page, hospital, open) => {
      await twoPersons(page, hospital, open);
      await choose(page, "pc-2");
      const files = offer(page, "block_flow pc-2>fs@445");
      await reads(files, "prescriptions, Réanimation : vers fs, port 445");
      await reads(files, /coûte 36 heures-patients/u);
      await reads(files, "deux personnes. Attend l’accord de : cybersécurité + direction");
      const care = offer(page, "block_flow pc-2>fs@2575");
      await reads(care, "alarmes des respirateurs, Réanimation : vers fs, port 2575");
      await reads(care, "Impossible : flux de soins, jamais coupé.");
      assert.equal(await care.getByRole("button").count(), 0);
      await order(page, "block_flow pc-2>fs@9100", /^Ordonner… : blocage d’un flux : pc-2 → fs@9100/u, "Ordonner", "imprimante inconnue");
      await reads(page.locator("#detail [data-cut]"), "blocage d’un flux");
      const cut = hospital.effects.find((effect) => effect.type === "apply_cut");
      assert.deepEqual([cut.action, cut.flows], ["block_flow", [{ client: "10.9.0.12", server: "10.9.0.20", port: 9100 }]]);
      await reads(offer(page, "block_flow pc-2>fs@9100"), "Déjà en place : voir la coupure ci-dessus.");
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await page.keyboard.press("Escape");
      await choose(page, "fs");
      await reads(offer(page, "block_flow pc-2>fs@9100"), "prescriptions, Réanimation : depuis pc-2, port 9100");
      await reads(offer(page, "block_flow pc-2>fs@9100"), "Déjà en place : se lève sur la fiche de pc-2.");
    },
    { estate: ward },
  ));

test("where one person alone has agreed to as much as one may, the page says beforehand that two must, until there is room again", () =>
  withHospital(
    async (page, hospital, open) => {
      const second = await twoPersons(page, hospital, open);
      const [last, beyond] = crowd.slice(oneMay);
      const [block, shield] = ["block_out", "shield"].map((action) => offer(page, `${action} ${last.name}`));
      const cutsOf = ({ address }) => hospital.effects.filter((effect) => effect.type === "apply_cut" && effect.ips.includes(address));
      await choose(page, last.name);
      await reads(block, /coûte [\d,]+ heures?-patients?/u);
      await reads(block.locator(".who-must"), "Fait dès qu’une personne de la cybersécurité l’ordonne.");

      const refused = await page.evaluate(async (names) => {
        const { token } = await (await fetch("/api/me")).json();
        const headers = { "Content-Type": "application/json", "X-Cordon-Token": token };
        const wish = (name) => JSON.stringify({ key: `block_out ${name}`, wish: "force", reason: "un par un" });
        const answers = [];
        for (const name of names) answers.push(await (await fetch("/api/line", { method: "POST", headers, body: wish(name) })).json());
        return answers.filter(({ ok }) => !ok);
      }, crowd.slice(0, oneMay).map(({ name }) => name));
      assert.deepEqual(refused, []);
      await reads(page.locator("#network-summary"), `Coupures tenues ${oneMay}`);
      await reads(block.locator(".who-must"), "Une personne seule a déjà accordé autant qu’elle peut : deux personnes. Attend l’accord de : cybersécurité + direction");
      await reads(shield.locator(".who-must"), "Fait dès qu’une personne"); // it costs nobody anything
      assert.deepEqual((await page.evaluate(lowContrast)).bad, []);
      await shot(page, "beyond-one", block);

      // What was said is what happens.
      await order(page, `block_out ${last.name}`, /^Ordonner…/u, "Ordonner", "encore un");
      await reads(card(page, "line", `block_out ${last.name}`), "Attend l’accord de : cybersécurité + direction ; déjà donné par a.durand");
      assert.deepEqual(cutsOf(last), []);
      await card(second, "line", `block_out ${last.name}`).getByRole("button", { name: "Approuver" }).click();
      await reads(page.locator("#detail [data-cut]"), "tient");

      // A cut that is taken back makes room for one like it.
      await page.keyboard.press("Escape");
      await choose(page, crowd[0].name);
      await asks(page.locator("#detail [data-cut]"), page, /^Lever la coupure/u, "elle travaille de nouveau");
      await page.locator("#detail [data-cut]").waitFor({ state: "detached" });
      await page.keyboard.press("Escape");
      await choose(page, beyond.name);
      await reads(offer(page, `block_out ${beyond.name}`).locator(".who-must"), "Fait dès qu’une personne");
      await order(page, `block_out ${beyond.name}`, /^Ordonner…/u, "Ordonner", "à sa place");
      await reads(page.locator("#detail [data-cut]"), "tient");
      assert.ok(cutsOf(beyond).length > 0);
    },
    { estate: crowded },
  ));
