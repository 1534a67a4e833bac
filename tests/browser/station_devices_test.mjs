// SPDX-License-Identifier: Apache-2.0
// The station's page "Devices" in a real browser: node station_devices_test.mjs BUNDLE. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./page.mjs";
import { reads, tile, wide, withStation } from "./station_screen.mjs";
import { World } from "./station_world.mjs";

test("a device is placed by a person who confirms; its own label is only marked", async () => {
  const world = World.of(8);
  const device = world.device("R3");
  Object.assign(device, { bed: "", patient: { identifier: "77", family: "AUTRE", given: "Paul", born: "1950-02-01" } });
  world.bed("R3").devices = [];
  Object.assign(world.device("R5"), { doubted: true });
  Object.assign(world.device("R6"), { trouble: { code: "certificate", text: "unknown", remedy: "Import it." }, clock_ahead: -312 });
  await withStation(world, async (page, server) => {
    await reads(page.locator(".devices-waiting"), "1 appareil sans lit");
    const row = page.locator(`tr[data-device="${device.device}"]`);
    await reads(row, "dit être au lit R3");
    assert.equal((await row.innerText()).includes("silence"), false, "nobody is told of a device at no bed");
    await reads(page.locator("tr", { hasText: "DE1005" }), "silence signalé après 3 s");
    await reads(page.locator("tr", { hasText: "DE1005" }), "Certificat refusé");
    await reads(page.locator("tr", { hasText: "DE1005" }), "en retard de 5");
    await row.getByRole("button", { name: "Placer" }).click();
    assert.equal(await page.locator(".bed-choice[data-offered]").getAttribute("data-bed"), "R3");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Annuler", "nothing is chosen for them");
    await page.locator('.bed-choice[data-bed="R3"]').click();
    await reads(page.locator(".question"), "DE1002) est bien au lit R3, près de BERNARD Awa");
    await reads(page.locator(".facts-asked"), "AUTRE Paul");
    assert.deepEqual(server.wishes, []);
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.locator("tr", { hasText: "DE1004" }).getByRole("button", { name: "Confirmer à R5" }).click();
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.map(({ body: { device, bed } }) => ({ device, bed })), [{ device: device.device, bed: "R3" }, { device: world.device("R5").device, bed: "R5" }]);
  }, { hash: "#devices" });
});

test("nobody confirms a device or a bed that has become another one meanwhile: what was read stands beside what is there now", async () => {
  const world = World.of(8);
  const device = world.device("R8");
  const named = (family, given) => ({ identifier: "", family, given, born: "" });
  Object.assign(device, { doubted: true, address: "127.0.3.1", patient: named("ALPHA", "Anne") });
  await withStation(world, async (page, server) => {
    const row = page.locator(`tr[data-device="${device.device}"]`);
    await row.getByRole("button", { name: "Confirmer à R8" }).click();
    await reads(page.locator(".facts-asked"), "ALPHA Anne");
    Object.assign(device, { address: "127.0.3.66", patient: named("BETA", "Bob") });
    await reads(row, "BETA Bob"); // the page knows, the question is not changed under the finger
    assert.deepEqual((await page.locator(".facts-asked li").allInnerTexts()).slice(1), ["127.0.3.1", "dit être au lit R8", "dit avoir ALPHA Anne"]);
    await page.locator("[data-yes]").dblclick();
    await reads(page.locator(".outcome"), "cela a changé entre-temps");
    assert.deepEqual((await page.locator(".facts-asked li").allInnerTexts()).slice(0, 4), ["maintenant : 127.0.3.66", "maintenant : dit avoir BETA Bob", "avant : 127.0.3.1", "avant : dit avoir ALPHA Anne"]);
    assert.equal(server.wishes.length, 1, "a finger that came down twice has confirmed nothing");
    assert.equal(device.doubted, true);
    world.bed("R8").patient = { ...world.bed("R8").patient, family: "GAMMA" };
    await page.locator("[data-yes]:not([disabled])").click();
    await reads(page.locator(".facts-asked"), "maintenant : au lit R8 : GAMMA");
    assert.equal(device.doubted, true, "another patient lies there");
    await page.locator("[data-yes]:not([disabled])").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(device.doubted, false);
    await page.locator("#language").click();
    await row.getByRole("button", { name: "Place…" }).click();
    await page.getByRole("button", { name: "At no bed" }).click();
    await reads(page.locator(".facts-asked"), "127.0.3.66");
    device.address = "127.0.3.67";
    await reads(row, "127.0.3.67");
    await page.locator("[data-yes]").click();
    await reads(page.locator(".outcome"), "it has changed meanwhile");
    await reads(page.locator(".facts-asked"), "now: 127.0.3.67");
    assert.equal(device.bed, "R8");
  }, { hash: "#devices", allowErrors: true });
});

test("of many devices those at no bed stand first, then those in trouble with the whole remedy, then the others", async () => {
  const world = World.of(32);
  Object.assign(world.device("R30"), { trouble: { code: "certificate", text: `subject=${"unbroken".repeat(16)}`, remedy: "" } });
  Object.assign(world.device("R28"), { doubted: true, bed_label: "R5", patient: { identifier: "80012345", family: "LEFÈVRE-DESNOYERS", given: "Marie-Christine", born: "1950-02-01" } });
  Object.assign(world.device("R32"), { bed_label: "CHIR 4" });
  world.bed("R12").devices = [];
  world.device("R12").bed = "";
  world.mute("R28");
  world.raise("R28", "high", "*** ASYSTOLE");
  for (const viewport of [wide, { width: 1366, height: 768 }]) {
    await withStation(world, async (page) => {
      const beds = () => page.locator(".devices tbody tr").evaluateAll((rows) => rows.map((row) => row.querySelector(".device-bed").textContent));
      await page.locator(".devices tbody tr").nth(31).waitFor();
      assert.deepEqual((await beds()).slice(0, 5), ["—", "R28", "R30", "R1", "R2"]);
      assert.equal((await beds())[31], "R32", "another ward's label is no trouble of the device");
      const cut = await page.locator(".devices-page").evaluate((all) => [...all.querySelectorAll("td *")].filter((node) => node.getBoundingClientRect().right > all.clientWidth || node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0).map((node) => node.textContent));
      assert.deepEqual(cut, []);
      const above = await page.locator("tr", { hasText: "DE1029" }).evaluate((row) => row.getBoundingClientRect().bottom < document.querySelector(".foot").getBoundingClientRect().top);
      if (viewport === wide) assert.ok(above, "it lies above the fold");
    }, { hash: "#devices", viewport });
  }
});

test("what was never shown and cannot be read is told on the page Devices alone, with its remedy, behind whatever else is wrong", async () => {
  const world = World.of(3);
  Object.assign(world.device("R2"), { trouble: { code: "aside", text: "What was never shown cannot be read", remedy: "" } });
  await withStation(world, async (page) => {
    const row = page.locator(`tr[data-device="${world.device("R2").device}"]`);
    await reads(row.locator('.device-state[data-tone="mark"]'), "Entendu ; une donnée jamais affichée est illisible");
    await reads(row, "Rien de ce qui était affiché ne manque, les alarmes sont lues.");
    await page.locator("#language").click();
    await reads(row, "Nothing that was shown is missing, and alarms are read. Note maker, model and version for biomed.");
    world.device("R2").doubted = true;
    await reads(row.locator('.device-state[data-tone="warn"]'), /./);
    assert.equal((await row.innerText()).includes("never shown"), false, "one thing at a time, the graver one");
    world.device("R2").doubted = false;
    world.device("R3").gave_way = 3;
    const other = page.locator(`tr[data-device="${world.device("R3").device}"]`);
    await reads(other.locator('.device-state[data-tone="mark"]'), "from before the cut, no longer awaited for want of room: 3");
    await reads(other, "then place it at its bed anew");
    await page.evaluate(() => (location.hash = "#unit"));
    await reads(tile(page, "R2"), "R2");
    assert.equal((await tile(page, "R2").innerText()).includes("shown"), false);
    assert.equal(await tile(page, "R2").locator(".bed-line").getAttribute("data-priority"), await tile(page, "R1").locator(".bed-line").getAttribute("data-priority"));
  }, { hash: "#devices" });
});

test("a device at a bed other than its label says is marked on the tile with both names, and Devices puts it right", async () => {
  const world = World.of(6);
  const device = world.device("R3");
  Object.assign(device, { bed_label: "R5" });
  Object.assign(world.device("R6"), { bed_label: "CHIR 4" });
  world.device("R5").bed_label = "";
  await withStation(world, async (page, server) => {
    await reads(tile(page, "R3").locator(".bed-away"), "≠ R5");
    assert.equal(await tile(page, "R3").locator(".bed-name").innerText(), "R3");
    await reads(tile(page, "R3").locator(".bed-what"), "L’appareil dit : R5");
    await reads(tile(page, "R6").locator(".bed-away"), "≠ CHIR 4");
    assert.equal(await tile(page, "R1").locator(".bed-away").isVisible(), false);
    world.raise("R3", "high", "*** ASYSTOLE"); // an alarm takes the line at the bottom, never the mark
    await reads(tile(page, "R3").locator(".bed-what"), "ASYSTOLE");
    assert.ok(await tile(page, "R3").locator(".bed-away").isVisible());
    await page.evaluate(() => (location.hash = "#bed/R3"));
    await reads(page.locator(".bed-away-line"), "est placé au lit R3 et dit être au lit R5");
    await page.evaluate(() => (location.hash = "#devices"));
    const row = page.locator(`tr[data-device="${device.device}"]`);
    await reads(row.locator(".device-state"), "placé à R3, dit R5");
    await reads(row, "S’il est à R5 : le placer à R5");
    await row.getByRole("button", { name: "Placer à R5…" }).click();
    await reads(page.locator(".question"), "est bien au lit R5, près de");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.map(({ path, body: { device, bed } }) => ({ path, device, bed })), [{ path: "/act/assign", device: device.device, bed: "R5" }]);
    await reads(row.locator(".device-state"), "en direct");
    await page.evaluate(() => (location.hash = "#unit"));
    await tile(page, "R3").locator(".bed-away").waitFor({ state: "hidden" });
  });
});

test("an alarm of a device at no bed says whose it is, leads to its row, which is first and answers it", async () => {
  const world = World.of(4);
  const at = (bed, label, address) => {
    const device = world.device(bed);
    Object.assign(device, { bed: "", bed_label: label, address, maker: "GW", model: "", serial: "" });
    world.bed(bed).devices = [];
    return device.device;
  };
  const [first, grave] = [at("R1", "BOX 11", "127.0.6.21"), at("R4", "BOX 12", "127.0.6.22")];
  const lesser = world.raise("", "medium", "** SpO2 88 < 90", { device: first });
  world.raise("", "low", "* VPB", { device: grave });
  const high = world.raise("", "high", "*** ASYSTOLE", { device: grave });
  await withStation(world, async (page, server) => {
    await reads(page.locator("#banner .banner-bed"), "Sans lit : BOX 12, 127.0.6.22");
    await reads(page.locator("#banner .banner-do"), "Trouver cet appareil");
    assert.match(await page.title(), /HAUTE Sans lit/);
    await reads(page.locator(".pages"), "Appareil en alarme");
    await page.keyboard.press("3");
    const rows = page.locator(".devices tbody tr");
    const order = () => rows.evaluateAll((all) => all.slice(0, 2).map((row) => row.dataset.device));
    await rows.nth(3).waitFor();
    assert.deepEqual(await order(), [grave, first]);
    const alarm = rows.nth(0).locator(".device-alarm");
    await reads(alarm, /^!!!HAUTE \*\*\* ASYSTOLE · .*· \+ 1 autre$/);
    await alarm.and(page.locator("[data-flashes]")).waitFor();
    assert.equal(await alarm.evaluate((node) => (node.getAnimations().forEach((one) => Object.assign(one, { currentTime: 0 }).pause()), getComputedStyle(node).backgroundColor)), "rgb(208, 23, 27)");
    await page.evaluate(() => (location.hash = "#unit"));
    await page.locator("#banner .banner-bed").click();
    await rows.nth(3).waitFor();
    await page.waitForTimeout(700);
    await rows.nth(0).getByRole("button", { name: "Acquitter" }).click();
    await reads(page.locator(`tr[data-device="${grave}"] .device-alarm`), /BASSE \* VPB · .* · HAUTE \*\*\* ASYSTOLE, acquittée$/); // what is graver stays named
    assert.deepEqual(server.wishes, [{ path: "/act/acknowledge", body: { alarm: high.alarm, seconds: 60, seen: "high" } }]);
    await until(page, (name) => document.querySelector(".devices tbody tr").dataset.device === name, first); // what nobody has answered is first, as in the banner
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(page.locator(`tr[data-device="${first}"] .device-alarm[data-answered]`), "SpO2 88");
    assert.equal(server.wishes.pop().body.alarm, lesser.alarm);
    world.raise("R2", "high", "*** VT"); // a bed's alarm leads to its bed
    await reads(page.locator("#banner .banner-bed"), "R2");
    await page.keyboard.press("3");
    await reads(page.locator(".bed-title"), "R2");
  });
});
