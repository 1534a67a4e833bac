// SPDX-License-Identifier: Apache-2.0
// A browser that shows the page Unit, and what it noticed: node watch_page.mjs URL [PNG]. Prints {open: true}, then each
// half second a line of JSON with times in milliseconds since 1970:
//   {waves: [[bed, block, at]], drawn: [[bed, block, at]], numbers: [[bed, rate, at]], alarms: [[number, at]], frames, texts, textBytes,
//    binaryBytes, holes}
// waves: the message with that block came to the page; drawn: the first line of a calibration pulse went to the canvas; numbers:
// the rate stands in the tile; alarms: its words stand on the page. It ends with its input, and leaves a picture in PNG.
import { once } from "node:events";

import { launch, missing } from "../../tests/browser/page.mjs";

const why = missing();
if (why !== null) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

/** In the page, before anything of it runs. */
function watch() {
  const blockSamples = 64;
  const step = 0.0002; // load_bed.h: trace_kinds[0]
  const middle = 16384;
  const pulse = 2; // mV: only a calibration pulse is higher
  const pulseShare = 0.62; // of a lane's height: the beat stays under it, the pulse over it
  const sweepPoints = 100; // a path of more draws a lane anew
  let noted;
  const begin = () => {
    noted = { waves: [], drawn: [], numbers: [], alarms: [], frames: 0, textBytes: 0, binaryBytes: 0, texts: 0, holes: 0 };
  };
  begin();
  window.takeNotes = () => {
    const out = noted;
    begin();
    return out;
  };

  /** markAt reads load_bed.h's mark_of from the lowest bits of a block; null where there is none. */
  const markAt = (samples, from) => {
    const octets = [];
    for (let i = 0; i < blockSamples; i += 1) {
      if (i % 8 === 0) octets.push(0);
      const bit = Math.round(samples[from + i] / step + middle) & 1;
      octets[octets.length - 1] = (octets[octets.length - 1] << 1) | bit;
      if (i === 15 && (octets[0] !== 0xc0 || octets[1] !== 0xde)) return null;
    }
    const sum = octets.slice(0, 6).reduce((a, b) => a + b, 0) & 0xff;
    if (octets[6] !== sum || octets[7] !== 0) return null;
    return { bed: octets[2], block: octets[3] * 65536 + octets[4] * 256 + octets[5] };
  };

  const next = new Map(); // the index that a trace goes on with
  const parts = new Map(); // of a trace: the samples of a block that has not come whole
  const armed = new Map(); // pulses that came and are not drawn yet, by trace
  const boxOf = (wave) => {
    const box = document.querySelector(`.wave[data-wave="${wave}"] .wave-box`)?.getBoundingClientRect();
    const home = document.querySelector("canvas.sweep")?.getBoundingClientRect();
    if (box === undefined || home === undefined) return null;
    return { left: box.left - home.left, right: box.right - home.left, top: box.top - home.top, height: box.height };
  };
  /** take notes the whole blocks at the front of `samples` and gives what is left of them: the beginning of the next one. */
  const take = (wave, samples, at) => {
    let from = 0;
    while (from + blockSamples <= samples.length) {
      const mark = markAt(samples, from);
      if (mark === null) {
        from += blockSamples / 2; // SDC's blocks come in halves, and what was heard first may be the second one
        continue;
      }
      noted.waves.push([mark.bed, mark.block, at]);
      from += blockSamples;
      if (samples[from - 1] < pulse) continue;
      const box = boxOf(wave);
      if (box !== null) armed.set(wave, { ...mark, box });
    }
    return samples.slice(from);
  };
  const hear = (bytes, at) => {
    const view = new DataView(bytes);
    for (let place = 12; place < bytes.byteLength; ) {
      const wave = view.getUint32(place, true);
      const count = view.getUint32(place + 4, true);
      const first = Number(view.getBigUint64(place + 8, true));
      place += 24;
      const unbroken = next.get(wave) === first;
      if (next.has(wave) && !unbroken) noted.holes += 1;
      next.set(wave, first + count);
      const samples = unbroken ? (parts.get(wave) ?? []) : [];
      for (let i = 0; i < count; i += 1) samples.push(view.getFloat32(place + 4 * i, true));
      parts.set(wave, take(wave, samples, at));
      place += 4 * count;
    }
  };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", (event) => {
        if (event.data instanceof ArrayBuffer) {
          noted.binaryBytes += event.data.byteLength;
          hear(event.data, Date.now());
        } else {
          noted.texts += 1;
          noted.textBytes += event.data.length;
        }
      });
    }
  };

  const pen = CanvasRenderingContext2D.prototype;
  const { beginPath, lineTo, stroke } = pen;
  let points = [];
  pen.beginPath = function () {
    points = [];
    beginPath.call(this);
  };
  pen.lineTo = function (x, y) {
    points.push(x, y);
    lineTo.call(this, x, y);
  };
  pen.stroke = function () {
    stroke.call(this);
    if (armed.size === 0 || points.length === 0 || points.length > 2 * sweepPoints) return;
    for (const [wave, { bed, block, box }] of armed) {
      const over = box.top + box.height * (1 - pulseShare);
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = [points[i], points[i + 1]];
        if (x < box.left || x > box.right || y < box.top || y > over) continue;
        noted.drawn.push([bed, block, Date.now()]);
        armed.delete(wave);
        return;
      }
    }
  };

  const shown = new Map();
  const alarms = new Set();
  const look = (records) => {
    const at = Date.now();
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const text = element?.textContent ?? "";
      for (const [, number] of text.length < 400 ? text.matchAll(/BENCH (\d+)/g) : []) {
        if (alarms.has(number)) continue;
        alarms.add(number);
        noted.alarms.push([Number(number), at]);
      }
      const bed = element?.closest('.number[data-quantity="rate"]')?.closest(".tile")?.dataset.bed;
      if (bed === undefined || !element.classList.contains("number-value") || shown.get(bed) === text) continue;
      shown.set(bed, text);
      noted.numbers.push([Number(bed.slice(1)), Number(text), at]);
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const frame = () => {
    noted.frames += 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

const [url, picture] = process.argv.slice(2);
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1920, height: 1080 }, locale: "fr-FR", timezoneId: "Europe/Paris" });
page.on("pageerror", (error) => console.log(JSON.stringify({ error: error.message })));
await page.addInitScript(watch);
await page.goto(url);
await page.keyboard.press("x");
console.log(JSON.stringify({ open: true }));
let going = true;
process.stdin.resume();
once(process.stdin, "end").then(() => {
  going = false;
});
while (going) {
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(JSON.stringify(await page.evaluate(() => window.takeNotes())));
}
if (picture !== undefined) await page.screenshot({ path: picture });
await browser.close();
