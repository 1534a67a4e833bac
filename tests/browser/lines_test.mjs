// SPDX-License-Identifier: Apache-2.0
// The lines of a plan in a real browser: what they are called, and that none is answered by a click meant for another:
// node lines_test.mjs PAGE_SERVER. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, missing, PageServer } from "./page.mjs";
import { hosts, states } from "./situations.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser test skipped: ${why}`);
  process.exit(77);
}

const program = process.argv[2];
const now = () => Date.now() / 1000;
let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

function line(key, more = {}) {
  const both = { fr: [], en: [] };
  return {
    key, action: key.split(" ")[0], subject: key.slice(key.indexOf(" ") + 1), state: "waits", harm: 1, saves: 8073.4, saved: both,
    by_hand: false, needs: ["cyber"], care: both, why: { fr: "", en: "" },
    approval: { id: `ask ${key}`, digest: "d", given: [], open: true, until: now() + 3600 }, ...more,
  };
}

function withPlan(lines, more = {}) {
  const plan = {
    id: "plan-9", frozen: false, frozen_by: "", budget: 100, budget_left: 100, lone_left: 20, overruled: [], lines,
    before: { at: now() - 60, harm: { cut: 1, left: 2 }, added: [], done: [], gone: [] },
    harm: { cut: 1, left: 2, nothing: 3, infected: 3, all: 3 }, ...more,
  };
  return { ...states.attack(now()), plan };
}

async function withPage(body, { viewport = { width: 1366, height: 768 }, at = "" } = {}) {
  const server = await PageServer.start(program);
  const context = await browser.newContext({ viewport, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  const asked = [];
  await page.route("**/api/{approve,line,hand}", async (route) => {
    asked.push(route.request().postDataJSON());
    await route.fulfill({ json: { ok: true } });
  });
  try {
    server.situation(withPlan([]));
    await page.goto(`${server.origin}/${at}`);
    await page.locator("#plan").waitFor();
    await body(page, server, asked);
  } finally {
    await context.close();
    await server.stop();
  }
}

const card = (page, key) => page.locator(`#plan [data-line="${key}"]`);
const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();

test("a border closed to other protocols is not said to be closed to spreading", () =>
  withPage(async (page, server) => {
    const other = "close_border Soins>Bureaux other";
    server.situation(withPlan([line(other), line("close_border Soins>Bureaux spreading")]));
    await reads(card(page, other).locator("h3"), "fermeture d’une frontière aux autres protocoles : Soins → Bureaux coûte");
    await reads(card(page, "close_border Soins>Bureaux spreading").locator("h3"), "fermeture d’une frontière à la propagation : Soins → Bureaux coûte");
    await page.locator("#language").click();
    await reads(card(page, other).locator("h3"), "border closed to other protocols: Soins → Bureaux costs");
  }));

test("what was done since and what was dropped are told apart", () =>
  withPage(async (page, server) => {
    server.situation(withPlan([], { before: { at: now() - 60, harm: { cut: 1, left: 2 }, added: [], done: ["isolate pc-1"], gone: ["isolate pc-2"] } }));
    await page.locator("#plan summary").filter({ hasText: /^Depuis .+ : nouveau 0, fait 1, abandonné 1$/u }).click();
    await reads(page.locator("#plan .changes li"), "Décidé ou fait depuis : isolement du réseau : pc-1");
    await reads(page.locator("#plan .changes li"), "Abandonné : isolement du réseau : pc-2");
  }));

test("a click meant for a line that has just moved answers no other", () =>
  withPage(async (page, server, asked) => {
    const [a, b] = [line("isolate pc-1"), line("isolate pc-2")];
    server.situation(withPlan([a, b]));
    const approve = card(page, a.key).getByRole("button", { name: "Approuver" });
    await approve.scrollIntoViewIfNeeded();
    await page.waitForTimeout(1500);
    const box = await approve.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    server.situation(withPlan([b, a]));
    const moved = card(page, b.key);
    await page.locator(`#plan [data-line="${b.key}"] + [data-line="${a.key}"]`).waitFor();
    await page.mouse.down();
    await page.mouse.up();
    await reads(moved.locator(".outcome"), "Clic ignoré : les lignes venaient de bouger.");
    assert.equal(await moved.getByRole("button", { name: "Approuver" }).evaluate((node) => getComputedStyle(node).borderTopStyle), "dashed");
    assert.deepEqual(asked, []);
    await page.waitForTimeout(900);
    await page.mouse.down();
    await page.mouse.up();
    await reads(moved.locator(".outcome"), "Pris en compte");
    assert.deepEqual(asked.map((one) => one.id), [b.approval.id]);
  }));

test("by keyboard the focus goes with its line, and nothing is held", () =>
  withPage(async (page, server, asked) => {
    const [a, b] = [line("isolate pc-1"), line("isolate pc-2")];
    server.situation(withPlan([a, b]));
    await card(page, b.key).getByRole("button", { name: "Approuver" }).focus();
    server.situation(withPlan([a, line("isolate pc-3"), b]));
    await card(page, "isolate pc-3").waitFor();
    await page.keyboard.press("Enter");
    await reads(card(page, b.key).locator(".outcome"), "Pris en compte");
    assert.deepEqual(asked.map((one) => one.id), [b.approval.id]);
  }));

test("whoever forbids a line reads first what would be lost without it", () =>
  withPage(async (page, server, asked) => {
    const a = line("isolate pc-1");
    server.situation(withPlan([a]));
    await page.waitForTimeout(1500);
    await card(page, a.key).getByRole("button", { name: /^Interdire cette ligne/u }).click();
    assert.deepEqual(asked, [], "nothing is forbidden yet");
    await reads(card(page, a.key).locator("form"), /Sans elle, environ 8\s073 heures-patients de plus seraient perdues/u);
    await page.keyboard.type("relève de nuit");
    await page.keyboard.press("Enter");
    await reads(card(page, a.key).locator(".outcome"), "Pris en compte");
    assert.deepEqual(asked, [{ key: a.key, wish: "forbid", reason: "relève de nuit" }]);
  }));

test("the head line calls a server a server, and counts the others as people do", () =>
  withPage(async (page, server) => {
    const infected = { level: "infected", score: 24, files_touched: 3 };
    const night = (ill) => ({
      ...states.attack(now()), headline: { level: "attack", host: "10.77.0.20", share: "commun", files: 3 },
      hosts: hosts(now()).map((one) => (ill.includes(one.name) ? { ...one, ...infected } : one)),
    });
    const head = page.locator("#headline");
    server.situation(night(["fs"]));
    await reads(head, "Serveur fs (10.77.0.20) chiffre le partage commun");
    server.situation(night(["fs", "ws2"]));
    await reads(head, "Serveur fs (10.77.0.20) et 1 autre machine chiffrent, partage commun");
    server.situation(night(["fs", "ws2", "ws3"]));
    await reads(head, "et 2 autres machines chiffrent");
    await page.locator("#language").click();
    await reads(head, "Server fs (10.77.0.20) and 2 more hosts are encrypting, share commun");
  }));

const words = { fr: ["dossier patient, Réanimation : sur papier"], en: ["patient record, Réanimation: on paper"] };
const inSight = (page) =>
  page.evaluate(() => {
    const { top, bottom } = document.querySelector("#plan").parentElement.getBoundingClientRect();
    const rooms = [...document.querySelectorAll("#plan [data-line]")].map((node) => node.getBoundingClientRect());
    return rooms.filter((room) => room.top >= top && room.bottom <= Math.min(bottom, innerHeight)).length;
  });

for (const [viewport, least] of [[{ width: 1366, height: 768 }, 5], [{ width: 1920, height: 1080 }, 7]]) {
  test(`at ${viewport.width} × ${viewport.height} the page Network shows several of many lines at once, each with its buttons`, () =>
    withPage(
      async (page, server) => {
        const lines = Array.from({ length: 59 }, (_, i) => line(`block_out urg-pc-${100 + i}`, { care: words, saved: words, harm: 60 }));
        const before = { at: now() - 60, harm: { cut: 1, left: 2 }, added: lines.map((one) => one.key), done: [], gone: [] };
        server.situation(withPlan(lines, { before, harm: { cut: 0.6, left: 22, together: 22, nothing: 161382, infected: 64565, all: 1979 } }));
        await card(page, lines[0].key).waitFor();
        const seen = await inSight(page);
        assert.ok(seen >= least, `${seen} lines in sight`);
        const first = card(page, lines[0].key);
        for (const name of ["Approuver", "Refuser"]) await first.getByRole("button", { name, exact: true }).waitFor();
        await reads(first, /attend 1 accord.*urg-pc-100.*coûte 60, épargne 8\s073/u);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide`);
      },
      { viewport, at: "#network" },
    ));
}

test("the words of a line unfold when asked for or reached by keyboard, and a pointer moves nothing else", () =>
  withPage(
    async (page, server) => {
      const [a, b, c] = ["pc-1", "pc-2", "pc-3"].map((name) => line(`isolate ${name}`, { care: words }));
      server.situation(withPlan([a, b, c]));
      const care = (one) => card(page, one.key).locator(".care").first();
      const head = (one) => card(page, one.key).locator(".line-what");
      await card(page, c.key).waitFor();
      assert.deepEqual(await page.locator("#plan .care:visible").count(), 0);
      await head(a).focus();
      await page.keyboard.press("ArrowDown");
      assert.ok(await head(b).evaluate((node) => node === document.activeElement));
      assert.deepEqual([await care(a).isVisible(), await care(b).isVisible()], [false, true]);
      assert.equal(await head(b).getAttribute("aria-expanded"), "true");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      assert.ok(await card(page, b.key).getByRole("button", { name: "Approuver" }).evaluate((node) => node === document.activeElement));
      assert.ok(await care(b).isVisible());
      const approve = card(page, c.key).getByRole("button", { name: "Approuver" });
      await page.waitForTimeout(1500);
      const before = (await approve.boundingBox()).y;
      await approve.click();
      await reads(card(page, c.key).locator(".outcome"), "Pris en compte");
      assert.equal(await care(b).isVisible(), true, "what a pointer does elsewhere folds nothing");
      assert.equal((await approve.boundingBox()).y, before);
      const forbid = card(page, c.key).getByRole("button", { name: /^Interdire/u });
      const beside = (await forbid.boundingBox()).y;
      await head(c).click();
      assert.ok(await care(c).isVisible());
      assert.equal((await forbid.boundingBox()).y, beside);
      assert.equal((await approve.boundingBox()).y, before, "the words stand under the buttons");
      await head(c).click();
      assert.equal(await care(c).isVisible(), false);
    },
    { at: "#network" },
  ));

test("a line that rests on evidence that no server confirmed says so", () =>
  withPage(async (page, server) => {
    const [forged, sure] = [line("isolate pc-1", { one_sided: true }), line("isolate pc-2")];
    server.situation(withPlan([forged, sure]));
    await reads(card(page, forged.key).locator(".mark"), "preuve qu’aucun serveur n’a confirmée");
    assert.ok(!(await card(page, sure.key).innerText()).includes("aucun serveur"));
    await card(page, forged.key).locator(".line-what").click();
    await reads(card(page, forged.key).locator(".doubt"), "n’importe qui sur le réseau peut les forger");
    await page.locator("#language").click();
    await reads(card(page, forged.key).locator(".mark"), "evidence that no server confirmed");
    assert.ok(!(await card(page, sure.key).innerText()).includes("no server"));
  }));

const many = (n, more = () => ({})) => Array.from({ length: n }, (_, i) => line(`isolate imp-${i}`, { saves: 0.5, ...more(i) }));

test("equal lines that save little are one card, and one answer approves those that it named, each by its number", () =>
  withPage(async (page, server, asked) => {
    const heavy = line("isolate srv-fic");
    const twice = line("isolate rea-pc-1", { saves: 0.5, needs: ["cyber", "director"] });
    server.situation(withPlan([heavy, ...many(40), twice, line("disable_account adm", { state: "advised", by_hand: true, approval: null, saves: 0.4 })]));
    const group = page.locator("#plan > .cards > .card").nth(1);
    await reads(group.locator("h3"), "isolement du réseau : 40 machines ou lignes semblables coûtent en tout 40, chacune épargne au plus 0,5");
    assert.equal(await page.locator("#plan > .cards > .card").count(), 4, "the heavy line, the group, who needs two persons, what is done by hand");
    assert.equal(await card(page, "isolate imp-3").count(), 0);
    await group.locator("summary").click();
    await reads(card(page, "isolate imp-3"), "isolement du réseau : imp-3");
    await group.locator("summary").first().click();
    await page.waitForTimeout(1500);
    await group.getByRole("button", { name: "Approuver toutes ces lignes" }).click();
    await reads(group.locator("form > p"), /40 décisions.*imp-0, imp-1, .*imp-39$/u);
    server.situation(withPlan([heavy, ...many(41), twice]));
    await reads(group.locator("h3"), "41 machines");
    await page.keyboard.type("imprimantes");
    await page.keyboard.press("Enter");
    await reads(group.locator(".outcome"), "Pris en compte");
    assert.deepEqual(asked.map((one) => one.id), many(40).map((one) => one.approval.id), "not the one that came since");
    assert.ok(asked.every((one) => one.approves === "yes" && one.digest === "d" && one.reason === "imprimantes"));
  }));

test("of a group's answer the refusals are told", () =>
  withPage(async (page, server) => {
    await page.route("**/api/approve", async (route) => {
      const refused = route.request().postDataJSON().id === "ask isolate imp-2";
      await route.fulfill({ json: refused ? { ok: false, why: { fr: "c'est déjà réglé", en: "this is settled already" } } : { ok: true } });
    });
    server.situation(withPlan([line("isolate srv-fic"), ...many(6)]));
    const group = page.locator("#plan > .cards > .card").nth(1);
    await page.waitForTimeout(1500);
    await group.getByRole("button", { name: "Approuver toutes ces lignes" }).click();
    await page.keyboard.type("imprimantes");
    await page.keyboard.press("Enter");
    await reads(group.locator(".outcome[data-refused]"), "5 sur 6 prises en compte ; d’abord refusée : c'est déjà réglé");
  }));

test("what was done by hand is asked about once a cut would have ended", () =>
  withPage(async (page, server, asked) => {
    const hand = (until) => ({ by_hand: [{ key: "isolate pc-1", by: "a.durand", at: now() - 14400, until, remark: "prise murale" }] });
    const shown = page.locator('#plan [data-hand="isolate pc-1"]');
    server.situation(withPlan([], hand(now() + 600)));
    await reads(shown, "Dit par a.durand");
    assert.equal(await shown.getByRole("button", { name: /^Toujours en place/u }).count(), 0);
    server.situation(withPlan([], hand(now() - 60)));
    await reads(shown, "est-ce toujours en place, et encore nécessaire ?");
    await shown.getByRole("button", { name: /^Toujours en place/u }).click();
    await page.keyboard.type("vu sur place");
    await page.keyboard.press("Enter");
    await reads(shown, "Pris en compte");
    assert.deepEqual(asked, [{ key: "isolate pc-1", done: "yes", remark: "vu sur place" }]);
  }));
