// SPDX-License-Identifier: Apache-2.0
// What tests of the page Network share: the page opened on a hospital, and what a person does there.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { Hospital } from "./hospital.mjs";
import { launch, missing } from "./page.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser test skipped: ${why}`);
  process.exit(77);
}

const program = process.argv[3];
const passphrase = "quatre chevaux blancs";
let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

/**
 * withHospital opens the page Network, and fails on any console error, thrown error or request to elsewhere. Where a
 * refusal is part of the test (`refusals`), the line that the browser itself writes of a 409 is none.
 */
export async function withHospital(body, { viewport = { width: 1366, height: 768 }, allowErrors = false, refusals = false, estate = undefined, samba = false } = {}) {
  const hospital = await Hospital.start(program, { estate, samba });
  const complaints = [];
  const open = async () => {
    const context = await browser.newContext({ viewport, locale: "fr-FR", timezoneId: "Europe/Paris" });
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
    page.on("console", (message) => {
      const isRefusal = refusals && message.text().includes("status of 409");
      if (message.type() === "error" && !allowErrors && !isRefusal) complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(`${hospital.origin}/`)) complaints.push(`request: ${request.url()}`);
    });
    page.setDefaultTimeout(90000);
    await page.goto(`${hospital.origin}/#network`);
    await page.locator("[data-group]").first().waitFor();
    return page;
  };
  try {
    await body(await open(), hospital, open);
    assert.deepEqual(complaints, []);
  } finally {
    for (const context of browser.contexts()) await context.close();
    await hospital.stop();
  }
}

export const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
export const group = (page, name) => page.locator(`[data-group="${name}"]`);
export const machine = (page, name) => page.locator(`[data-machine="${name}"]`);
export const cell = (row, column) => row.locator(`[data-column="${column}"]`);
export const offer = (page, key) => page.locator(`[data-offer="${key}"]`);
export const nodes = (page) => page.evaluate(() => document.querySelectorAll("*").length);
export const active = (page) =>
  page.evaluate(() => {
    const tree = document.querySelector("[role=tree]");
    const row = document.getElementById(tree.getAttribute("aria-activedescendant"));
    return row === null ? null : row.dataset.machine ?? row.dataset.group ?? row.dataset.kind;
  });

export async function find(page, text) {
  await page.locator("body").press("/");
  await page.locator("#search").fill(text);
}

/** choose looks a host up and opens its panel, by the keyboard alone. */
export async function choose(page, name) {
  await page.locator("#main").focus();
  await page.keyboard.press("/");
  await page.keyboard.type(name);
  await machine(page, name).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.locator("#detail-title").getByText(name, { exact: true }).waitFor();
}

const form = (page, name) => page.locator(`form[data-form="${name}"]`);
async function fill(page, name, values) {
  for (const [field, value] of Object.entries(values)) await form(page, name).locator(`[name="${field}"]`).fill(value);
  await page.keyboard.press("Enter");
}

/** twoPersons signs a.durand in on the page and gives a second page on which b.martin is. */
export async function twoPersons(page, hospital, open) {
  await page.locator("#sign-in").click();
  await fill(page, "enter", { code: hospital.code, name: "a.durand", passphrase, again: passphrase });
  await reads(page.locator("#me"), "a.durand");
  await page.locator("#me").click();
  await fill(page, "invite", { name: "b.martin" });
  const code = (await page.locator("dialog .code").innerText()).trim();
  await page.keyboard.press("Escape");
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const second = await context.newPage();
  second.setDefaultTimeout(90000);
  await second.goto(`${hospital.origin}/#network`);
  await second.getByRole("button", { name: "J’ai un code" }).click();
  await fill(second, "enter", { code, name: "b.martin", passphrase: "la pluie de novembre", again: "la pluie de novembre" });
  await reads(second.locator("#me"), "b.martin");
  return second;
}

/** order asks for one line of the panel with a reason. */
export async function order(page, key, button, confirm, reason) {
  const card = offer(page, key);
  await card.getByRole("button", { name: button }).click();
  await page.keyboard.type(reason);
  await card.getByRole("button", { name: confirm, exact: true }).click();
  await reads(card.locator(".outcome"), "Pris en compte");
}
