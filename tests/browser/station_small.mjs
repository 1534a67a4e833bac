// SPDX-License-Identifier: Apache-2.0
// Tests of the station's screens on a small screen, 1366 × 768: imported by station_test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";

import { banner, number, reads, tile, withStation } from "./station_screen.mjs";
import { codes, World } from "./station_world.mjs";

const viewport = { width: 1366, height: 768 };
const clear = 4; // px between a number and the line below it

/** In the page: how far above the line of its tile the lowest number stands, of the tile where that is least. */
function nearest() {
  return Math.min(...[...document.querySelectorAll(".tile")].map((tile) => {
    const line = tile.querySelector(".bed-line").getBoundingClientRect();
    const values = [...tile.querySelectorAll(".number-line")].map((value) => value.getBoundingClientRect().bottom);
    return line.height === 0 ? Number.POSITIVE_INFINITY : line.top - Math.max(...values);
  }));
}

test("on a small screen no number touches the line of an alarm or is lost: more beds than are legible are paged", async () => {
  const world = World.of(8);
  for (const bed of ["R1", "R2", "R6"]) world.raise(bed, "high", "*** TACHY 148 > 140");
  world.number("R2", "hr").value = 148;
  for (const text of ["* LEADS OFF", "* VPB"]) world.raise("R7", "low", text);
  world.raise("R7", "high", "*** ABPs 61 < 90 mmHg", { present: false, ended: Date.now() / 1000 });
  await withStation(world, async (page) => {
    await reads(tile(page, "R6").locator(".bed-what"), "TACHY");
    await reads(tile(page, "R7").locator(".bed-more"), "+2");
    const over = await tile(page, "R7").locator(".bed-since").evaluate((node) => ({ text: node.innerText, all: node.scrollWidth <= node.clientWidth && node.getBoundingClientRect().right <= node.closest(".bed-text").getBoundingClientRect().right + 1 && node.offsetTop <= node.previousElementSibling.offsetTop + 4 }));
    assert.deepEqual(over, { text: "·\u00a0finie", all: true }, "that it is over stands beside what it was");
    const apart = await page.evaluate(nearest);
    assert.ok(apart >= clear, `${apart} px`);

    await page.evaluate(() => (location.hash = "#bed/R2"));
    await reads(page.locator(".bed-right .number").first(), "148");
    const cut = await page.locator(".bed-page .numbers").evaluate((all) => all.scrollHeight - all.clientHeight);
    assert.ok(cut <= 1, `${cut} px of numbers are out of sight`);

    for (let i = 8; i < 32; i += 1) world.addBed(`R${i + 1}`, i, ["ecg", "pleth"]);
    world.number("R30", "hr").value = 148;
    world.raise("R30", "high", "*** TACHY 148 > 140");
    await page.evaluate(() => (location.hash = "#unit"));
    const last = page.locator(".unit-turn", { hasText: "R25–R32" });
    await reads(last, "alarme");
    assert.equal(await page.locator(".tile").count(), 12);
    await reads(number(page, "R2", "rate").locator(".number-value"), "148");
    assert.ok(await page.evaluate(nearest) >= clear);
    await last.click();
    await reads(number(page, "R30", "rate").locator(".number-value"), "148");
    assert.equal(await page.locator(".tile .number-note", { hasText: "trop long" }).count(), 0);
  }, { viewport });
});

/** In the page: of each tile the letters of the name that are read, and whether the second identifier stands whole, clear of name and count. */
function identities() {
  return [...document.querySelectorAll(".tile")].map((tile) => {
    const [family, second, values, head] = [".bed-family", ".bed-second", ".bed-values", ".tile-head"].map((name) => tile.querySelector(name));
    const [name, other, count, place] = [family, second, values, head].map((node) => node.getBoundingClientRect());
    const text = family.firstChild;
    const ends = [...text.data].map((_, i) => {
      const range = document.createRange();
      range.setStart(text, i);
      range.setEnd(text, i + 1);
      return range.getBoundingClientRect().right;
    });
    const cut = family.scrollWidth > family.clientWidth;
    const dots = cut ? parseFloat(getComputedStyle(family).fontSize) : 0;
    const apart = (a, b) => a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
    const whole = other.right <= place.right && second.scrollWidth <= second.clientWidth && [name, other].every((box) => box.top >= place.top - 0.5 && box.bottom <= place.bottom + 0.5 && apart(box, count)) && apart(name, other);
    return { bed: tile.dataset.bed, read: text.data.slice(0, ends.filter((end) => end <= name.right - dots + 0.5).length), of: text.data, whole };
  });
}

test("both identifiers are read on the narrowest tiles, also where a device names another bed", async () => {
  for (const [beds, names] of [[16, "full"], [18, "full"], [18, "initials"]]) {
    const world = World.of(beds);
    world.names = names;
    for (const bed of ["R1", "R7", "R12", "R16"]) world.device(bed).bed_label = "CHIR 4";
    world.raise("R7", "medium", "** SpO2 88 < 90");
    if (names === "initials") for (const { patient } of world.beds) Object.assign(patient, { family: "M.J.", given: "" });
    await withStation(world, async (page) => {
      await tile(page, "R16").locator(".bed-away").waitFor();
      const all = await page.evaluate(identities);
      assert.equal(all.length, beds);
      assert.deepEqual(all.filter(({ read, of, whole }) => !whole || (read !== of && read.length < 8)), [], `${beds} beds, ${names}`);
    }, { viewport });
  }
});

/** In the page: what of a pressure does not stand beside its name, in one line clear of its number, and texts whose accents are cut off. */
function split() {
  return [...document.querySelectorAll(".tile .number")].flatMap((number) => {
    const text = (node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getBoundingClientRect();
    };
    const [name, value] = [".number-name", ".number-line"].map((one) => number.querySelector(one));
    const beside = [...number.querySelectorAll(".number-unit, .number-note")].filter((node) => node.textContent !== "" && text(node).height > 0);
    const middle = (text(name).top + text(name).bottom) / 2;
    const off = number.dataset.quantity === "arterial" ? beside.filter((node) => text(node).top > middle || text(node).right > value.getBoundingClientRect().left - 2) : [];
    const cut = [name, ...beside].filter((node) => {
      for (let at = node; at !== number; at = at.parentElement) {
        const style = getComputedStyle(at);
        const spill = style.overflowY === "clip" ? parseFloat(style.overflowClipMargin) : 0;
        if (style.overflowY !== "visible" && at.getBoundingClientRect().top - spill > text(node).top + 0.1) return true;
      }
      return false;
    });
    return [...off, ...cut].map((node) => `${number.closest(".tile").dataset.bed} ${number.dataset.quantity} ${node.className} ${node.textContent}`);
  });
}

test("with 32 beds a pressure's unit, or that it is no patient's, stands beside its name, and no accent is cut off", async () => {
  const world = World.of(32);
  for (const n of world.bed("R8").numerics) n.validity = "demo";
  await withStation(world, async (page) => {
    await reads(number(page, "R8", "arterial").locator(".number-note"), "DÉMO");
    assert.equal(await page.locator(".tile").count(), 32);
    assert.deepEqual(await page.evaluate(split), []);
    for (const bed of ["R2", "R8"]) assert.equal(await number(page, bed, "arterial").locator(".number-value").innerText(), "122/68");
  }, { viewport: { width: 1920, height: 1080 } });
});

/** In the page: the names, units and numbers of tiles of which only a part is seen, and dashes in the place of a number that is there. */
function partly() {
  return [...document.querySelectorAll(".tile .number")].flatMap((number) => {
    const place = number.closest(".numbers").getBoundingClientRect();
    const parts = [...number.querySelectorAll(".number-label, .number-name, .number-odd, .number-unit, .number-value")].map((part) => [part, part.getBoundingClientRect(), part.parentElement.getBoundingClientRect()]);
    const cut = parts.filter(([part, box, line]) => box.height > 0 && (box.bottom > place.bottom + 0.5 || box.right > place.right + 1 || (part.closest(".number-head") !== null && box.top < line.bottom - 2 && box.right > line.right + 1)));
    const lost = number.getAttribute("data-doubt") === "wide" ? [[number, null]] : [];
    return [...lost, ...cut].map(([part]) => `${number.closest(".tile").dataset.bed} ${number.dataset.quantity} ${part.className} ${part.textContent}`);
  });
}

/** In the page: the dashes of tiles whose age is not read whole beside them, and of what was there no more than a part. */
function ageless() {
  return [...document.querySelectorAll(".tile .number")].flatMap((number) => {
    if (number.dataset.freshness !== "gone") return [];
    const [head, note, was] = [".number-head", ".number-note", ".number-was"].map((name) => number.querySelector(name));
    const [place, box, old] = [head, note, was].map((node) => node.getBoundingClientRect());
    const whole = /\d\u00a0(s|min|h)/.test(note.textContent) && note.scrollWidth <= note.clientWidth && box.bottom <= place.bottom + 1 && box.right <= place.right + 1 && box.height > 0;
    const half = old.width > 0 && old.top < place.bottom - 1 && old.right > place.right + 0.5;
    const low = number.closest(".numbers").getBoundingClientRect().bottom < number.getBoundingClientRect().bottom - 0.5;
    return whole && !half && !low ? [] : [`${number.closest(".tile").dataset.bed} ${number.dataset.quantity} ${head.innerText}`];
  });
}

test("dashes have their age beside them, whole, on every tile: of a dead monitor, and of all when the station is lost", async () => {
  for (const [beds, view, locale] of [[8, viewport, "fr"], [8, { width: 1920, height: 1080 }, "en"], [12, viewport, "en"], [32, { width: 1920, height: 1080 }, "fr"]]) {
    const world = World.of(beds);
    world.mute("R5");
    world.mute("R2");
    for (const n of world.bed("R2").numerics) n.age = 1205;
    await withStation(world, async (page, server) => {
      if (locale === "en") await page.locator("#language").click();
      const dashes = (bed) => reads(number(page, bed, "rate").locator(".number-value"), "– – –");
      for (const bed of ["R2", "R5"]) await dashes(bed);
      assert.deepEqual(await page.evaluate(ageless), [], `${beds} beds, ${view.width} px`);
      await server.pause();
      await dashes("R8");
      assert.deepEqual(await page.evaluate(ageless), [], `${beds} beds, ${view.width} px, lost`);
    }, { viewport: view, allowErrors: true });
  }
});

test("with 32 beds no name, unit or number of a tile is cut, and a doubtful temperature, one in °F and a rate of three digits stand there", async () => {
  const world = World.of(32);
  Object.assign(world.number("R3", "t"), { validity: "questionable" });
  Object.assign(world.number("R4", "t"), { value: 101.3, unit: "[degF]" });
  Object.assign(world.number("R5", "rr"), { value: 120, validity: "unconfirmed" });
  Object.assign(world.number("R6", "hr"), { value: 148 });
  Object.assign(world.number("R7", "s"), { value: 188 });
  Object.assign(world.number("R7", "d"), { value: 100 });
  for (const part of ["s", "d", "m"]) Object.assign(world.number("R8", part), { value: world.number("R8", part).value / 7.5, unit: "kPa" });
  Object.assign(world.number("R9", "t"), { value: 99.5, unit: "[degF]", validity: "questionable" });
  world.raise("R6", "high", "*** TACHY 148 > 140");
  for (const [view, beds] of [[viewport, 12], [{ width: 1920, height: 1080 }, 32]]) {
    await withStation(world, async (page) => {
      await reads(number(page, "R6", "rate").locator(".number-value"), "148");
      assert.equal(await page.locator(".tile").count(), beds);
      assert.deepEqual(await page.evaluate(partly), [], `${view.width} px`);
      await reads(number(page, "R3", "temperature").locator(".number-value"), /^36,8$/);
      await reads(number(page, "R4", "temperature").locator(".number-value"), "101,3");
      for (const [bed, quantity, unit] of [["R4", "temperature", "°F"], ["R8", "arterial", "kPa"], ["R9", "temperature", "°F"]]) assert.equal(await number(page, bed, quantity).locator(".number-odd").innerText(), unit, "no other unit is taken for the usual one");
      await reads(number(page, "R5", "breath").locator(".number-value"), "120");
      await reads(number(page, "R7", "arterial").locator(".number-value"), "188/100");
    }, { viewport: view });
  }
});

test("under both banners no digit of a tile is cut: what has no room is left out whole, but for rate, saturation and what is in alarm, counted, and back once there is room", async () => {
  const low = { width: 1366, height: 755 };
  for (const [count, view, shown, left] of [[12, viewport, 12, 5], [18, viewport, 18, 5], [18, low, 18, 3], [32, viewport, 12, 5]]) {
    const world = World.of(count);
    for (const bed of ["R3", "R5"]) world.bed(bed).numerics = world.bed(bed).numerics.filter((n) => !["s", "d", "m"].includes(n.handle)); // a cuff's pressure, with its age
    world.raise("R5", "high", "RR < 40 /min", { origin: "limit", condition: "low:rr", code: codes.breath });
    await withStation(world, async (page) => {
      const what = `${count} beds, ${view.height}`;
      await reads(banner(page), "FR < 40");
      await reads(page.locator(".locked"), "SON BLOQUÉ");
      await page.waitForTimeout(500);
      assert.equal(await page.locator(".tile").count(), shown);
      assert.deepEqual(await page.evaluate(partly), [], `${what}, under the bar of the sound`);
      assert.equal(await tile(page, "R3").locator(".number:visible").count(), left, what);
      await reads(tile(page, "R3").locator(".bed-values"), `+${6 - left}`);
      for (const quantity of ["rate", "saturation", "cuff"]) assert.ok(await number(page, "R3", quantity).isVisible(), quantity);
      for (const quantity of ["rate", "saturation", "breath"]) assert.ok(await number(page, "R5", quantity).isVisible(), `${quantity}, where the breath is in alarm`);
      await page.keyboard.press("x");
      await page.locator(".locked").waitFor({ state: "hidden" });
      await reads(tile(page, "R3").locator(".bed-values"), "+1");
      await page.waitForTimeout(500);
      assert.deepEqual(await page.evaluate(partly), [], what);
      assert.equal(await tile(page, "R3").locator(".number:visible").count(), 5);
    }, { viewport: view, touch: false });
  }
});

/** In the page: what of the head of a bed's page and of the banner is cut, or stands outside of its place. */
function cutTexts() {
  const place = document.documentElement.clientWidth;
  const nodes = [...document.querySelectorAll(".bed-head *, #banner *")].filter((node) => node.textContent !== "" && node.clientWidth > 0);
  return nodes.filter((node) => node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 2 || node.getBoundingClientRect().right > place + 1).map((node) => `${node.className} ${node.textContent}`);
}

test("on no screen is a patient's identifier or what is wrong cut: it stands on a second line", async () => {
  const world = World.of(8);
  world.bed("R2").patient = { identifier: "IPP-80012345", family: "DE LA ROCHEFOUCAULD-MONTBEL", given: "Jeanne-Élisabeth", born: "1938-11-30" };
  world.raise("R2", "high", "*** ASYSTOLE", { level: 2, raised: Date.now() / 1000 - 1846 });
  for (let i = 0; i < 20; i += 1) world.raise("R3", "low", `* VPB ${i}`);
  for (const text of ["*** ASYSTOLE", "** Pression artérielle invasive non mesurable, capteur débranché ou ligne fermée"]) {
    world.alarms[0].text = text;
    for (const [width, height] of [[1920, 1080], [1600, 900], [1366, 768], [1024, 768], [800, 600]]) {
      await withStation(world, async (page) => {
        for (const english of [false, true]) {
          if (english) await page.locator("#language").click();
          await reads(page.locator("#banner"), text);
          await reads(page.locator(".bed-page .bed-patient"), "IPP-80012345");
          await page.waitForTimeout(400);
          assert.deepEqual(await page.evaluate(cutTexts), [], `${width} × ${height}, ${english ? "English" : "French"}`);
          assert.match(await page.locator("#banner .banner-do").innerText(), english ? /Go to the bed\.$/ : /Aller au lit\.$/);
        }
      }, { hash: "#bed/R2", viewport: { width, height } });
    }
  }
});

test("a tile says whole that an alarm is of the previous patient", async () => {
  const world = World.of(8);
  world.raise("R2", "high", "*** ASYSTOLE", { present: false, ended: Date.now() / 1000, former: true });
  for (const [width, height] of [[1920, 1080], [1366, 768], [1024, 768]]) {
    await withStation(world, async (page) => {
      const since = tile(page, "R2").locator(".bed-since");
      await reads(since, /patient\u00a0précédent/);
      const cut = await since.evaluate((node) => node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1 || node.getBoundingClientRect().right > node.closest(".bed-text").getBoundingClientRect().right + 1);
      assert.equal(cut, false, `${width}`);
      const letters = await tile(page, "R2").locator(".bed-what").evaluate((node) => node.clientWidth / node.scrollWidth);
      assert.ok(letters > 0.75, `${letters} of what was wrong, ${width}`);
    }, { viewport: { width, height } });
  }
});
