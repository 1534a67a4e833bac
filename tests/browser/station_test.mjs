// SPDX-License-Identifier: Apache-2.0
// The station's screens in a real browser: node station_test.mjs BUNDLE. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { lowContrast, until } from "./page.mjs";
import "./station_alarms.mjs";
import "./station_bed.mjs";
import "./station_lost.mjs";
import "./station_review.mjs";
import "./station_small.mjs";
import { drawn, gaps } from "./station_canvas.mjs";
import { banner, boxOf, browser, bundle, fullSweepMs, number, reads, tile, waveOf, wide, withStation } from "./station_screen.mjs";
import { StationServer } from "./station_server.mjs";
import { codes, numeric, World } from "./station_world.mjs";

test("waves sweep behind one erase bar, a flat line is flat, a gap is a gap", async () => {
  const world = World.of(8);
  world.shapes.set(waveOf(world, "R1", "pleth").id, () => 0.4);
  world.shapes.set(waveOf(world, "R1", "arterial").id, (t) => (t % 1 < 0.5 ? 80 + 30 * Math.sin(t * 40) : Number.NaN));
  await withStation(world, async (page) => {
    await page.waitForTimeout(fullSweepMs);
    const ecg = boxOf(world, "R1", "ecg");
    const one = await page.evaluate(drawn, ecg);
    const bar = gaps(one).filter(([, length]) => length > 4);
    assert.equal(bar.length, 1, `one bar, not ${JSON.stringify(bar)}`);
    assert.ok(bar[0][1] >= 8 && bar[0][1] <= 60, `${bar[0][1]} px`);  // wider by what a busy machine draws late
    assert.ok(one.some((span) => span !== null && span[1] - span[0] > 20), "the beat stands out of its line");
    await page.waitForTimeout(400);
    const two = await page.evaluate(drawn, ecg);
    const next = gaps(two).filter(([, length]) => length > 4);
    assert.equal(next.length, 1);
    assert.notEqual(next[0][0], bar[0][0], "the bar moves");
    const same = one.filter((span, x) => JSON.stringify(span) === JSON.stringify(two[x])).length;
    assert.ok(same > one.length / 3, `what was drawn stays: ${same} of ${one.length} columns`);

    const flat = (await page.evaluate(drawn, boxOf(world, "R1", "pleth"))).filter((span) => span !== null);
    assert.ok(flat.length > 100 && flat.every(([top, bottom]) => bottom - top <= 3), "flat");
    assert.ok(Math.max(...flat.map(([, bottom]) => bottom)) - Math.min(...flat.map(([top]) => top)) <= 4, "at one height");

    const broken = gaps(await page.evaluate(drawn, boxOf(world, "R1", "arterial"))).filter(([, length]) => length > 30);
    assert.ok(broken.length >= 2, `gaps of half a second: ${JSON.stringify(broken)}`);
  });
});

/** In the page: the last values of which no more than a part is seen. */
function cutValues() {
  return [...document.querySelectorAll(".number-was")].flatMap((was) => {
    const box = was.getBoundingClientRect();
    const head = was.parentElement.getBoundingClientRect();
    const seen = box.height > 0 && box.top < head.bottom - 1;
    return seen && (was.scrollWidth > was.clientWidth || box.right > head.right + 0.5) ? [was.textContent] : [];
  });
}

test("a device that falls silent leaves no wave and no number behind, and says so with its remedy", async () => {
  const world = World.of(8);
  await withStation(world, async (page) => {
    await page.waitForTimeout(3000);
    assert.equal(await number(page, "R5", "rate").locator(".number-value").innerText(), String(world.number("R5", "hr").value));
    world.mute("R5");
    await reads(tile(page, "R5").locator(".bed-line"), "MUET");
    await reads(number(page, "R5", "rate").locator(".number-value"), "– – –");
    await reads(number(page, "R5", "rate").locator(".number-was"), `était ${world.number("R5", "hr").value}`);
    for (const n of world.bed("R5").numerics) n.age = Math.max(n.age, 190);
    await reads(number(page, "R5", "arterial").locator(".number-note"), "il y a 3\u00a0min");
    assert.deepEqual(await page.evaluate(cutValues), [], "half a number is another number");
    await reads(banner(page), "Plus rien de Dräger M540 (n° DE1004)");
    await reads(banner(page), "Vérifier alimentation et câble réseau");
    await page.waitForTimeout(fullSweepMs);
    const columns = await page.evaluate(drawn, boxOf(world, "R5", "ecg"));
    assert.ok(columns.filter((span) => span !== null).length < 4, "no old wave stands there");
  });
});

test("never a number where there is none, and what is doubtful, old or a demonstration says so", async () => {
  const world = World.of(8);
  Object.assign(world.number("R1", "hr"), { value: 200, validity: "invalid" });
  Object.assign(world.number("R2", "hr"), { value: null, validity: "missing" });
  Object.assign(world.number("R3", "hr"), { validity: "questionable" });
  Object.assign(world.number("R4", "hr"), { validity: "demo" });
  Object.assign(world.number("R5", "hr"), { age: 12 });
  Object.assign(world.number("R6", "hr"), { age: 70 });
  Object.assign(world.number("R7", "hr"), { value: 71, validity: "calibrating" });
  Object.assign(world.number("R8", "hr"), { validity: "unconfirmed" });
  await withStation(world, async (page) => {
    const value = (bed) => number(page, bed, "rate").locator(".number-value").innerText();
    const note = (bed) => number(page, bed, "rate").locator(".number-note").innerText();
    await number(page, "R7", "rate").waitFor();
    for (const [bed, word] of [["R1", "invalide"], ["R2", "non mesuré"], ["R7", "étalonnage"]]) {
      assert.equal(await value(bed), "– – –", bed);
      assert.ok((await note(bed)).includes(word), `${bed}: ${await note(bed)}`);
    }
    assert.equal(await value("R3"), String(world.number("R3", "hr").value));
    assert.equal(await note("R3"), "douteux");
    assert.equal(await value("R8"), String(world.number("R8", "hr").value));
    assert.equal(await note("R8"), "non sûr");
    const mark = (bed) => page.evaluate((b) => getComputedStyle(document.querySelector(`[data-bed="${b}"] [data-quantity="rate"] .number-value`), "::after").content, bed);
    assert.deepEqual([await mark("R3"), await mark("R8"), await mark("R5")], ['"?"', '"?"', "none"]);
    assert.equal(await note("R4"), "DÉMO");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.querySelector('[data-bed="R4"] [data-quantity="rate"]')).backgroundImage), "none");
    assert.match(await note("R5"), /^il y a 1\d/);
    assert.equal(await value("R5"), String(world.number("R5", "hr").value));
    assert.equal(await value("R6"), "– – –");
    assert.equal(await number(page, "R6", "rate").locator(".number-was").innerText(), `était ${world.number("R6", "hr").value}`);
    assert.match(await note("R6"), /^il y a 1\u00a0min/);
    assert.equal(await number(page, "R8", "arterial").locator(".number-line").innerText().then((text) => text.replace(/\s+/g, " ")), "122/68 (86)");
    await reads(number(page, "R8", "temperature"), "36,8");
  });
});

test("two devices and two lines are told apart on tile and page, a change of source is told, and a number nobody sent never was", async () => {
  const world = World.of(8);
  const second = { ...world.device("R1"), device: "second", model: "X3", serial: "2" };
  world.devices.push(second);
  world.bed("R1").devices.push("second");
  world.bed("R1").numerics.push(numeric("second", "hr", codes.rate, "HR", "/min", 150));
  const alarm = world.raise("R1", "high", "HR > 130 {beat}/min", { origin: "limit", condition: "high:hr", device: "second", code: codes.rate });
  const line = (group, values) => [codes.systolic, codes.diastolic, codes.mean].map((code, i) => numeric(world.device("R2").device, `${code}@${group}`, code, `ABP${"sdm"[i]}`, "mm[Hg]", values[i], { group }));
  world.bed("R2").numerics.push(...line("1.3.1", [120, 80, 93]), ...line("1.9.1", [100, 60, 73]));
  world.bed("R2").numerics = world.bed("R2").numerics.filter((n) => !["s", "d", "m"].includes(n.handle));
  Object.assign(world.number("R3", "t"), { value: 0, validity: "invalid" });
  const terms = { 151976: "PRESS_AWAY_END_EXP_POS", 151957: "VENT_PRESS_MAX", 151868: "VOL_AWAY_TIDAL", 152196: "CONC_AWAY_O2_INSP", 151880: "VOL_MINUTE_AWAY" };
  world.bed("R4").numerics = Object.entries(terms).map(([code, label]) => numeric(world.device("R4").device, code, Number(code), label, "%", 8));
  await withStation(world, async (page) => {
    const rate = number(page, "R1", "rate");
    await reads(rate.locator(".number-value"), "150");
    await reads(rate.locator(".number-source"), "X3");
    await reads(number(page, "R1", "second"), /FC[^]*M540[^]*62/);
    await reads(tile(page, "R1").locator(".bed-what"), "FC > 130 /min · 150 · X3");
    for (const pressure of ["(1.3.1)", "(1.9.1)"]) await reads(tile(page, "R2").locator(".number-label"), pressure);
    assert.match((await tile(page, "R2").locator(".number-value").allInnerTexts()).join(" "), /120\/80 100\/60/);
    assert.deepEqual(await tile(page, "R4").locator(".number-label").allInnerTexts(), ["PEP", "Pcrête", "VT", "VM", "FiO₂"]);
    assert.equal(await tile(page, "R1").locator(".bed-values").innerText(), "+1 valeur");
    world.mute("R3");
    second.live = alarm.present = false;
    await reads(rate.locator(".number-value"), String(world.number("R1", "hr").value));
    await reads(rate.locator(".number-note"), "source changée");
    await reads(number(page, "R3", "rate").locator(".number-was"), "était");
    assert.equal(await number(page, "R3", "temperature").locator(".number-was").textContent(), "");
    await page.evaluate(() => (location.hash = "#bed/R1"));
    await page.locator(".bed-page .number").nth(1).waitFor();
    assert.deepEqual((await page.locator('.bed-page .number[data-quantity="rate"] .number-source').allInnerTexts()).sort(), ["M540", "X3"]);
    assert.doesNotMatch(await page.locator(".bed-page .numbers").innerText(), /était 0/);
    assert.deepEqual(await page.locator('.bed-page .number[data-quantity="rate"]').first().locator(".number-label, .number-own").allInnerTexts(), ["FC", "HR"]);
    await page.locator("#language").click();
    await reads(page.locator('.bed-page .number[data-quantity="rate"] .number-label').first(), "HR");
    assert.equal(await page.locator(".bed-page .number-own:visible").count(), 0, "English screens have the devices' words");
  });
});

test("a number that does not fit its place is never shown as a part of itself, and a word says why", async () => {
  for (const [beds, viewport] of [[8, wide], [32, wide], [8, { width: 1366, height: 768 }]]) {
    const world = World.of(beds);
    const values = (bed, more) => Object.entries(more).forEach(([handle, value]) => (world.number(bed, handle).value = value));
    values("R1", { hr: 123456789012345 });
    values("R2", { s: 99999999, d: -999 });
    values("R3", { hr: 9999999, s: 999999, d: 999999, m: 999999 });
    values("R4", { hr: 188, s: 188, d: 100, m: 133 });
    await withStation(world, async (page) => {
      for (const [bed, quantity] of [["R1", "rate"], ["R2", "arterial"], ["R3", "arterial"]]) {
        await reads(number(page, bed, quantity).locator(".number-value"), "– – –");
        assert.equal(await number(page, bed, quantity).locator(".number-note").innerText(), "trop long", `${beds} ${bed}`);
        assert.doesNotMatch(await number(page, bed, quantity).locator(".number-line").innerText(), /\d/);
      }
      const cut = await page.evaluate(() => [...document.querySelectorAll(".tile .number-value")].filter((node) => node.getBoundingClientRect().right > node.closest(".number").getBoundingClientRect().right + 1).map((node) => `${node.closest(".tile").dataset.bed} ${node.textContent}`));
      assert.deepEqual(cut, []);
      await reads(number(page, "R4", "rate").locator(".number-value"), "188");
      await reads(number(page, "R4", "arterial").locator(".number-value"), "188/100");
      world.number("R1", "hr").value = 71;
      await reads(number(page, "R1", "rate").locator(".number-value"), "71");
      assert.equal(await number(page, "R1", "rate").locator(".number-note").innerText(), "");
      await page.locator("#language").click();
      await reads(number(page, "R2", "arterial").locator(".number-note"), "too long");
    }, { viewport });
  }
});

/**
 * In the page: the colours that a node's ground takes in two seconds of its own animation, a step each 25 ms. The animation's clock
 * is set by hand, so that a slow machine sees the same; that it runs by itself, and in step with the banner's, is asked apart.
 */
function flashes(selector) {
  const node = document.querySelector(selector);
  const [animation] = node.getAnimations();
  if (animation === undefined) return { runs: false, seen: [getComputedStyle(node).backgroundColor] };
  const [banner] = document.querySelector("#banner").getAnimations();
  const start = animation.startTime;
  const told = { runs: animation.playState === "running", inStep: start !== null && start === banner.startTime, seen: [] };
  animation.pause();
  for (let ms = 12; ms < 2000; ms += 25) {
    animation.currentTime = ms;
    const color = getComputedStyle(node).backgroundColor;
    if (told.seen[told.seen.length - 1] !== color) told.seen.push(color);
  }
  animation.play();
  animation.startTime = start;
  return told;
}

test("high flashes red twice a second, medium yellow every other second, low stands; also with reduced motion", async () => {
  const world = World.of(8);
  world.raise("R1", "low", "* LOW");
  await withStation(world, async (page) => {
    const seen = async (selector, word) => {
      await banner(page).locator(`.priority[data-priority="${word}"] svg`).waitFor();
      await page.waitForTimeout(500);
      return page.evaluate(flashes, selector);
    };
    const twice = (colors, times) => Array.from({ length: times }, (_, i) => colors[i % 2]);
    await reads(banner(page), "BASSE");
    assert.deepEqual(await seen("#banner", "low"), { runs: false, seen: ["rgb(63, 208, 224)"] });
    world.raise("R2", "medium", "** MEDIUM");
    await reads(banner(page), "MOYENNE");
    assert.deepEqual(await seen("#banner", "medium"), { runs: true, inStep: true, seen: ["rgb(242, 194, 0)", "rgb(74, 60, 0)"] });
    world.raise("R3", "high", "*** HIGH");
    await reads(banner(page), "HAUTE");
    const red = twice(["rgb(208, 23, 27)", "rgb(77, 7, 9)"], 8); // four times in two seconds
    for (const selector of ["#banner", '.tile[data-bed="R3"] .bed-line', '.tile[data-bed="R3"] .tile-head']) {
      assert.deepEqual(await seen(selector, "high"), { runs: true, inStep: true, seen: red }, selector);
    }
    await reads(banner(page), "+ 2 autres");
  }, { motion: "reduce" });
});

test("two keys answer exactly the alarm that was read, and one more silences its bed", async () => {
  const world = World.of(8);
  const first = world.raise("R2", "medium", "** SpO2 88 < 90");
  await withStation(world, async (page, server) => {
    await reads(banner(page), "SpO2 88 < 90");
    await page.keyboard.press("a");
    await reads(page.locator("#acknowledge"), "A encore");
    world.raise("R6", "high", "*** ASYSTOLE");
    await tile(page, "R6").and(page.locator("[data-flashes]")).waitFor();
    await reads(banner(page), "SpO2 88 < 90");
    await page.keyboard.press("a");
    await reads(banner(page), "ASYSTOLE");
    assert.deepEqual(server.wishes, [{ path: "/act/acknowledge", body: { alarm: first.alarm, seconds: 60, seen: "medium" } }]);
    await reads(tile(page, "R2").locator(".bed-line"), "acquittée");
    await page.keyboard.press("s");
    await reads(page.locator("#hush"), /Son en pause [12]:\d\d/);
    assert.deepEqual(server.wishes[1], { path: "/act/pause", body: { bed: "R6", seconds: 120, seen: 2 } });
    await reads(tile(page, "R6").locator(".bed-pause"), /son [12]:\d\d/);
    world.raise("R6", "high", "*** VT"); // a new condition sounds: the pause is over for the bed
    await until(page, () => document.querySelector('[data-bed="R6"] .bed-pause').textContent === "");

    await page.locator(".initials").fill("AD<script>");
    await page.waitForTimeout(1000);
    const button = page.locator("#acknowledge");
    const box = await button.boundingBox();
    assert.ok(box.height >= 44 && box.width >= 44, "large enough for a gloved finger");
    await button.click();
    await reads(page.locator(".said"), "Alarme acquittée");
    assert.equal(server.wishes[2].body.who, "ADscript");
  });
});

test("a lesser alarm that nobody has answered leads in its own colour, and what is graver and still there stays named", async () => {
  const at = Date.now() / 1000;
  for (const [beds, viewport] of [[8, wide], [32, wide], [8, { width: 1366, height: 768 }]]) {
    const world = World.of(beds);
    const high = world.raise("R2", "high", "*** ASYSTOLE", { acknowledged: at, answered: at, by: "desk (AD)", silent_until: at + 60 });
    const lesser = world.raise("R2", "medium", "patient", { origin: "station", condition: "patient", kind: "technical" });
    await withStation(world, async (page) => {
      const bed = tile(page, "R2");
      await reads(bed.locator(".bed-what"), "AUTRE PATIENT ?");
      await bed.and(page.locator('[data-priority="medium"][data-flashes]')).waitFor();
      const still = bed.locator('.bed-still[data-priority="high"]');
      await reads(still, "ASYSTOLE");
      const shown = await still.evaluate((node) => {
        const [box, line, text] = [node, node.parentElement, node.parentElement.querySelector(".bed-text")].map((each) => each.getBoundingClientRect());
        return { inside: box.left >= line.left && box.right <= line.right && box.height > 15, border: getComputedStyle(node).borderTopColor, wide: box.width, text: text.width };
      });
      assert.deepEqual([shown.inside, shown.border], [true, "rgb(208, 23, 27)"], JSON.stringify(shown));
      assert.ok(shown.wide > 70 && shown.text > 40, `${beds} beds: ${JSON.stringify(shown)}`);
      assert.equal(await bed.locator(".bed-more").innerText(), "", "there are no others");
      Object.assign(lesser, { acknowledged: at, answered: at, by: "desk" });
      await reads(bed.locator(".bed-what"), "ASYSTOLE");
      await still.waitFor({ state: "hidden" });
      await bed.and(page.locator('[data-priority="high"]:not([data-flashes])')).waitFor();
      Object.assign(high, { present: false, ended: at });
    }, { viewport });
  }
});

test("what became graver between two keys has to be read again, and what a gone device said last is ended by a person", async () => {
  const world = World.of(4);
  const alarm = world.raise("R2", "medium", "** RR HIGH");
  await withStation(world, async (page, server) => {
    await reads(banner(page), "RR HIGH");
    await page.keyboard.press("a");
    await reads(page.locator("#acknowledge"), "A encore");
    Object.assign(alarm, { priority: "high", gravest: "high" });
    await reads(banner(page), "HAUTE");
    await reads(page.locator("#acknowledge"), "Acquitter");
    await page.keyboard.press("a");
    await reads(page.locator("#acknowledge"), "A encore");
    assert.deepEqual(server.wishes, []);
    await page.keyboard.press("a");
    await reads(page.locator(".said"), "Alarme acquittée");
    assert.equal(server.wishes[0].body.seen, "high");
    Object.assign(alarm, { times: 3 });
    await reads(tile(page, "R2").locator(".bed-line"), "3 fois");
    world.mute("R2");
    await page.keyboard.press("2");
    await page.locator("[data-over]:visible").click();
    await reads(page.locator('dialog[data-dialog="over"]'), "RR HIGH");
    await page.locator("dialog [data-yes]").click();
    await reads(page.locator(".said"), "Alarmes finies");
    assert.deepEqual(server.wishes[1], { path: "/act/over", body: { alarm: alarm.alarm } });
  });
});

test("an alarm that its device does not name since it came back says so, and is ended by a person", async () => {
  const world = World.of(4);
  const alarm = world.raise("R3", "high", "*** APNEA", { unconfirmed: Date.UTC(2022, 11, 3, 20, 4) / 1000 });
  world.raise("R3", "medium", "** RR HIGH");
  await withStation(world, async (page, server) => {
    await reads(tile(page, "R3").locator(".bed-line"), "sans nouvelle depuis 21:04");
    await page.keyboard.press("3");
    await page.locator("[data-over]:visible").click();
    await reads(page.locator('dialog[data-dialog="over"]'), "APNEA");
    await reads(page.locator('dialog[data-dialog="over"]'), "21:04");
    await page.locator("dialog [data-yes]").click();
    await reads(page.locator(".said"), "finie");
    assert.deepEqual(server.wishes, [{ path: "/act/over", body: { alarm: alarm.alarm } }]);
  });
});

test("a refusal is told, and nothing changes", async () => {
  const world = World.of(4);
  world.raise("R2", "high", "*** APNEA");
  await withStation(world, async (page, server) => {
    await reads(banner(page), "APNEA");
    server.denies = "Une infirmière doit se connecter.";
    await page.waitForTimeout(800);
    await page.keyboard.press("a");
    await page.keyboard.press("a");
    await reads(page.locator(".said[data-refused]"), "Refusé : Une infirmière doit se connecter.");
    server.refuses = () => ({ word: "graver_now" });
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(page.locator(".said[data-refused]"), "Refusé : elle est devenue plus grave");
    await page.locator("#language").click();
    await reads(page.locator(".said[data-refused]"), "Refused: it has become graver"); // also what was said before, in the language that is read now
    await banner(page).and(page.locator("[data-flashes]")).waitFor();
  }, { allowErrors: true }); // the browser logs the 409 itself
});

/** In the page: what of the strip is cut, out of the window or over something else. */
function cutInStrip() {
  const parts = [...document.querySelector(".strip").children].filter((node) => node.getBoundingClientRect().width > 0 && node.getBoundingClientRect().height > 0);
  const boxes = parts.map((node) => node.getBoundingClientRect());
  const name = (node) => node.className || node.id;
  const strip = document.querySelector(".strip").getBoundingClientRect();
  const out = parts.filter((node, i) => node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0 || node.scrollHeight > node.clientHeight + 1 && node.clientHeight > 0 || boxes[i].left < 0 || boxes[i].right > innerWidth || boxes[i].bottom > strip.bottom + 1 || boxes[i].top < strip.top - 1).map(name);
  const over = boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b, k) => (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1 ? [`${name(parts[i])} over ${name(parts[i + 1 + k])}`] : [])));
  return [...out, ...over];
}

test("whatever was asked, and with a mute box, what came of it and every button of the strip stand there whole", async () => {
  for (const viewport of [wide, { width: 1760, height: 990 }, { width: 1366, height: 768 }]) {
    const world = World.of(8);
    world.sound = { works: false, detail: "none" };
    world.raise("R2", "high", "*** APNEA");
    await withStation(world, async (page, server) => {
      await reads(page.locator(".who"), "Première mise en service");
      assert.deepEqual(await page.evaluate(cutInStrip), [], `${viewport.width}`);
      const foot = () => page.evaluate(() => document.querySelector(".foot").getBoundingClientRect().bottom - innerHeight);
      assert.ok(await foot() < 1, "and nothing is pushed off the screen");
      await page.waitForTimeout(700);
      for (const word of [null, "no_such_bed_or_patient_unclear", "limit_unit", "limit_without_unit", "graver_now"]) {
        server.refuses = () => (word === null ? null : { word });
        await page.keyboard.press("s");
        await reads(page.locator(".said"), { null: "Une alarme nouvelle sonnera.", limit_unit: "ôter la limite", limit_without_unit: "sans unité", graver_now: "plus grave" }[word] ?? "second identifiant");
        assert.deepEqual(await page.evaluate(cutInStrip), [], `${viewport.width} ${word}`);
      }
      await page.locator("#language").click();
      await reads(page.locator(".sound"), "Loudspeaker");
      assert.deepEqual(await page.evaluate(cutInStrip), [], `${viewport.width} in English`);
    }, { viewport, setUp: false, allowErrors: true }); // the browser logs the 409 itself
  }
});

/** In the page, before it runs: counts the pulses that WebAudio is given, with when each was asked for and its pitch. */
function countPulses() {
  window.pulses = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.pulses.push({ asked: performance.now(), at, pitch: this.frequency.value });
    return start.call(this, at);
  };
}

test("sound is locked until a touch and says so; then bursts are those of the priority, and a person's pause alone ends them", async () => {
  const world = World.of(4);
  const server = await StationServer.start(bundle, world);
  const page = await browser.newPage({ viewport: wide, locale: "fr-FR" });
  try {
    await page.addInitScript(countPulses);
    await page.goto(server.origin);
    await reads(page.locator(".locked"), "SON BLOQUÉ : TOUCHER L’ÉCRAN");
    assert.ok((await page.locator(".locked").boundingBox()).width >= 1900, "across the whole screen");
    world.raise("R1", "high", "*** ASYSTOLE");
    await reads(banner(page), "ASYSTOLE");
    assert.equal(await page.evaluate(() => window.pulses.length), 0);
    await page.locator(".locked").click();
    await page.locator(".locked").waitFor({ state: "hidden" });
    await until(page, () => window.pulses.length >= 10);
    const burst = await page.evaluate(() => window.pulses.slice(0, 10).map((pulse) => pulse.at));
    const pauses = burst.slice(1).map((at, i) => Math.round((at - burst[i]) * 100) / 100);
    assert.deepEqual(pauses, [0.25, 0.25, 0.5, 0.25, 0.95, 0.25, 0.25, 0.5, 0.25], "3-2 pause 3-2");
    await until(page, () => window.pulses.length >= 20); // again, by itself
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(page.locator(".said"), "acquittée");
    await page.waitForTimeout(1500);
    const silent = await page.evaluate(() => window.pulses.length);
    await page.waitForTimeout(8000);
    assert.equal(await page.evaluate(() => window.pulses.length), silent, "answered: silent");
    world.raise("R3", "medium", "** RESP LOW");
    await until(page, (n) => window.pulses.length === n, silent + 3);
  } finally {
    await page.close();
    await server.stop();
  }
});

test("the self-test shows and sounds each priority, asks the box, and stays to be seen while a real alarm sounds", async () => {
  const world = World.of(4);
  await withStation(world, async (page, server) => {
    await page.evaluate(countPulses);
    await page.locator("#test").click();
    const sample = page.locator(".test-banner");
    for (const word of ["high", "medium", "low"]) await sample.and(page.locator(`[data-priority="${word}"]`)).waitFor();
    await reads(page.locator("dialog"), "Essai fini");
    assert.deepEqual([...new Set(await page.evaluate(() => window.pulses.map((pulse) => Math.round(pulse.pitch))))], [550, 440, 330]);
    assert.deepEqual(server.wishes.map((wish) => wish.path), ["/act/test-sound"]);
    await page.keyboard.press("Escape");
    world.raise("R1", "low", "* VPB");
    await reads(banner(page), "VPB");
    const before = await page.evaluate(() => window.pulses.length);
    await page.locator("#test").click();
    await reads(page.locator("dialog"), "Une vraie alarme sonne");
    for (const word of ["high", "medium", "low"]) await sample.and(page.locator(`[data-priority="${word}"]`)).waitFor();
    await banner(page).and(page.locator('[data-priority="low"]')).waitFor(); // the real one stays there
    world.raise("R2", "high", "*** VT");
    await reads(banner(page), "VT");
    await banner(page).and(page.locator("[data-flashes]")).waitFor();
    await reads(page.locator("dialog"), "Essai fini");
    const heard = await page.evaluate((n) => window.pulses.slice(n).map((pulse) => Math.round(pulse.pitch)), before);
    assert.ok(heard.includes(550) && !heard.includes(440), `the real alarms alone are heard: ${heard}`);
    for (const key of ["a", "a"]) await page.keyboard.press(key); // and is answered beside the test
    await reads(page.locator(".said"), "acquittée");
    await page.locator("dialog button").click();
    await sample.waitFor({ state: "detached" });
  });
});

test("without its server the screen is grey and sounds within 3 s, shows no number, says how long, and comes back", async () => {
  const world = World.of(8);
  await withStation(world, async (page, server) => {
    await page.evaluate(countPulses);
    await page.waitForTimeout(1500);
    await page.evaluate(() => {
      new MutationObserver(() => (window.lostAt ??= document.body.hasAttribute("data-lost") ? performance.now() : undefined)).observe(document.body, { attributes: true });
    });
    const stopped = await page.evaluate(() => performance.now());
    server.tells = false; // the web server lives on: its beats are no news
    await until(page, () => document.body.hasAttribute("data-lost") && window.pulses.length > 0);
    const { lost, heard } = await page.evaluate(() => ({ lost: window.lostAt, heard: window.pulses[0].asked }));
    assert.ok(lost - stopped <= 3000, `grey after ${Math.round(lost - stopped)} ms`);
    assert.ok(heard - stopped <= 3000, `sound after ${Math.round(heard - stopped)} ms`);
    await reads(banner(page), "STATION PERDUE depuis");
    await reads(banner(page), "Regarder les moniteurs au lit");
    assert.deepEqual([...new Set(await page.locator(".number-value").allInnerTexts())], ["– – –"]);
    assert.match(await page.evaluate(() => getComputedStyle(document.querySelector("main")).filter), /grayscale\(1\)/);
    const canvas = () => {
      const sweep = document.querySelector(".sweep");
      return sweep.getContext("2d").getImageData(0, 0, sweep.width, sweep.height).data.some((v) => v !== 0);
    };
    assert.equal(await page.evaluate(canvas), false, "no old wave");
    await page.keyboard.press("s");
    await reads(page.locator("#hush"), /Son en pause [12]:/);

    await page.reload(); // who comes later is given what the server kept: it must not look live
    await page.waitForTimeout(800);
    assert.equal(await page.locator(".number-value", { hasText: /\d/ }).count(), 0);
    await page.locator("body[data-lost]").waitFor();
    server.tells = true;
    await page.locator("body:not([data-lost])").waitFor();
    await reads(number(page, "R1", "rate").locator(".number-value"), String(world.number("R1", "hr").value));

    await server.stop();
    await page.locator("body[data-lost]").waitFor();
    const again = await StationServer.start(bundle, world, server.port);
    try {
      await page.locator("body:not([data-lost])").waitFor();
      await reads(banner(page), "Aucune alarme");
    } finally {
      await again.stop();
    }
    server.stop = async () => undefined;
  }, { allowErrors: true }); // the browser logs each refused connection itself
});

/** In the page, before it runs: its timers are those of a tab that nobody has seen for five minutes. */
function slowTimers() {
  const timer = window.setTimeout;
  window.setInterval = (act) => {
    const again = () => timer(() => (act(), again()), 60000);
    again();
    return 1;
  };
  window.setTimeout = (act, ms = 0) => timer(act, Math.max(ms, 1000));
}

test("a tab that nobody sees notices a station that is lost, and one that hangs, as any other does", async () => {
  const world = World.of(2);
  await withStation(world, async (page, server) => {
    await page.evaluate(countPulses);
    await page.waitForTimeout(1500);
    for (const lose of [() => (server.tells = false), () => server.pause()]) {
      const before = await page.evaluate(() => (window.pulses.length = 0, performance.now()));
      lose();
      await until(page, () => document.body.hasAttribute("data-lost") && window.pulses.length > 0);
      const heard = await page.evaluate(() => window.pulses[0].asked);
      assert.ok(heard - before <= 3000, `sound after ${Math.round(heard - before)} ms`);
      await server.resume();
      await page.locator("body:not([data-lost])").waitFor();
    }
  }, { allowErrors: true, first: slowTimers });
});

test("a session that ends leaves a screen that says so and sounds until somebody signs in", async () => {
  const world = World.of(2);
  await withStation(world, async (page, server) => {
    await page.evaluate(countPulses);
    server.end();
    await reads(page.locator("#banner"), "CET ÉCRAN NE SURVEILLE PLUS depuis");
    await reads(page.locator("#banner"), "se connecter");
    await page.locator("#banner[data-flashes]").waitFor();
    await page.locator(".door-form").waitFor();
    assert.match(await page.title(), /NE SURVEILLE PLUS/);
    await page.evaluate(() => (window.pulses.length = 0));
    await until(page, () => window.pulses.length >= 3 && Math.round(window.pulses[0].pitch) === 440); // again, by itself
    await page.locator("#hush").click();
    await reads(page.locator("#hush"), /Son en pause [12]:/);
    server.reads = true;
    await tile(page, "R1").waitFor();
    await reads(banner(page), "Aucune alarme");
    assert.doesNotMatch(await page.title(), /NE SURVEILLE PLUS/);
  }, { allowErrors: true });
});

test("what sounds again wants an answer again and leads; S is for what sounds, also of the station itself", async () => {
  const world = World.of(4);
  const grave = world.raise("R1", "high", "*** ASYSTOLE");
  await withStation(world, async (page, server) => {
    const wished = async (keys) => {
      server.wishes.length = 0;
      for (const key of keys) await page.keyboard.press(key);
      for (let i = 0; i < 100 && server.wishes.length === 0; ++i) await page.waitForTimeout(50);
      return server.wishes.map((wish) => wish.body);
    };
    await reads(banner(page), "ASYSTOLE");
    await wished(["a", "a"]);
    world.raise("R2", "low", "* LOW");
    await reads(banner(page), "* LOW");
    Object.assign(grave, { acknowledged: null, silent_until: Date.now() / 1000 - 1 }); // its minute is over
    await reads(banner(page), "ASYSTOLE");
    await reads(banner(page), "à acquitter de nouveau");
    await banner(page).and(page.locator("[data-flashes]")).waitFor();
    await tile(page, "R1").and(page.locator("[data-flashes]")).waitFor();
    await page.locator("#acknowledge").waitFor();
    assert.deepEqual(await wished(["s"]), [{ bed: "R1", seconds: 120, seen: 2 }]);
    await reads(page.locator("#hush"), "· R2 (S)"); // R1 is paused: what sounds now is of R2
    assert.deepEqual(await wished(["s"]), [{ bed: "R2", seconds: 120, seen: 2 }]);
    await reads(page.locator("#hush"), "Reprendre le son");
    const box = world.raise("", "high", "default", { origin: "station", condition: "sound", kind: "technical" });
    await reads(banner(page), "haut-parleur");
    assert.deepEqual(await wished(["s"]), [{ bed: "", seconds: 120, seen: 3, unplaced: true }]);
    await reads(page.locator(".said"), "station et sans lit");
    assert.deepEqual(await wished(["a", "a"]), [{ alarm: box.alarm, seconds: 60, seen: "high" }]);
    await reads(banner(page), "ASYSTOLE");
    Object.assign(box, { acknowledged: null, silent_until: Date.now() / 1000 - 1 });
    await reads(banner(page), "haut-parleur");
    assert.deepEqual(await wished(["a", "a"]), [{ alarm: box.alarm, seconds: 60, seen: "high" }], "and again");
  });
});

test("an alarm that nobody answers says whom it calls, and sounds louder and anew where somebody of that role sits", async () => {
  const world = World.of(2);
  const alarm = world.raise("R2", "medium", "** SpO2 88 < 90", { level: 1 });
  const watchVolume = () => {
    window.volumes = [];
    const ramp = AudioParam.prototype.linearRampToValueAtTime;
    AudioParam.prototype.linearRampToValueAtTime = function (value, at) {
      if (value > 0) window.volumes.push(value);
      return ramp.call(this, value, at);
    };
  };
  await withStation(world, async (page, server) => {
    await reads(banner(page), "ON VOUS APPELLE : SECOND SOIGNANT"); // at the desk
    server.roles = ["director"];
    await page.reload();
    await reads(banner(page), "APPELLE UN SECOND SOIGNANT");
    await page.keyboard.press("x");
    await until(page, () => window.volumes.length === 3);
    Object.assign(alarm, { level: 2 });
    await reads(banner(page), "ON VOUS APPELLE, AVEC TOUS ET LE MÉDECIN");
    await until(page, () => window.volumes.length === 6);
    const volumes = await page.evaluate(() => window.volumes.map((value) => Math.round(value * 10) / 10));
    assert.deepEqual(volumes, [0.6, 0.6, 0.6, 1, 1, 1], "before the next of its bursts, and louder");
    server.roles = ["observer"];
    await page.reload();
    await reads(banner(page), "APPELLE TOUS ET LE MÉDECIN");
  }, { first: watchVolume });
});

test("by keyboard alone an alarm is found, answered and silenced within two keys, on every page and out of a field", async () => {
  const world = World.of(8);
  await withStation(world, async (page, server) => {
    const wished = async (keys, wish) => {
      server.wishes.length = 0;
      for (const key of keys) await page.keyboard.press(key);
      for (let i = 0; i < 100 && server.wishes.length === 0; ++i) await page.waitForTimeout(50);
      assert.deepEqual(server.wishes, [wish]);
    };
    let alarm = 0;
    for (const hash of ["#unit", "#devices", "#bed/R3", "#review/R3"]) {
      await page.evaluate((h) => (location.hash = h), hash);
      alarm = world.raise("R5", "high", `*** ASYSTOLE ${hash}`).alarm;
      await reads(banner(page), `*** ASYSTOLE ${hash}`); // found: R5 stands on every page
      await reads(page.locator(".banner-bed"), "R5");
      await wished(["s"], { path: "/act/pause", body: { bed: "R5", seconds: 120, seen: world.alarms.length } });
      await wished(["a", "a"], { path: "/act/acknowledge", body: { alarm, seconds: 60, seen: "high" } });
      world.alarms.length = 0;
      await reads(banner(page), "Aucune alarme");
    }
    await page.evaluate(() => (location.hash = "#unit"));
    await page.locator(".initials").focus();
    await page.keyboard.type("as"); // letters in a field are letters
    assert.deepEqual(server.wishes.length, 1);
    alarm = world.raise("R6", "high", "*** VFIB").alarm;
    await reads(banner(page), "*** VFIB");
    await page.keyboard.press("Escape");
    await wished(["a", "a"], { path: "/act/acknowledge", body: { alarm, seconds: 60, seen: "high", who: "as" } });
    await page.keyboard.press("3");
    await reads(page.locator(".bed-title"), "R6");
    await page.keyboard.press("Escape");
    await tile(page, "R1").waitFor();
  });
});

test("the list of the unit is printed with one button, in the screen's language and at its clock", async () => {
  const world = World.of(2);
  await withStation(world, async (page) => {
    const list = page.locator("#list");
    assert.equal(await list.innerText(), "Imprimer la liste");
    const [paper] = await Promise.all([page.context().waitForEvent("page"), list.click()]);
    const asked = new URL(await list.getAttribute("href"), "http://x");
    assert.equal(asked.pathname, "/api/station/list.pdf");
    assert.equal(asked.searchParams.get("lang"), "fr");
    assert.ok(["60", "120"].includes(asked.searchParams.get("zone")), "Paris");
    await paper.close();
    await page.evaluate(() => (location.hash = "#devices"));
    await list.waitFor({ state: "hidden" });
  });
});

test("a logbook that nobody seals is told at the foot, and is no alarm", async () => {
  const world = World.of(2);
  await withStation(world, async (page) => {
    await reads(page.locator(".foot"), "mm/s");
    assert.equal(await page.locator(".unsealed").innerText(), "");
    world.raise("", "none", "", { origin: "station", condition: "seal", kind: "technical", audible: false });
    await reads(page.locator(".unsealed"), "Main courante non scellée");
    await reads(banner(page), "Aucune alarme");
  });
});

test("names and texts stay text, and the name policy holds", async () => {
  const world = World.of(4);
  const evil = "<img src=x onerror=alert(1)>\u202Efdp";
  Object.assign(world.bed("R1").patient, { family: evil });
  Object.assign(world.device("R2"), { maker: evil, bed_label: evil, trouble: { code: "other", text: evil, remedy: evil } });
  for (const n of world.bed("R3").numerics) n.label = evil;
  world.bed("R3").waves[0].label = evil;
  world.raise("R2", "high", evil);
  await withStation(world, async (page, server) => {
    await reads(tile(page, "R1").locator(".bed-patient"), "<img src=x onerror=alert(1)>⟨U+202E⟩fdp");
    await reads(banner(page), "<img src=x");
    for (const hash of ["#devices", "#bed/R3", "#bed/R1"]) {
      await page.evaluate((h) => (location.hash = h), hash);
      await reads(page.locator("main"), "<img src=x");
      assert.equal(await page.locator("main img, header img").count(), 0, hash);
    }
    await page.evaluate(() => (location.hash = "#unit"));
    world.names = "initials";
    for (const bed of world.beds) bed.patient = { identifier: "…711", family: "D.", given: "M.", born: "1950" };
    await reads(tile(page, "R2").locator(".bed-patient"), "D. M.");
    await reads(tile(page, "R2").locator(".bed-second"), "1950 …711");
    for (const bed of world.beds) bed.patient = { identifier: "(not recorded)", family: "", given: "", born: "" };
    await reads(tile(page, "R2").locator(".bed-patient"), "patient à inscrire de nouveau");
    world.names = "none";
    for (const bed of world.beds) bed.patient = { identifier: "(hidden)", family: "", given: "", born: "" };
    Object.assign(world.bed("R4"), { patient: null, devices: [] });
    world.device("R4").bed = "";
    await reads(tile(page, "R4").locator(".bed-patient"), "libre"); // a free bed does not look like a taken one
    await reads(tile(page, "R2").locator(".bed-patient"), "occupé, nom masqué");
    world.alarms.length = 0;
    world.raise("R2", "medium", "", { origin: "station", condition: "patient", kind: "technical" });
    await until(page, () => document.querySelector(".banner-what").textContent === "Le moniteur nomme un autre patient"); // no colon before nothing
    await page.evaluate(() => (location.hash = "#bed/R2"));
    await reads(page.locator(".bed-page .bed-patient"), "occupé, nom masqué");
    await page.getByRole("button", { name: "Patient" }).click();
    assert.equal(await page.locator('[name="identifier"]').inputValue(), "");
    await page.getByRole("button", { name: "Libérer le lit" }).click();
    const seen = world.seenOfBed("R2");
    await page.locator("[data-yes]").click();
    await reads(page.locator(".bed-page .bed-patient"), "patient non inscrit");
    assert.deepEqual(server.wishes.pop().body, { bed: "R2", patient: { identifier: "", family: "", given: "", born: "" }, limits_kept: [], seen });
  });
});

test("where there is room no trace strikes its own name out", async () => {
  await withStation(World.of(8), async (page) => {
    for (const [hash, names] of [["#unit", ".tile .wave-label"], ["#bed/R2", ".bed-left .wave-label"]]) {
      await page.evaluate((to) => (location.hash = to), hash);
      await page.locator(names).first().waitFor();
      const free = await page.locator(names).evaluateAll((labels) => labels.map((label) => {
        const room = label.parentElement.querySelector(".wave-box").getBoundingClientRect().top - label.getBoundingClientRect().top;
        return room / Number.parseFloat(getComputedStyle(label).fontSize);
      }));
      assert.ok(free.length >= 4 && free.every((share) => share > 0.9 && share < 1.1), `${hash}: ${free}`);
    }
  });
});

test("thirty-two beds fit a screen, legibly; more are paged, and several screens share them", async () => {
  const world = World.of(32);
  world.mute("R9");
  world.raise("R20", "high", "*** ASYSTOLE");
  world.device("R7").bed_label = "Bed 1";
  Object.assign(world.bed("R7").patient, { family: "DE LA ROCHEFOUCAULD" });
  for (const [i, code] of ["no_number", "odd_name", "crowded", "no_alarms", "odd_rate"].entries()) world.raise(`R${i + 1}`, "medium", code, { origin: "station", condition: `trouble:${code}`, kind: "technical", raised: Date.now() / 1000 - 100 });
  await withStation(world, async (page) => {
    await tile(page, "R32").locator(".number-value").first().waitFor();
    await page.waitForTimeout(1500);
    const found = await page.evaluate(() => {
      const size = (node) => parseFloat(getComputedStyle(node).fontSize);
      const seen = [...document.querySelectorAll(".tile")];
      const outside = [...document.querySelectorAll(".tile .number, .tile .bed-line, .tile .tile-head, .tile .wave")].filter((node) => {
        const box = node.getBoundingClientRect();
        const home = node.closest(".tile").getBoundingClientRect();
        return box.height < 1 || box.bottom > home.bottom + 0.5 || box.right > home.right + 0.5 || box.left < home.left - 0.5;
      });
      const cut = [...document.querySelectorAll(".number-line, .bed-what")].filter((node) => node.scrollWidth > node.clientWidth + 1);
      const over = seen.flatMap((one) => {
        const body = one.querySelector(".numbers");
        return body.scrollHeight > body.clientHeight + 1 ? [one.dataset.bed] : [];
      });
      const all = [...document.querySelectorAll("body *")].filter((node) => node.checkVisibility() && [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ""));
      return {
        tiles: seen.length,
        wide: document.documentElement.scrollWidth - innerWidth,
        high: document.documentElement.scrollHeight - innerHeight,
        outside: outside.map((node) => `${node.closest(".tile").dataset.bed} ${node.className}`),
        cut: cut.map((node) => `${node.closest(".tile").dataset.bed} ${node.textContent}`),
        over,
        rate: Math.min(...[...document.querySelectorAll('[data-quantity="rate"]:not([data-freshness="gone"]) .number-value')].map(size)),
        pressure: Math.min(...[...document.querySelectorAll('[data-quantity="arterial"]:not([data-freshness="gone"]) .number-value')].map(size)),
        name: Math.min(...[...document.querySelectorAll(".bed-name")].map(size)),
        least: Math.min(...all.map(size)),
        wave: Math.min(...[...document.querySelectorAll(".tile .wave-box")].map((node) => node.getBoundingClientRect().height)),
      };
    });
    assert.deepEqual({ ...found, rate: 0, pressure: 0, name: 0, least: 0, wave: 0 }, { tiles: 32, wide: 0, high: 0, outside: [], cut: [], over: [], rate: 0, pressure: 0, name: 0, least: 0, wave: 0 });
    assert.ok(found.rate >= 33, `heart rate ${found.rate} px`);
    assert.ok(found.pressure >= 22, `pressure ${found.pressure} px`);
    assert.ok(found.name >= 20 && found.least >= 12.5, `name ${found.name} px, least ${found.least} px`);
    assert.ok(found.wave >= 30, `waves ${found.wave} px high`);

    assert.deepEqual(await Promise.all([1, 2, 5].map((i) => tile(page, `R${i}`).locator(".bed-what").innerText())), ["Valeur illisible", "Nom suspect", "Cadence fausse"]);
    // The mark of another label is its sign alone, so that the name keeps its room; the line has the words.
    await reads(tile(page, "R7").locator(".bed-what"), "L’appareil dit : Bed 1");
    const head = await tile(page, "R7").evaluate((node) => {
      const [mark, family, second] = [".bed-away", ".bed-family", ".bed-second"].map((part) => node.querySelector(part));
      return { mark: mark.innerText, title: mark.title.includes("dit être au lit Bed 1"), name: family.clientWidth > 70, wide: mark.clientWidth > 10, second: second.getBoundingClientRect().right <= node.getBoundingClientRect().right };
    });
    assert.deepEqual(head, { mark: "≠", title: true, name: true, wide: true, second: true });

    await page.evaluate(() => (location.hash = "#unit/2/2"));
    await reads(page.locator(".unit-pages"), "Écran 2 / 2");
    assert.deepEqual(await page.locator(".tile").evaluateAll((tiles) => [tiles.length, tiles[0].dataset.bed]), [16, "R17"]);
    world.mute("R18");
    await reads(number(page, "R18", "rate").locator(".number-was"), "était");
    assert.deepEqual(await page.evaluate(cutValues), []);
    await page.keyboard.press("2");
    await page.locator(".devices").waitFor();
    await page.keyboard.press("1");
    await reads(page.locator(".unit-pages"), "Écran 2 / 2"); // this screen stays the second one
    await page.evaluate(() => (location.hash = "#unit"));
    for (let i = 33; i <= 40; ++i) world.addBed(`R${i}`, i, ["ecg"]);
    world.raise("R36", "high", "*** VF");
    const other = page.locator(".unit-turn", { hasText: "R33–R40" });
    await other.waitFor();
    await page.waitForTimeout(500);
    const cut = await page.locator(".tile .numbers").evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1).length);
    assert.equal(cut, 0); // the bar of the pages takes its height from the tiles
    await reads(other, "alarme");
    await page.keyboard.press("PageDown");
    await tile(page, "R36").waitFor();
    assert.equal(await page.locator(".tile").count(), 8);
    await reads(page.locator(".unit-turn", { hasText: "R1–R32" }), "alarme");
  });
});

test("a bed keeps its place whatever stands above and below the tiles", async () => {
  for (const [count, viewport] of [[8, wide], [8, { width: 1680, height: 1050 }], [12, wide], [20, wide], [32, wide], [8, { width: 1366, height: 768 }]]) {
    const world = World.of(count);
    await withStation(world, async (page) => {
      const cut = () => page.locator(".tile .numbers").evaluateAll((all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1).length);
      const places = () => page.evaluate(() => {
        const tops = [...new Set([...document.querySelectorAll(".tile")].map((tile) => Math.round(tile.getBoundingClientRect().top)))];
        return [...document.querySelectorAll(".tile")].map((tile) => {
          const { left, top } = tile.getBoundingClientRect();
          return `${tile.dataset.bed} ${Math.round(left)} ${tops.indexOf(Math.round(top))}`;
        });
      });
      await tile(page, `R${count}`).waitFor();
      await reads(page.locator(".locked"), "SON BLOQUÉ");
      const locked = await places();
      assert.equal(await cut(), 0, `${count} beds, under the bar of the sound`);
      await page.keyboard.press("x");
      await page.locator(".locked").waitFor({ state: "hidden" });
      await page.waitForTimeout(500);
      assert.deepEqual(await places(), locked, `${count} beds, without the bar of the sound`);
      await page.locator("#language").click();
      await reads(page.locator(".foot"), "No CE mark");
      await page.waitForTimeout(500);
      assert.deepEqual(await places(), locked, `${count} beds, in English`);
      const outside = await page.locator(".tile").last().evaluate((last) => last.getBoundingClientRect().bottom > document.querySelector(".foot").getBoundingClientRect().top + 0.5);
      assert.equal(outside, false);
    }, { viewport, touch: false });
  }
});

test("both languages, the legal line, and contrast of WCAG AA on every page", async () => {
  const world = World.of(8);
  world.raise("R1", "low", "* LEADS");
  world.mute("R2");
  Object.assign(world.number("R3", "hr"), { validity: "demo" });
  world.families = ["intellivue"];
  await withStation(world, async (page) => {
    await reads(page.locator(".foot"), "Cordon écoute ; les alarmes au lit restent en marche.");
    await reads(page.locator(".foot"), "Sans marquage CE");
    for (const hash of ["#unit", "#bed/R2", "#devices", "#review/R1"]) {
      await page.evaluate((h) => (location.hash = h), hash);
      await page.waitForTimeout(700);
      const { seen, bad } = await page.evaluate(lowContrast);
      assert.ok(seen > 20, `${seen} texts seen`);
      assert.deepEqual(bad, [], hash);
    }
    await page.evaluate(() => (location.hash = "#devices"));
    const unheard = page.locator(".devices-unheard:visible");
    await reads(unheard, "Les appareils SDC ne sont pas cherchés. Un tel appareil n’apparaît pas ici. S’il y en a : dans station.toml, sous [sdc], écrire address");
    assert.deepEqual(await unheard.evaluateAll((all) => all.map((one) => one.dataset.family)), ["sdc", "hl7"]);
    await page.locator("#language").click();
    await reads(unheard, "SDC devices are not looked for. No such device appears here.");
    world.families = ["hl7", "intellivue", "sdc"];
    await until(page, () => [...document.querySelectorAll(".devices-unheard")].every((one) => !one.checkVisibility()));
    await reads(page.locator(".foot"), "Cordon listens; the bedside alarms stay on.");
    await reads(page.locator(".foot"), "No CE mark");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.evaluate(() => (location.hash = "#unit"));
    await reads(banner(page), "Nothing more from Dräger");
  });
});

test("a message that is no samples is dropped, and the screen goes on", async () => {
  const world = World.of(2);
  await withStation(world, async (page, server) => {
    const good = world.samples(0, 0.1);
    for (const bytes of [Buffer.alloc(0), Buffer.from([1]), Buffer.from([9, ...good.subarray(1)]), good.subarray(0, good.length - 3), Buffer.alloc(64, 255)]) server.send(bytes);
    await page.waitForTimeout(fullSweepMs);
    const columns = await page.evaluate(drawn, boxOf(world, "R1", "ecg"));
    assert.ok(columns.filter((span) => span !== null).length > 200);
  });
});
