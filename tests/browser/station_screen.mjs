// SPDX-License-Identifier: Apache-2.0
// The station's screens in one browser for all tests of station_test.mjs, and what those find on them. Skips with status 77 where
// there is no browser.
import assert from "node:assert/strict";
import { after, before } from "node:test";

import { launch, missing, until } from "./page.mjs";
import { StationServer } from "./station_server.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser.station skipped: ${why}`);
  process.exit(77);
}

export const bundle = process.argv[2];
export const wide = { width: 1920, height: 1080 };
export let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

/** withStation opens the screens on a world, and fails on any console error, thrown error or request to elsewhere. */
export async function withStation(world, body, { hash = "#unit", viewport = wide, allowErrors = false, touch = true, motion = "no-preference", first = null, setUp = true } = {}) {
  const server = await StationServer.start(bundle, world);
  server.setUp = setUp;
  const context = await browser.newContext({ viewport, locale: "fr-FR", timezoneId: "Europe/Paris", reducedMotion: motion });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowErrors) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server.origin}/`)) complaints.push(`request: ${request.url()}`);
  });
  page.setDefaultTimeout(60000);
  if (first !== null) await page.addInitScript(first);
  try {
    await page.goto(`${server.origin}/${hash}`);
    await until(page, () => document.body.dataset.page !== undefined && !document.body.hasAttribute("data-waiting") && document.querySelector(".clock").textContent !== "");
    if (touch) await page.keyboard.press("x");
    await body(page, server);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close().catch(() => undefined); // a browser that died must not keep the server alive
    await server.stop();
  }
}

export const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
export const tile = (page, bed) => page.locator(`.tile[data-bed="${bed}"]`);
export const number = (page, bed, quantity) => tile(page, bed).locator(`.number[data-quantity="${quantity}"]`);
export const banner = (page) => page.locator("#banner");

export const waveOf = (world, bed, handle) => world.bed(bed).waves.find((wave) => wave.handle === handle);
export const boxOf = (world, bed, handle) => `.tile[data-bed="${bed}"] .wave[data-wave="${waveOf(world, bed, handle).id}"]`;
export const fullSweepMs = 6500; // of a tile of eight, and what a loaded machine adds
