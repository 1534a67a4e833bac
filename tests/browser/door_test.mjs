// SPDX-License-Identifier: Apache-2.0
// Signing in, in a real browser: node door_test.mjs PAGE_SERVER. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, missing, PageServer } from "./page.mjs";
import { quietEntries, states } from "./situations.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser.door skipped: ${why}`);
  process.exit(77);
}

const program = process.argv[2];
const now = () => Date.now() / 1000;
const passphrase = "quatre chevaux blancs";
let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

/** withDoor opens the page of a server that has no account yet, in the state "contained". */
async function withDoor(body) {
  const folder = mkdtempSync(join(tmpdir(), "cordon-door-"));
  const server = await PageServer.start(program, 0, folder);
  const open = async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "fr-FR", timezoneId: "Europe/Paris" });
    const page = await context.newPage();
    page.setDefaultTimeout(60000);
    await page.goto(server.origin);
    return page;
  };
  try {
    server.entries(quietEntries(now()));
    server.situation(states.contained(now()));
    await body(await open(), server, open);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
const form = (page, name) => page.locator(`form[data-form="${name}"]`);
async function fill(page, name, values) {
  for (const [field, value] of Object.entries(values)) await form(page, name).locator(`[name="${field}"]`).fill(value);
  await page.keyboard.press("Enter");
}
const setUp = async (page, server) => {
  await page.locator("#sign-in").click();
  await fill(page, "enter", { code: server.code, name: "a.durand", passphrase, again: passphrase });
  await reads(page.locator("#me"), "a.durand");
};

test("before the set-up the page can be read, and acting asks for the code of the console", () =>
  withDoor(async (page, server) => {
    await page.locator("[data-host]").first().waitFor();
    await reads(page.locator("#sign-in"), "Première mise en service");
    const card = page.locator('[data-cut="cut-46"]');
    await card.getByRole("button", { name: "Lever la coupure de ws2" }).click();
    await fill(page, "enter", { code: "AAAAA-BBBBB", name: "a.durand", passphrase, again: passphrase });
    await reads(form(page, "enter"), "Refusé");
    await fill(page, "enter", { passphrase: "trop court", again: "trop court" });
    await reads(form(page, "enter"), "Trop courte");
    await fill(page, "enter", { passphrase, again: `${passphrase}x` });
    await reads(form(page, "enter"), "pas pareilles");
    await fill(page, "enter", { code: server.code.toLowerCase(), again: passphrase });
    await reads(page.locator("#me"), "a.durand");
    await page.keyboard.type("fausse alerte"); // what was wanted goes on
    await page.keyboard.press("Enter");
    await reads(card.locator(".outcome"), "Demandée à");
    assert.deepEqual(server.rollbacks, ["a.durand cut-46 fausse alerte"]);
  }));

test("once set up, nobody looks without signing in, and a wrong passphrase does not let in", () =>
  withDoor(async (page, server, open) => {
    await page.locator("[data-host]").first().waitFor();
    const watching = await open();
    await watching.locator("[data-host]").first().waitFor();
    await setUp(page, server);
    await watching.locator("#door").waitFor(); // who only looked is asked, too
    assert.equal(await watching.locator("[data-host]").count(), 0);
    await fill(watching, "sign_in", { name: "a.durand", passphrase: "quatre chevaux noirs" });
    await reads(form(watching, "sign_in"), "Refusé");
    assert.equal(await form(watching, "sign_in").locator('[name="passphrase"]').inputValue(), "");
    await fill(watching, "sign_in", { passphrase });
    await watching.locator("[data-host]").first().waitFor();
    await reads(watching.locator("#me"), "a.durand");
    await watching.reload();
    await reads(watching.locator("#me"), "a.durand");
    await watching.locator("#sign-out").click();
    await watching.locator("#door").waitFor();
    await reads(page.locator("#me"), "a.durand"); // the other screen stays
  }));

test("the second person is invited with a code and chooses a passphrase of their own", () =>
  withDoor(async (page, server, open) => {
    await page.locator("[data-host]").first().waitFor();
    await setUp(page, server);
    await reads(page.locator("#me"), "seconde personne à inviter");
    await page.locator("#me").click();
    await fill(page, "invite", { name: "b.martin" });
    const code = (await page.locator("dialog .code").innerText()).trim();
    assert.match(code, /^[2-9A-HJKMNP-TV-Z]{5}-[2-9A-HJKMNP-TV-Z]{5}$/);
    await page.keyboard.press("Escape");
    const second = await open();
    await second.getByRole("button", { name: "J’ai un code" }).click();
    await fill(second, "enter", { code, name: "b.martin", passphrase: "la pluie de novembre", again: "la pluie de novembre" });
    await reads(second.locator("#me"), "b.martin");
    const card = second.locator('[data-cut="cut-46"]');
    await card.getByRole("button", { name: "Lever la coupure de ws2" }).click();
    await second.keyboard.type("vérifié");
    await second.keyboard.press("Enter");
    await reads(card.locator(".outcome"), "Demandée à");
    assert.deepEqual(server.rollbacks, ["b.martin cut-46 vérifié"]);
  }));

test("another page cannot act with the cookie of this one", () =>
  withDoor(async (page, server) => {
    await page.locator("[data-host]").first().waitFor();
    await setUp(page, server);
    const status = await page.evaluate(async () => {
      const answer = await fetch("/api/rollback", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ cut: "cut-46", reason: "x" }),
      });
      return answer.status;
    });
    assert.equal(status, 403, "the cookie alone is not enough");
    assert.equal(await page.evaluate(() => document.cookie), "", "no script sees it");
    assert.deepEqual(server.rollbacks, []);
  }));

test("the dialog is for the keyboard: it begins in its first field, keeps the focus and gives it back", () =>
  withDoor(async (page) => {
    await page.locator("[data-host]").first().waitFor();
    await page.locator("#sign-in").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.name), "code");
    await page.keyboard.type("/"); // no shortcut of the page below
    assert.equal(await form(page, "enter").locator('[name="code"]').inputValue(), "/");
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.id), "sign-in");
    await page.locator("#language").click();
    await reads(page.locator("#sign-in"), "First set-up");
  }));
