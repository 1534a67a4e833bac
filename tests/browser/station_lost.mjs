// SPDX-License-Identifier: Apache-2.0
// Tests of what a screen goes on to say and sound without its station: imported by station_test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./page.mjs";
import { banner, reads, tile, withStation } from "./station_screen.mjs";
import { World } from "./station_world.mjs";

/** In the page, before it runs: the pitch and loudness of each pulse that WebAudio is given. */
function watchPulses() {
  window.pulses = [];
  let loudness = 0;
  const ramp = AudioParam.prototype.linearRampToValueAtTime;
  AudioParam.prototype.linearRampToValueAtTime = function (value, at) {
    if (value > 0) loudness = Math.round(value * 10) / 10;
    return ramp.call(this, value, at);
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.pulses.push(`${Math.round(this.frequency.value)} ${loudness}`);
    return start.call(this, at);
  };
}

const lose = async (page, server) => {
  server.tells = false;
  await page.locator("body[data-lost]").waitFor();
  await page.evaluate(() => (window.pulses.length = 0));
};
const heard = (page) => page.evaluate(() => [...new Set(window.pulses)]);

test("a high alarm that sounds when the station is lost goes on in this browser, with its bed, its call and of when it is", async () => {
  for (const viewport of [{ width: 1920, height: 1080 }, { width: 1366, height: 768 }]) {
    const world = World.of(8);
    world.raise("R2", "medium", "** SpO2 88 < 90");
    world.raise("R5", "high", "*** ASYSTOLE", { level: 2 });
    await withStation(world, async (page, server) => {
      await reads(banner(page), "ASYSTOLE");
      await until(page, () => window.pulses.length > 0);
      await lose(page, server);
      await reads(banner(page), /STATION PERDUE — R5 \*\*\* ASYSTOLE, état de \d\d:\d\d:\d\d/);
      const said = await page.locator(".banner-as-of").innerText();
      const told = new Date(JSON.parse(server.last).at * 1000).toLocaleTimeString("fr-FR", { timeZone: "Europe/Paris" });
      assert.equal(said.trim(), `, état de ${told}`);
      await reads(banner(page), "ON VOUS APPELLE, AVEC TOUS ET LE MÉDECIN");
      await reads(banner(page), "Regarder les moniteurs au lit");
      await reads(banner(page), "+ 1 autre");
      await banner(page).and(page.locator('[data-priority="high"][data-flashes]')).waitFor();
      await reads(page.locator("#banner .priority"), "HAUTE");
      const cut = await page.evaluate(() => [...document.querySelectorAll("#banner .banner-what, #banner .banner-as-of, #banner .banner-line")].filter((node) => node.scrollWidth > node.clientWidth + 1).map((node) => node.className));
      assert.deepEqual(cut, [], `${viewport.width} px`);
      await until(page, () => window.pulses.length >= 10); // again, by itself
      assert.deepEqual(await heard(page), ["550 1"], "the high burst, as loud as one that calls");

      await page.keyboard.press("s");
      await reads(page.locator("#hush"), /Son en pause [12]:/);
      await page.evaluate(() => (window.pulses.length = 0));
      await page.waitForTimeout(9000);
      assert.deepEqual(await heard(page), [], "a person paused it");
      await page.locator("#language").click();
      await reads(banner(page), /STATION LOST — R5 \*\*\* ASYSTOLE, as of \d\d:\d\d:\d\d/);

      server.tells = true;
      await page.locator("body:not([data-lost])").waitFor();
      await reads(banner(page), "R5");
      assert.equal(await page.locator(".banner-as-of").innerText(), "");
    }, { viewport, first: watchPulses });
  }
});

test("what a person paused before the station was lost stays paused to its end and sounds then; what is over or less calls as a medium alarm", async () => {
  const world = World.of(4);
  const now = Date.now() / 1000;
  world.raise("R3", "high", "*** VT", { present: false, ended: now - 60, raised: now - 90 });
  world.raise("R2", "low", "* VPB");
  const grave = world.raise("R1", "high", "*** ASYSTOLE");
  await withStation(world, async (page, server) => {
    await reads(banner(page), "ASYSTOLE");
    const end = Date.now() / 1000 + 18;
    Object.assign(grave, { silent_until: end });
    await reads(tile(page, "R1").locator(".bed-pause"), "0:");
    await lose(page, server);
    await reads(banner(page), "R1 *** ASYSTOLE, état de");
    await reads(banner(page), "R1 : Son en pause 0:");
    await banner(page).and(page.locator('[data-priority="high"]')).waitFor();
    await page.keyboard.press("s"); // of the medium alarm of the loss
    await reads(page.locator("#hush"), /Son en pause [12]:/);
    await page.evaluate(() => (window.pulses.length = 0));
    await until(page, () => window.pulses.length > 0);
    assert.ok(Date.now() / 1000 >= end - 0.5, "not before its end");
    assert.deepEqual(await heard(page), ["550 0.6"]);
    await reads(page.locator("#hush"), "Pause son");

    server.tells = true;
    await page.locator("body:not([data-lost])").waitFor();
    Object.assign(grave, { present: false, ended: Date.now() / 1000, silent_until: null });
    await reads(banner(page), "finie, à acquitter");
    await lose(page, server);
    await reads(banner(page), "R2 * VPB, état de");
    await banner(page).and(page.locator('[data-priority="medium"]')).waitFor();
    await until(page, () => window.pulses.length >= 3);
    assert.deepEqual(await heard(page), ["440 0.6"]);
  }, { first: watchPulses });
});
