// SPDX-License-Identifier: Apache-2.0
// Tests of hours at a glance on the page Review: imported by station_test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./page.mjs";
import { reads, waveOf, withStation } from "./station_screen.mjs";
import { World } from "./station_world.mjs";

const labels = 130; // px before the waves
const span = (page, seconds) => page.locator(`[data-span="${seconds}"]`);

/** In the page: in which columns of pixels of the frame something of a colour stands, [r, g, b] with a slack. */
function columnsOf([r, g, b, top, bottom]) {
  const canvas = document.querySelector(".review-canvas");
  const ratio = window.devicePixelRatio;
  const { data, width } = canvas.getContext("2d").getImageData(0, top * ratio, canvas.width, (bottom - top) * ratio);
  const found = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (Math.abs(data[i] - r) < 24 && Math.abs(data[i + 1] - g) < 24 && Math.abs(data[i + 2] - b) < 24 && data[i + 3] > 200) found.add(Math.floor(((i / 4) % width) / ratio));
  }
  return [...found];
}

test("hours stand at a glance: a gap is a gap, an alarm a bar, a click leads to that moment", async () => {
  const world = World.of(4);
  const now = Date.now() / 1000;
  world.shapes.set(waveOf(world, "R2", "pleth").id, (t) => (t > now - 7200 && t < now - 5400 ? Number.NaN : 0.5 + 0.4 * Math.sin(t * 7)));
  world.raise("R2", "high", "*** ASYSTOLE", { raised: now - 3600, present: false, ended: now - 3598 });
  world.number("R2", "spo2").validity = "questionable";
  await withStation(world, async (page, server) => {
    const csv = async () => new URL(await page.getByRole("link", { name: "Exporter (CSV)" }).getAttribute("href"), page.url()).searchParams;
    const strip = page.getByRole("link", { name: "Imprimer une bande" });
    await strip.waitFor();
    await span(page, 14400).click();
    await reads(page.locator(".review-then h2"), "Valeurs : de … à");
    const box = await page.locator(".review-canvas").boundingBox();
    const wide = box.width - labels;
    const place = (at) => labels + ((at - Number(asked.from)) / 14400) * wide;
    const asked = Object.fromEntries(await csv());
    assert.deepEqual([asked.bed, asked.seconds, asked.columns], ["R2", "14400", "1200"], "what is shown is what is exported");
    assert.equal(await strip.isVisible(), false, "no paper is so long");
    const pleth = await page.evaluate(columnsOf, [0x4c, 0xc9, 0xe0, 110, 150]);
    const within = pleth.filter((x) => x > place(now - 7200) + 3 && x < place(now - 5400) - 3);
    assert.deepEqual(within, [], "nothing is drawn where nothing came");
    assert.ok(pleth.filter((x) => x > labels).length > wide / 2);
    const high = (await page.evaluate(columnsOf, [0xff, 0x4a, 0x4d, 22, 36])).filter((x) => x > labels);
    assert.ok(high.length >= 3 && high.every((x) => Math.abs(x - place(now - 3600)) < 5), `two seconds of asystole: ${high} at ${place(now - 3600)}`);
    assert.match(await page.locator(".review-numbers li", { hasText: /^FC/ }).innerText(), /min$/, "named as on the bed's page");
    assert.match(await page.locator(".review-numbers li", { hasText: "SpO2" }).innerText(), /9\d – \d+\? % douteux/);

    await page.mouse.move(box.x + place(now - 9000), box.y + 60);
    await reads(page.locator(".review-then h2"), "Valeurs à");
    await page.mouse.click(box.x + place(now - 9000), box.y + 60);
    await reads(strip, "Imprimer une bande");
    const moment = await csv();
    assert.equal(moment.get("seconds"), "10");
    assert.ok(Math.abs(Number(moment.get("from")) + 5 - (now - 9000)) < 20, "a pixel is 12 s");
    assert.equal(moment.has("columns"), false, "every sample");

    await page.locator(".review-canvas").focus();
    for (const seconds of ["30", "60", "300"]) {
      await page.keyboard.press("-");
      await until(page, (wanted) => document.querySelector('[data-span][aria-pressed="true"]').dataset.span === wanted, seconds);
    }
    await until(page, () => document.querySelector(".review-said").textContent === "");
    const before = Number((await csv()).get("from"));
    await page.keyboard.press("ArrowLeft");
    assert.ok(Math.abs(Number((await csv()).get("from")) - before + 75) < 0.01);
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Enter");
    await until(page, () => document.querySelector('[data-span][aria-pressed="true"]').dataset.span === "10");
    assert.ok(Math.abs(Number((await csv()).get("from")) - (before - 75 + 150 + 2.5 - 5)) < 1.5, "the third of three steps from the middle");

    // What nobody waits for is hung up on, so that the station ends it; who comes back is answered.
    server.reviewTakesMs = 1500;
    for (const seconds of [14400, 1800]) await span(page, seconds).click();
    await page.evaluate(() => (location.hash = "#unit"));
    await until(page, () => document.body.dataset.page === "unit");
    const left = server.reviews.slice(-2);
    assert.deepEqual(left.map((one) => one.to - one.from).map(Math.round), [14400, 1800]);
    for (let i = 0; i < 100 && left.some((one) => !one.gone); i += 1) await page.waitForTimeout(20);
    assert.deepEqual(left.map((one) => one.gone), [true, true]);
    server.reviewTakesMs = 0;
    await page.evaluate(() => (location.hash = "#review/R2"));
    await reads(page.locator(".review-then h2"), "Valeurs : de … à");
  }, { hash: "#review/R2" });
});

test("another patient's time is told apart: on the picture, in its values and between two cursors", async () => {
  const world = World.of(4);
  const now = Date.now() / 1000;
  const border = now - 600;
  const anne = { identifier: "77", family: "ALPHA", given: "Anne", born: "" };
  world.stays.set("R2", [{ stay: 3, from: now - 20000, patient: anne }, { stay: 5, from: border, patient: world.bed("R2").patient }]);
  await withStation(world, async (page) => {
    await reads(page.locator(".review-whose"), /^DUPONT Yves · 12\/02\/1941 · 800121$/);
    await span(page, 1800).click();
    await reads(page.locator(".review-whose li").first(), /^séjour 3 · .* · ALPHA Anne · 77$/);
    await reads(page.locator(".review-whose li").nth(1), /^séjour 5 · .* · DUPONT Yves/);
    await reads(page.locator(".review-numbers"), "plusieurs patients : pointer un moment");
    const box = await page.locator(".review-canvas").boundingBox();
    const from = Number(new URL(await page.getByRole("link", { name: "Exporter (CSV)" }).getAttribute("href"), page.url()).searchParams.get("from"));
    const place = (at) => labels + ((at - from) / 1800) * (box.width - labels);
    const white = await page.evaluate(columnsOf, [255, 255, 255, 60, box.height - 30]);
    assert.ok(white.some((x) => Math.abs(x - place(border)) < 2), `a line at ${place(border)}: ${white}`);
    await page.mouse.click(box.x + place(border), box.y + 60);
    await until(page, () => document.querySelector('[data-span][aria-pressed="true"]').dataset.span === "10");
    await reads(page.locator(".review-whose li").nth(1), "séjour 5");
    const middle = labels + (box.width - labels) / 2; // that moment is there, to a pixel of half an hour
    const values = page.locator(".review-numbers li:not(.none)");
    for (const x of [-400, -400, 400]) await page.mouse.click(box.x + middle + x, box.y + 60); // where it was pointed at there is a cursor already
    await reads(page.locator(".review-measures"), "A et B : deux patients");
    const times = await values.locator(".muted").allInnerTexts();
    const first = new Date(Math.floor(border) * 1000).toLocaleTimeString("fr-FR", { timeZone: "Europe/Paris" });
    assert.ok(times.every((time) => time >= first), `none of before ${first}: ${times}`);
  }, { hash: "#review/R2" });
});

test("the trends of a bed begin with its patient, at once when another is placed there", async () => {
  const world = World.of(4);
  const now = Date.now() / 1000;
  const { patient } = world.bed("R2");
  const anne = { identifier: "77", family: "ALPHA", given: "Anne", born: "" };
  world.stays.set("R2", [{ stay: 0, from: null, patient: null }, { stay: 3, from: now - 1500, patient }]);
  const drawnLeft = (page) => page.evaluate(() => {
    const canvas = document.querySelector(".trend");
    const from = 140 * window.devicePixelRatio;
    const { data } = canvas.getContext("2d").getImageData(from, 0, canvas.width / 3 - from, canvas.height - 40);
    let colored = 0;
    let grey = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 60) colored += 1;
      else if (r > 130) grey += 1;
    }
    return { colored, grey };
  });
  await withStation(world, async (page) => {
    await reads(page.locator(".trend-whose"), "en gris : avant l’inscription");
    const before = await drawnLeft(page);
    assert.equal(before.colored, 0, "nothing in the colours of this patient");
    assert.ok(before.grey > 100, "what nobody was recorded for is still there");
    world.bed("R2").patient = anne;
    world.stays.get("R2").push({ stay: 4, from: Date.now() / 1000, patient: anne });
    await reads(page.locator(".trend-whose"), "avant : patient précédent");
    await until(page, () => document.querySelector(".bed-page .bed-patient").textContent.includes("ALPHA"));
    await page.waitForTimeout(1500);
    assert.deepEqual(await drawnLeft(page), { colored: 0, grey: 0 }, "nothing of the previous patient");
  }, { hash: "#bed/R2" });
});
