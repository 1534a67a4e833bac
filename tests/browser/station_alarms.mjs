// SPDX-License-Identifier: Apache-2.0
// Tests of which alarm leads on the station's screens: imported by station_test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { banner, reads, tile, withStation } from "./station_screen.mjs";
import { World } from "./station_world.mjs";

test("what is over leads nothing of its rank that is there still: not in the banner, not on a tile, and not for the key that answers", async () => {
  const world = World.of(8);
  const at = Date.now() / 1000;
  const present = world.raise("R5", "high", "*** ASYSTOLE", { level: 1, raised: at - 90 });
  const over = world.raise("R1", "high", "*** ABPs 61 < 90 mmHg", { present: false, ended: at - 5, raised: at - 20 });
  world.raise("R5", "high", "*** VT", { present: false, ended: at - 5, raised: at - 30 });
  await withStation(world, async (page, server) => {
    await reads(banner(page).locator(".banner-bed"), "R5");
    await reads(banner(page), "ASYSTOLE");
    await reads(banner(page), "ON VOUS APPELLE");
    await reads(tile(page, "R5").locator(".bed-what"), "ASYSTOLE");
    await reads(tile(page, "R1").locator(".bed-since"), "finie");
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(tile(page, "R5").locator(".bed-what"), "VT"); // it waits for an answer still, and says that it is over
    await reads(banner(page).locator(".banner-bed"), "R1");
    await reads(banner(page), "finie, à acquitter");
    assert.deepEqual(server.wishes.map(({ body }) => body.alarm), [present.alarm]);
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(banner(page).locator(".banner-bed"), "R5");
    assert.deepEqual(server.wishes.map(({ body }) => body.alarm), [present.alarm, over.alarm]);
  });
});
