// SPDX-License-Identifier: Apache-2.0
// Parts of the station's screens that need no browser: node station_parts_test.mjs ESBUILD. Wave messages, traces, grid, burst.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { codes, numeric, World } from "./station_world.mjs";

const web = fileURLToPath(new URL("../../web/src/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cordon-station-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** part bundles one file of the screens for node. */
async function part(name) {
  const source = join(web, "station", `${name}.ts`);
  const out = join(folder, `${basename(name)}.mjs`);
  const done = spawnSync(process.argv[2], [source, "--bundle", "--format=esm", "--target=es2020", `--outfile=${out}`, "--log-level=error"], { stdio: "inherit" });
  assert.equal(done.status, 0);
  return import(pathToFileURL(out));
}

const { parseSamples } = await part("samples");
const { Trace, TraceBook, niceSpan } = await part("trace");
const { bedsFor, gridFor } = await part("view_unit");
const { labelOf, measured, unitText } = await part("quantities");
const { chosenFor, read, slotsOf, sourceNames } = await part("readings");
const { amount, isOdd, toldUnit, unitOf } = await part("amount");
const { decimal } = await part("../format");
const { doubtsOf, inDoubt, stretchesOf } = await part("doubts");
const { limitables, limitText, written } = await part("limits");
const { numberOf } = await part("dialog_limits");
const { bornOf } = await part("dialog_patient");
const { language, languageOf, restoreLanguage } = await part("../language");
const { bursts, harmonics, Sound } = await part("sound");
const { awayAt, sameBed } = await part("label");
const { isAnother } = await part("person");
const { sayMaybe } = await part("words");
const { callOf, loudestCall } = await part("call");
const { detailOf } = await part("trouble_detail");
const { alarmText, noneText } = await part("sentences");
const { bandName, marginOf, marksOf, TrendStore } = await part("trend");
const { linesOf: stayLines, numberText, ownAll, ownOf, stayAt } = await part("stays");
const { ofBed, ordered } = await part("alarms");
const { chosenWaves, stillNote } = await part("tile");
const { Sweep } = await part("sweep");
const { OverviewPicture } = await part("overview");
const { rangeOf } = await part("range");

test("what came before a patient lay there is none of theirs, on no page", () => {
  const person = (family) => ({ identifier: "", family, given: "", born: "" });
  const anne = { stay: 1, from: 100, patient: person("DURAND") };
  const free = { stay: 2, from: 200, patient: null };
  const omar = { stay: 3, from: 300, patient: person("RICHARD") };
  assert.deepEqual(ownOf([anne]), ownAll);
  assert.deepEqual(ownOf([anne, omar]), { begins: 300, shows: 300 });
  assert.deepEqual(ownOf([anne, free, omar]), { begins: 300, shows: 200 }, "the bed was nobody's, which may be shown as such");
  assert.deepEqual(ownOf([{ stay: 0, from: null, patient: null }, omar]), { begins: 300, shows: Number.NEGATIVE_INFINITY });
  assert.deepEqual(ownOf([{ stay: null, from: null, patient: null }, omar]), { begins: 300, shows: 300 }, "who knows whose that was");
  assert.deepEqual([0, 199, 200, 400].map((at) => stayAt([anne, free, omar], at).stay), [1, 1, 2, 3]);
  assert.deepEqual(stayLines([anne], 0, 400), ["DURAND"]);
  assert.match(stayLines([anne, free], 150, 250)[1], /^séjour 2 · .* · personne d’inscrit$/);
  assert.equal(numberText({ stay: null, from: null, patient: null }), "séjour ?");
  const store = new TrendStore();
  const channel = { device: "m1", handle: "hr", code: codes.rate, label: "HR", unit: "/min" };
  store.older({ channels: [channel], numerics: [[0, 250, 133, "valid", null], [0, 310, 61, "valid", null]] });
  assert.deepEqual(store.bands().flat().map((line) => line.points), [[[250, 133], [310, 61]]]);
  assert.deepEqual(store.bands(300).flat().map((line) => line.points), [[[310, 61]]], "neither its line nor its scale");
  assert.deepEqual(store.bands(320), []);
});

const bytesOf = (buffer) => buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);

test("a message of waves is read as it was written, and never half of one", () => {
  const world = World.of(3);
  const message = world.samples(1000, 1000.1);
  const read = parseSamples(bytesOf(message));
  assert.equal(read.at, 1000.1);
  assert.equal(read.blocks.length, 12);
  const [ecg] = read.blocks;
  assert.equal(ecg.wave, 1);
  assert.equal(ecg.first, 250000);
  assert.ok(Math.abs(ecg.at - (1000 + 24 / 250)) < 1e-9);
  const { bed, wave } = { bed: world.beds[0], wave: world.beds[0].waves[0] };
  ecg.samples.forEach((value, i) => assert.equal(value, Math.fround(world.value(bed, wave, (250000 + i) / 250))));
  for (let length = 0; length < message.length; ++length) {
    const part = parseSamples(bytesOf(message.subarray(0, length)));
    assert.ok(part === null || part.blocks.length < 12, `${length} bytes`);
  }
});

test("whatever bytes come, reading them ends without an error and keeps no more than they hold", () => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const good = World.of(2).samples(5, 5.2);
  for (let round = 0; round < 3000; ++round) {
    const bytes = round % 2 === 0 ? Buffer.from(good) : Buffer.alloc(Math.floor(random() * 200));
    if (round % 2 === 1) for (let i = 0; i < bytes.length; ++i) bytes[i] = Math.floor(random() * 256);
    if (bytes.length > 0) bytes[0] = 1;
    for (let k = 0; k < 4 && bytes.length > 1; ++k) bytes[1 + Math.floor(random() * (bytes.length - 1))] = Math.floor(random() * 256);
    const read = parseSamples(bytesOf(bytes));
    const kept = read === null ? 0 : read.blocks.reduce((sum, block) => sum + block.samples.length, 0);
    assert.ok(kept * 4 <= bytes.length);
  }
});

const wave = { id: 1, device: "d", link: 1, handle: "h", code: 0, label: "x", unit: "", rate: 100, validity: "valid" };
const pace = () => ({ delay: 0.1, need() {} });
const block = (first, samples, at) => ({ wave: 1, first, at, samples: Float32Array.from(samples) });

test("a trace keeps gaps as gaps, takes nothing twice, begins anew after a restart, and stays bounded", () => {
  const trace = new Trace(wave, pace());
  trace.add(block(1000, [1, 2, 3], 50), 50);
  trace.add(block(1005, [6], 50.03), 50.03);
  assert.deepEqual([999, 1000, 1002, 1003, 1004, 1005, 1006].map((i) => trace.at(i)), [NaN, 1, 3, NaN, NaN, 6, NaN]);
  assert.ok(Math.abs(trace.timeOf(1005) - 50.03) < 0.002);
  trace.add(block(1000, [9, 9, 9], 50), 50.1);
  assert.equal(trace.at(1000), 1, "said again");
  assert.equal(trace.epoch, 1);
  trace.add(block(0, [7, 7], 51), 51);
  assert.deepEqual([trace.epoch, trace.at(0), trace.at(1005)], [2, 7, NaN]);
  trace.add(block(2, new Array(10000).fill(5), 151), 151);
  assert.equal(trace.next - trace.first <= 3000, true);
  trace.add(block(2 ** 52, [4], 152), 152);
  assert.equal(trace.at(2 ** 52), 4);
});

test("noise on a flat line is not stretched to a pulse", () => {
  const trace = new Trace({ ...wave, code: 131330, unit: "mV" }, pace());
  trace.add(block(0, Array.from({ length: 500 }, (_, i) => 0.02 * Math.sin(i)), 5), 5);
  trace.fit(0);
  assert.ok(trace.scale.high - trace.scale.low >= 1, "a millivolt at least");
  const scaled = trace.scaled;
  trace.fit(0);
  assert.equal(trace.scaled, scaled, "a scale that fits stays");
  assert.deepEqual([0.9, 1, 1.2, 4, 60, 81].map(niceSpan), [1, 1, 1.5, 5, 75, 100]);
});

test("an EEG has tens of microvolts and is no flat line, an ECG in microvolts is measured by its millivolt", () => {
  const eeg = 153900; // MDC_EEG_ELEC_POTL_CRTX
  const height = (code, label) => {
    const trace = new Trace({ ...wave, code, label, unit: "uV" }, pace());
    trace.add(block(0, Array.from({ length: 500 }, (_, i) => 25 * Math.sin(i)), 5), 5);
    trace.fit(0);
    return trace.scale.high - trace.scale.low;
  };
  assert.equal(height(eeg, "EEG1"), 100);
  assert.equal(height(0, "EEG Fp1"), 100);
  assert.equal(height(131330, "II"), 1000);
  assert.equal(height(0, "Wave 7"), 1000, "which may be an ECG: noise on a flat one is no heart");
});

test("one bad sample makes no wave look flat for longer than it stands on the screen", () => {
  const fitEvery = 0.5;
  const sweep = 20;
  /** after gives the height of the scale after `seconds` more of a wave of 1.5 from its lowest to its highest, of which one sample may be bad. */
  const begin = (unit, code) => {
    const trace = new Trace({ ...wave, code, unit }, pace());
    let now = 0;
    return (seconds, height, bad = null) => {
      for (const until = now + seconds; now < until; now += fitEvery) {
        const samples = Array.from({ length: 50 }, (_, i) => (height / 2) * Math.sin((i / 50) * 2 * Math.PI));
        if (bad !== null) samples[10] = bad;
        bad = null;
        trace.add(block(Math.round(now * 100), samples, now + fitEvery - 0.01), now + fitEvery);
        trace.fit(now + fitEvery - sweep);
      }
      return trace.scale.high - trace.scale.low;
    };
  };
  for (const [unit, code] of [["mV", 131330], ["", 150452]]) {
    const after = begin(unit, code);
    assert.equal(after(60, 1.5), 2, unit);
    assert.ok(after(1, 1.5, 1e30) > 1e29, "it is drawn as it came");
    assert.equal(after(25, 1.5), 2, unit);
    const early = begin(unit, code);
    early(1, 1.5, -5e6);
    assert.equal(early(60, 1.5), 2, unit);
    for (const seconds of [0, 5, 15, 25, 35, 45]) {
      const later = begin(unit, code);
      later(seconds, 1.5);
      later(1, 1.5, 1e30);
      assert.equal(later(25, 1.5), 2, `${unit} ${seconds}`);
      assert.equal(later(60, 1.5), 2, `${unit} ${seconds}`);
    }
  }
  const loose = begin("", 150452);
  loose(60, 1.5);
  assert.ok(loose(60, 0.001) >= 0.3, "noise on what has no unit is no pulse either");
});

test("a book forgets waves that the view does not name", () => {
  const world = World.of(2);
  const book = new TraceBook();
  book.take(world.view());
  assert.ok(book.trace(1) !== undefined && book.trace(17) !== undefined);
  const first = book.trace(1);
  world.beds[1].waves = [];
  book.take(world.view());
  assert.equal(book.trace(17), undefined);
  assert.equal(book.trace(1), first);
});

test("beds stand in a grid that has room for all and few places empty", () => {
  for (let count = 1; count <= 32; ++count) {
    const { columns, rows } = gridFor(count, 1914, 900);
    assert.ok(columns * rows >= count);
    assert.ok(columns * rows - count < columns, `${count}: no empty row`);
    assert.ok(1914 / columns >= 235 && 900 / rows >= 181, `${count}: ${columns} × ${rows}`);
  }
  assert.deepEqual(gridFor(8, 1914, 900), { columns: 4, rows: 2 });
  assert.deepEqual([bedsFor(1920, 916), bedsFor(1366, 561), bedsFor(1366, 507), bedsFor(390, 300)], [32, 18, 12, 1], "what is not legible is paged");
  for (const [width, height] of [[1366, 507], [1366, 561], [1680, 842]]) {
    for (let count = 1; count <= bedsFor(width, height); ++count) {
      const { columns, rows } = gridFor(count, width, height);
      assert.ok(width / columns >= 220 && height / rows >= 181, `${count} on ${width} × ${height}: ${columns} × ${rows}`);
    }
  }
});

test("codes are known by their term, labels are the last resort, and nothing is known of the rest", () => {
  const of = (code, label) => measured({ device: "d", handle: "h", code, label, unit: "" });
  assert.deepEqual(of(147842, "?"), { quantity: "rate", part: "" });
  assert.deepEqual(of(150037, "?"), { quantity: "arterial", part: "systolic" });
  assert.deepEqual(of(150023, "?"), { quantity: "cuff", part: "mean" });
  // As the standard has them: pulse of a saturation, and a cuff whose pressures are not called non-invasive.
  assert.deepEqual(of(149530, "?"), { quantity: "rate", part: "" });
  assert.deepEqual([150301, 150302, 150303].map((code) => of(code, "?").part), ["systolic", "diastolic", "mean"]);
  assert.ok([150301, 150302, 150303].every((code) => of(code, "?").quantity === "cuff"));
  assert.deepEqual(of(0, "Pleth"), { quantity: "pleth", part: "" });
  assert.deepEqual(of(0, "SpO2"), { quantity: "saturation", part: "" });
  assert.deepEqual(of(157784, "Débit"), { quantity: "other", part: "" });
});

test("a number of a device that nobody has confirmed is never shown as if it were the patient's", () => {
  const world = World.of(1);
  const numeric = world.number("R1", "hr");
  const device = world.device("R1");
  const of = (change, validity = "valid") => read({ ...numeric, validity }, { ...device, ...change }, 0, true);
  assert.equal(of({}).doubt, "");
  assert.deepEqual([of({ doubted: true }).doubt, of({ doubted: true }).text], ["device", of({}).text]);
  assert.equal(of({ doubted: true }, "questionable").doubt, "device", "what is graver is said");
  assert.deepEqual([of({ doubted: true }, "missing").doubt, of({ doubted: true }, "missing").text], ["missing", "– – –"]);
  assert.notEqual(sayMaybe("doubt_device"), undefined);
});

test("a number is dimmed after its device's own pause, after half a minute at the latest, and goes with its device", () => {
  const world = World.of(1);
  const numeric = world.number("R1", "hr");
  const at = (age, change) => read({ ...numeric, age }, { ...world.device("R1"), ...change }, 0, true).freshness;
  const of = (change) => [4, 6, 20, 31, 100, 1000].map((age) => at(age, change));
  assert.deepEqual(of({ silence: 3, pause: 3 }), ["now", "old", "old", "gone", "gone", "gone"]);
  assert.deepEqual(of({ silence: 21, pause: 21 }), ["now", "now", "now", "old", "gone", "gone"]);
  assert.deepEqual(of({ silence: 3, pause: 61 }), ["now", "now", "now", "old", "old", "gone"], "a value each half minute");
  assert.deepEqual(of({ silence: 3601, pause: 3601 }), ["now", "now", "now", "old", "old", "old"]);
  assert.deepEqual(of({ silence: 3, pause: 61, live: false }), new Array(6).fill("gone"));
});

test("a number longer than any that is measured is none", () => {
  const world = World.of(1);
  const of = (value, validity = "valid") => read({ ...world.number("R1", "hr"), value, validity }, world.device("R1"), 0, true);
  assert.deepEqual([of(1234567).text, of(1234567).doubt], ["1234567", ""]);
  for (const value of [12345678, -9999999]) assert.deepEqual([of(value).text, of(value).doubt, of(value).last], ["– – –", "wide", ""]);
  assert.equal(of(12345678, "invalid").doubt, "invalid", "the device says so itself");
});

/** arterial gives a line of a device, as a gateway tells it that has several under the same codes. */
function arterial(device, group, systolic, diastolic, mean, name = "ABP") {
  const parts = [["s", codes.systolic, systolic], ["d", codes.diastolic, diastolic], ["m", codes.mean, mean]].filter(([, , value]) => value !== undefined);
  return parts.map(([letter, code, value]) => numeric(device, `${code}@${group}`, code, `${name}${letter}`, "mm[Hg]", value, { group }));
}
const saidOf = (slots) => slots.map((slot) => `${slot.label} ${slot.parts.map(({ numeric }) => numeric.value).join("/")}`);

test("each line of a device is a pressure of its own, and parts of two lines are never one", () => {
  const bedOf = (...lines) => ({ numerics: lines.flat() });
  const one = arterial("m", "1.3.1", 120, 80, 93);
  assert.deepEqual(saidOf(slotsOf(bedOf(one))), ["PA 120/80/93"]);
  assert.deepEqual(saidOf(slotsOf(bedOf(one, arterial("m", "1.9.1", 100, 60, 73)))), ["PA (1.3.1) 120/80/93", "PA (1.9.1) 100/60/73"]);
  assert.deepEqual(saidOf(slotsOf(bedOf(arterial("m", "1.3.1", 120), arterial("m", "1.9.1", 100)))), ["PAs (1.3.1) 120", "PAs (1.9.1) 100"]);
  assert.deepEqual(saidOf(slotsOf(bedOf(arterial("m", "1.3.1", 120), arterial("m", "1.9.1", undefined, 60)))), ["PAs 120", "PAd 60"], "halves of two are no whole");
  assert.deepEqual(saidOf(slotsOf(bedOf(arterial("m", "7", 120, 80, undefined, "P1"), arterial("m", "8", 24, 11, undefined, "P2")))), ["P1 120/80", "P2 24/11"]);
  const same = arterial("m", "vmd", 100).map((n) => ({ ...n, handle: "x" }));
  assert.deepEqual(saidOf(slotsOf(bedOf(arterial("m", "vmd", 120, 80), same))), ["PAs (vmd) 120", "PAs (vmd) 100", "PAd 80"], "who knows whose the 80 is");
  const kPa = arterial("m", "1", undefined, 10).map((n) => ({ ...n, unit: "kPa" }));
  assert.equal(slotsOf(bedOf(arterial("m", "1", 120), kPa)).length, 2, "two units");
  const compound = arterial("m", "1", 120, 80).map((n) => ({ ...n, label: "ABP" }));
  assert.deepEqual([saidOf(slotsOf(bedOf(compound))), saidOf(slotsOf(bedOf(compound.slice(1))))], [["PA 120/80"], ["PA diast. 80"]]);
  assert.deepEqual(saidOf(slotsOf(bedOf(arterial("a", "1", 120, 80), arterial("b", "1", 100, 60)))), ["PA 120/80", "PA 100/60"], "of two devices");
});

/** twoSources is a bed at which a second device measures the heart rate too, and says 150. */
function twoSources() {
  const world = World.of(1);
  const bed = world.bed("R1");
  const second = { ...world.device("R1"), device: "second", model: "X3", serial: "2" };
  world.devices.push(second);
  bed.devices.push("second");
  bed.numerics.push(numeric("second", "hr", codes.rate, "HR", "/min", 150));
  const device = (name) => world.devices.find((one) => one.device === name);
  const tile = (most) => chosenFor(slotsOf(bed), device, most, world.view().alarms).map((one) => `${one.second ? "" : "*"}${one.label} ${one.source} ${one.parts[0].numeric.value}`.replace(/ +/g, " "));
  return { world, bed, tile, second };
}

test("what two devices say of one quantity is shown with their names, and the one in alarm goes first", () => {
  const { world, bed, tile, second } = twoSources();
  assert.deepEqual(tile(5), ["*FC M540 62", "*SpO2 93", "*PA 122", "FC X3 150", "*FR 12"]);
  world.raise("R1", "high", "HR > 130 /min", { origin: "limit", condition: "high:hr", device: "second", code: codes.rate });
  assert.deepEqual(tile(5).filter((line) => line.includes("FC")), ["*FC X3 150", "FC M540 62"]);
  const text = () => alarmText(world.view(), world.alarms[0]);
  assert.equal(text(), "FC > 130 /min · 150 · X3");
  world.alarms[0].text = "HR > 130 {beat}/min";
  assert.equal(text(), "FC > 130 /min · 150 · X3", "its unit is said once");
  second.live = false;
  assert.equal(text(), "FC > 130 /min · X3", "an old value is none");
  world.alarms[0].present = false;
  assert.deepEqual(tile(5).filter((line) => line.includes("FC")), ["*FC M540 62", "FC X3 150"], "the live one");
  world.raise("R1", "high", "NBP > 90", { origin: "limit", condition: "high:ns", code: codes.cuffSystolic });
  assert.ok(tile(5).some((line) => line.startsWith("*PNI 118")), "a number in alarm is on the tile, whatever else is");
  bed.devices.pop();
  bed.numerics.pop();
  second.bed = "";
  assert.ok(tile(7).every((line) => !line.includes("M540")), "one device needs no name");
  const named = (...devices) => [...sourceNames(devices.map((one, i) => ({ device: `hl7:${i}`, maker: "", model: "GW", serial: "", ...one }))).values()];
  assert.deepEqual(named({ serial: "A" }, { serial: "B" }), ["A", "B"]);
  assert.deepEqual(named({ model: "X3" }, { model: "Evita" }), ["X3", "Evita"]);
  assert.deepEqual(named({}, {}), ["hl7:0", "hl7:1"]);
});

test("trends of two devices and of two lines are apart, each with its name", () => {
  const { bed } = twoSources();
  bed.numerics = [...bed.numerics.filter((n) => n.code === codes.rate), ...arterial("second", "1.3.1", 120, 80, 93), ...arterial("second", "1.9.1", 100, 60, 73)];
  const store = new TrendStore();
  store.live(bed, 1000);
  const bands = store.bands();
  const names = new Map([["second", "X3"], [bed.devices[0], "M540"]]);
  assert.deepEqual(bands.map((lines) => [bandName(lines, bands, names).label, bandName(lines, bands, names).source, lines.length]), [["FC", "M540", 1], ["FC", "X3", 1], ["PA", "X3 1.3.1", 3], ["PA", "X3 1.9.1", 3]]);
});

test("what a ventilator measures has a name, a place on its tile after the vital signs, and what has none is counted", () => {
  const identifiers = { 151976: "PRESS_AWAY_END_EXP_POS", 151957: "VENT_PRESS_MAX", 151784: "PRESS_RESP_PLAT", 151868: "VOL_AWAY_TIDAL", 151880: "VOL_MINUTE_AWAY (L_PER_MIN)", 152196: "CONC_AWAY_O2_INSP", 151688: "COMPL_LUNG", 151832: "RATIO_IE" };
  const values = Object.entries(identifiers).map(([code, label]) => numeric("v", code, Number(code), label, "cm[H2O]", 8));
  const bed = { numerics: [...values, numeric("v", "own", 0, "OWN_TERM", "", 1)].reverse() };
  const slots = slotsOf(bed);
  assert.deepEqual(slots.map((slot) => slot.label), ["PEP", "Pcrête", "Pplat", "VT", "VM (L_PER_MIN)", "FiO₂", "Compl.", "I:E", "OWN_TERM"]);
  const live = () => ({ live: true });
  assert.deepEqual(chosenFor(slots, live, 5).map((one) => one.label), ["PEP", "Pcrête", "Pplat", "VT", "VM (L_PER_MIN)"]);
  bed.numerics.push(numeric("v", "hr", codes.rate, "HR", "/min", 80));
  assert.deepEqual(chosenFor(slotsOf(bed), live, 3).map((one) => one.label), ["FC", "PEP", "Pcrête"]);
  assert.deepEqual([labelOf({ code: 151586, label: "VENT_RESP_RATE" }), measured({ code: 151586, label: "" }).quantity], ["FR", "breath"]);
  assert.equal(labelOf({ code: 151868, label: "VTe" }), "VTe", "what its device calls it stands");
  assert.deepEqual([amount(7.24, "ventilation", "L/min"), amount(480, "ventilation", "mL"), amount(0.333, "ventilation", "1")], ["7,24", "480", "0,333"]);
});

test("on a French screen the usual channels have their French names, and what a device's word says more of keeps it", () => {
  const called = (...channels) => channels.map(([code, label]) => numeric("m", `${code}${label}`, code, label, "", 1)).map((one, i, all) => labelOf(one, all));
  const one = (code, label) => called([code, label])[0];
  assert.deepEqual([one(codes.rate, "HR"), one(149530, "PR"), one(codes.saturation, "SpO₂"), one(codes.breath, "RR"), one(151578, "awRR"), one(codes.temperature, "Temp")], ["FC", "Pouls", "SpO2", "FR", "FR", "T°"]);
  assert.deepEqual([one(codes.systolic, "ABPs"), one(codes.diastolic, "ABP Dia"), one(codes.mean, "ARTm"), one(codes.mean, "ABP"), one(codes.cuffSystolic, "NIBPs")], ["PAs", "PAd", "PAm", "PA", "PNIs"]);
  assert.deepEqual([one(150045, "PAs"), one(150087, "CVPm"), one(153611, "ICP")], ["PAPs", "PVCm", "PIC"], "PA of an artery of the lung is no PA");
  for (const [code, label] of [[codes.systolic, "P1s"], [codes.temperature, "Tskin"], [codes.temperature, "T2"], [codes.systolic, "UAPs"], [0, "HR"], [codes.carbon, "RR"]]) assert.equal(one(code, label), label, `${code} ${label}`);
  assert.deepEqual(called([codes.breath, "RR"], [151578, "awRR"]), ["RR", "awRR"], "one name for two is none");
  assert.deepEqual(called([codes.systolic, "ABPs"], [codes.diastolic, "ABPd"], [150033, "ART"]), ["ABPs", "ABPd", "ART"], "nor for two lines");
  const [slot] = slotsOf({ numerics: arterial("m", "1", 120, 80) });
  assert.deepEqual([slot.label, slot.own], ["PA", "ABP"]);
});

test("a ventilator's terms are called on paper as on the screens, in both languages", () => {
  const source = readFileSync(fileURLToPath(new URL("../../src/app/station_paper.cpp", import.meta.url)), "utf8");
  const terms = [...source.matchAll(/\{(15\d{4}), "([^"]+)", "([^"]+)"\}/g)];
  const words = readFileSync(join(web, "station", "words.ts"), "utf8");
  const english = Object.fromEntries([...words.matchAll(/^  vent_\w+: \["([^"]+)", "([^"]+)"\]/gm)].map(([, fr, en]) => [fr, en]));
  assert.equal(terms.length, 26);
  for (const [, code, fr, en] of terms) assert.deepEqual([labelOf({ code: Number(code), label: "X_Y" }), english[fr]], [fr, en], code);
});

test("what could not be read was never a number, also when nothing more comes", () => {
  const world = World.of(1);
  const of = (validity, live) => read({ ...world.number("R1", "t"), value: 0, validity }, { ...world.device("R1"), live }, 60, true);
  for (const validity of ["invalid", "missing", "calibrating"]) assert.deepEqual([of(validity, true).text, of(validity, false).text, of(validity, false).last], ["– – –", "– – –", ""], validity);
  assert.equal(of("valid", false).last, "0,0", "what was said is");
});

test("the past knows when a device was in doubt: from a little before that was told until it was over, and not another's", () => {
  const told = { origin: "station", condition: "doubted", device: "m", raised: 100, ended: 104, present: false };
  const doubts = doubtsOf([told, { ...told, raised: 200, ended: null, present: true }, { ...told, condition: "claimed", raised: 0 }, { ...told, origin: "device", raised: 0 }]);
  assert.deepEqual([99.4, 99.5, 103.9, 104, 199.4, 199.6, 1e9].map((at) => inDoubt(doubts, "m", at)), [false, true, true, false, false, true, true]);
  assert.equal(inDoubt(doubts, "other", 102), false);
  const cut = (first, count, device = "m") => stretchesOf(doubts, device, { first, rate: 10, count }).map(({ begin, end, doubted }) => [begin, end, doubted]);
  assert.deepEqual(cut(99, 100), [[0, 5, false], [5, 50, true], [50, 100, false]]);
  assert.deepEqual(cut(101, 10), [[0, 10, true]]);
  assert.deepEqual(cut(199, 20), [[0, 5, false], [5, 20, true]]);
  assert.deepEqual(cut(99, 100, "other"), [[0, 100, false]]);
});

test("a limit is a number with a comma or a point, or nothing, and is read back as it is written", () => {
  assert.deepEqual(["120,5", " 50 ", "-3.25", "", "  ", "cent", "1e9", "12,", "1.2.3", "Infinity"].map(numberOf), [120.5, 50, -3.25, null, null, ...new Array(5).fill(undefined)]);
  assert.deepEqual([-2, -0.5, 120.5].map((bound) => numberOf(written(bound))), [-2, -0.5, 120.5]);
});

test("a day of birth is read as people write it, and what is no day stays as it is", () => {
  for (const text of ["12/04/1961", "12.4.1961", "12-04-1961", "12 04 1961", "12041961", "12.04.61", "12/4/61"]) assert.equal(bornOf(text, 2026), "1961-04-12", text);
  assert.equal(bornOf("1961-04-12", 2026), "1961-04-12");
  assert.deepEqual(["01/02/26", "01/02/27"].map((text) => bornOf(text, 2026)), ["2026-02-01", "1927-02-01"]);
  for (const text of ["", "1961", "120461", "12/04/961", "12041961 "]) assert.equal(bornOf(text, 2026), text);
});

test("a new screen speaks the browser's language, and then the one that a person chose there", () => {
  assert.deepEqual([["en-GB", "fr"], ["fr-FR", "en"], ["de-DE", "en-US"], ["de"], []].map(languageOf), ["en", "fr", "en", "fr", "fr"]);
  Object.defineProperty(globalThis, "navigator", { value: { languages: ["en-GB"] }, configurable: true });
  restoreLanguage();
  assert.equal(language(), "en");
  globalThis.localStorage = { getItem: () => "fr" };
  restoreLanguage();
  assert.equal(language(), "fr");
  delete globalThis.localStorage;
});

test("a number is written with a true minus sign, and by one function alone", () => {
  assert.deepEqual(["fr", "en"].map((language) => decimal(-0.63, language, { least: 2, most: 2 })), ["−0,63", "−0.63"]);
  assert.deepEqual([-0.4, 0, -12345.6].map((value) => decimal(value, "fr", { most: 0 })), ["0", "0", "−12346"], "no minus before nothing");
  assert.deepEqual([amount(-0.63, "other", "mV"), amount(-3, "venous", "mm[Hg]"), written(-2.5)], ["−0,63", "−3", "−2,5"]);
  assert.deepEqual(["CVP < -2.5 mm[Hg]", "T1 - T2 > 1e+06 Cel", "no limit at all"].map(limitText), ["CVP < −2,5 mmHg", "T1 - T2 > 1000000 °C", "no limit at all"]);
  const scripts = readdirSync(web, { recursive: true }).filter((name) => name.endsWith(".ts") && name !== "format.ts");
  assert.ok(scripts.includes(join("station", "trend.ts")));
  for (const name of scripts) assert.doesNotMatch(readFileSync(join(web, name), "utf8"), /toLocaleString|NumberFormat/, name);
});

test("one bad sample flattens nothing of the past, and what is short but real stands whole", () => {
  const beats = Array.from({ length: 1250 }, (_, i) => (i % 100 < 30 ? 120 : 80));
  assert.deepEqual(rangeOf(beats, 20), [80, 120]);
  assert.deepEqual(rangeOf(beats.with(700, 32767).with(900, null), 20), [80, 120]);
  assert.deepEqual(rangeOf(beats.map((value, i) => (i >= 700 && i < 725 ? 320 : value)), 20), [80, 320], "a fifth of a second");
  assert.deepEqual(rangeOf(beats.with(700, 150), 20), [80, 150], "which flattens nothing");
  assert.deepEqual([rangeOf([], 20), rangeOf([null], 20), rangeOf([3], 20), rangeOf([1, 9], 0)], [null, null, [3, 3], [1, 9]]);
  const lane = { channel: { device: "m1", handle: "p", code: 150036, label: "ABP", unit: "mm[Hg]", rate: 125, kind: "wave" }, low: new Array(100).fill(80), high: new Array(100).fill(120).with(40, 5000), held: "#".repeat(100), doubts: [] };
  const rects = [];
  const pen = new Proxy({}, { get: (_, name) => (name === "fillRect" ? (...at) => rects.push(at) : name === "measureText" ? () => ({ width: 10 }) : () => undefined), set: () => true });
  new OverviewPicture({ lanes: [lane], alarms: [], stays: [] }, [], 0, 300).draw(pen, 1130, 300, null);
  const columns = rects.filter(([, , width]) => width === 10);
  assert.equal(columns.length, 100);
  assert.ok(columns.every(([, , , height]) => height > 100), "a band, and no line");
  assert.ok(columns.every(([, top, , height]) => top > 60 && top + height < 300), "and none of it elsewhere");
});

test("what is told in another unit fills its band as what comes in that does, and no two units share one", () => {
  const share = (low, high, quantity, unit) => (high - low) / (high - low + 2 * marginOf(low, high, quantity, unit));
  const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`);
  near(share(0.9, 0.97, "saturation", "1"), share(90, 97, "saturation", "%"));
  near(share(1, 1.2, "rate", "Hz"), share(60, 72, "rate", "/min"));
  near(marginOf(97, 97, "saturation", "%"), 1);
  near(marginOf(0.97, 0.97, "saturation", "1"), 0.01);
  assert.ok(share(0.4, 0.5, "ventilation", "L") > 0.3);
  assert.equal(marginOf(0, 0, "rate", "/min"), 1);
  const number = (handle, unit, value) => ({ channel: { device: "m1", handle, code: codes.rate, label: "HR", unit, rate: 0, kind: "numeric" }, low: [value, value], high: [value, value], held: "##", doubts: [] });
  const rects = [];
  const pen = new Proxy({}, { get: (_, name) => (name === "fillRect" ? (...at) => rects.push(at) : name === "measureText" ? () => ({ width: 10 }) : () => undefined), set: () => true });
  const lanes = [number("a", "/min", 72), number("b", "Hz", 1.2), number("c", "{beat}/min", 75)];
  new OverviewPicture({ lanes, alarms: [], stays: [] }, [], 0, 300).draw(pen, 1130, 300, null);
  const tops = rects.filter(([, , width]) => width === 500).map(([, top, , height]) => top + height / 2);
  assert.equal(tops.length, 6);
  const middle = (70 + 300) / 2;
  assert.ok(tops.every((top) => (top < middle ? Math.abs(top - 128) < 50 : Math.abs(top - 242) < 20)), String(tops));
});

test("bursts are those of IEC 60601-1-8", () => {
  const { high, medium, low } = bursts;
  assert.deepEqual([high, medium, low].map((burst) => burst.starts.length), [10, 3, 2]);
  for (const burst of [high, medium, low]) {
    assert.ok(burst.pitch >= 150 && burst.pitch <= 1000);
    burst.starts.slice(1).forEach((start, i) => assert.ok(start - burst.starts[i] > burst.pulse, "pulses stand apart"));
  }
  const rest = (burst) => burst.every - burst.starts[burst.starts.length - 1] - burst.pulse;
  assert.ok(rest(high) >= 2.5 && rest(high) <= 15 && rest(medium) >= 2.5 && rest(medium) <= 30 && rest(low) > 15);
});

test("the browser's bursts are the box's: at one desk a priority has one pitch, one pace and one pattern", () => {
  const source = readFileSync(fileURLToPath(new URL("../../src/bedside/burst.cpp", import.meta.url)), "utf8");
  const [, lengths] = /constexpr double (h = [^;]+);/.exec(source);
  const rounded = (seconds) => Math.round(seconds * 1e6) / 1e6;
  const pulsesOf = (name) => {
    const [, list] = new RegExp(`constexpr std::array<Pulse, \\d+> ${name}\\{\\{([^;]+)\\}\\};`).exec(source);
    return new Function(`const ${lengths}; return [${list.replace(/\{/g, "[").replace(/\}/g, "]")}];`)().map((pulse) => pulse.map(rounded));
  };
  for (const [name, { starts, pulse, pitch, every }] of Object.entries(bursts)) {
    const [, hz, pace] = new RegExp(`return \\{${name}, (\\d+), (\\d+)\\};`).exec(source);
    assert.deepEqual([pitch, every], [Number(hz), Number(pace)], name);
    assert.deepEqual(starts.map((start) => [rounded(start), pulse]), pulsesOf(name), name);
  }
  const [, count] = /constexpr int harmonics = (\d+);/.exec(source);
  assert.deepEqual(harmonics, [0, ...new Array(Number(count)).fill(1)]);
});

test("a flood of new alarms cuts no burst off in the browser, and each is heard", () => {
  const context = { state: "running", currentTime: 0, destination: {}, createPeriodicWave: () => ({}) };
  const cut = [];
  const begun = [];
  const node = () => ({ connect: (to) => to, disconnect: () => undefined });
  const ramp = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined };
  Object.assign(context, {
    createGain: () => ({ ...node(), gain: ramp }),
    createOscillator: () => ({ ...node(), frequency: {}, setPeriodicWave: () => undefined, stop(at) { this.ends = at; }, start: (at) => begun.push(at), disconnect() { if (this.ends > context.currentTime) cut.push(context.currentTime); } }),
  });
  const clock = performance.now;
  globalThis.AudioContext = function () { return context; };
  try {
    performance.now = () => 1e6 + context.currentTime * 1000;
    const sound = new Sound();
    sound.unlock();
    const flood = (priority, seconds, first) => {
      const end = context.currentTime + seconds;
      for (let alarm = first; context.currentTime < end; context.currentTime += 0.04) sound.play(priority, (alarm += 1));
    };
    flood("high", 12, 0);
    assert.deepEqual(cut, [], "25 alarms a second");
    const pauses = begun.slice(1, 10).map((at, i) => Math.round((at - begun[i]) * 100) / 100);
    assert.deepEqual(pauses, [0.25, 0.25, 0.5, 0.25, 0.95, 0.25, 0.25, 0.5, 0.25], "3-2 pause 3-2");
    assert.ok(begun[10] > begun[9] + 0.15 + 0.5 && begun[10] < begun[9] + 0.15 + 0.6, "and the next at once behind it");
    sound.play("none", 0);
    context.currentTime += 1;
    sound.play("medium", 1001);
    context.currentTime += 1.6;
    const before = begun.length;
    sound.play("medium", 1002);
    assert.equal(begun.length, before + 3, "one alarm in the rest between two bursts is heard at once");
    context.currentTime += 0.1;
    sound.play("high", 1003);
    assert.equal(begun.length, before + 13, "what is graver cuts in");
    assert.ok(cut.length > 0);
    const lost = begun.length;
    sound.play("high", -1);
    assert.equal(begun.length, lost + 10, "and so does a loss");
  } finally {
    performance.now = clock;
    delete globalThis.AudioContext;
  }
});

test("a device's label means a bed however it is written, and no other bed", () => {
  for (const [label, bed] of [["R1", "R1"], ["r 1", "R1"], ["Bed-012", "BED12"], ["RÉA 3", "réa-3"]]) assert.ok(sameBed(label, bed), `${label} ${bed}`);
  for (const [label, bed] of [["R11", "R1"], ["1", "R1"], ["CHIR 12", "12"], ["R1", "R2"], ["", "R1"], ["-", "--"]]) assert.ok(!sameBed(label, bed), `${label} ${bed}`);
});

test("the page tells persons apart as the station does", () => {
  const source = readFileSync(fileURLToPath(new URL("../../src/bedside/station_people_test.cpp", import.meta.url)), "utf8");
  const pairs = [...source.matchAll(/EXPECT_(TRUE|FALSE)\((number|family|given)\(("[^"]*"), ("[^"]*")\)\)/gu)];
  assert.ok(pairs.length > 20);
  const field = { number: "identifier", family: "family", given: "given" };
  for (const [line, told, name, a, b] of pairs) {
    const of = (text) => ({ identifier: "", family: "MARTIN", given: "", born: "", [field[name]]: JSON.parse(text) });
    for (const [one, other] of [[a, b], [b, a]]) assert.equal(isAnother(of(one), of(other)), told === "TRUE", line);
  }
  const anne = { identifier: "IPP-1", family: "DURAND", given: "Anne", born: "1950-01-02" };
  const after = (change) => isAnother(anne, { ...anne, ...change });
  assert.ok(!after({ identifier: "", family: "MARTIN" }), "a married name");
  assert.ok(!after({ family: "MARTIN" }));
  assert.ok(after({ family: "MARTIN", given: "Yves" }));
  assert.ok(after({ identifier: "", given: "Zoé" }), "twins");
  assert.ok(after({ identifier: "(sealed)", family: "", given: "", born: "" }));
});

test("of several devices at a bed the one whose label names another bed of the unit is told first", () => {
  const world = World.of(3);
  const second = { ...world.device("R1"), device: "second", bed_label: "CHIR 4" };
  const third = { ...world.device("R1"), device: "third", bed_label: "r-3" };
  const all = [...world.devices, second, third];
  const at = (devices) => awayAt({ ...world.bed("R1"), devices }, world.beds, (name) => all.find((d) => d.device === name));
  const own = world.device("R1").device;
  assert.equal(at([own]), null);
  assert.deepEqual([at([own, "second"]).label, at([own, "second"]).bed], ["CHIR 4", ""]);
  assert.deepEqual([at([own, "second", "third"]).label, at([own, "second", "third"]).bed], ["r-3", "R3"]);
});

test("every trouble that a gateway can tell, and every part of the station, has words and a remedy in both languages", () => {
  const source = (name) => readFileSync(fileURLToPath(new URL(`../../src/${name}`, import.meta.url)), "utf8");
  const all = (text, pattern) => [...text.matchAll(pattern)].map((match) => match[1]);
  const codes = new Set([
    ...all(source("gateway/sdc_trouble.cpp"), /return \{?"([a-z_]+)"/g),
    ...all(source("gateway/intellivue_inputs.cpp"), /TroubleWords\{\w+, "([a-z_]+)"/g),
    ...["gateway/gateway_hl7.cpp", "gateway/hl7_inputs.cpp", "gateway/intellivue_inputs.cpp"].flatMap((name) => all(source(name), /(?:now\(\), 0|\bat, link_),\s*"([a-z_]+)"/g)),
  ]);
  for (const known of ["no_number", "odd_name", "odd_rate"]) codes.add(known); // gateway/oddities.cpp
  for (const known of ["no_answer", "ended", "no_alarms", "flood", "dialect", "crowded", "plain", "wrong_device", "several_patients"]) assert.ok(codes.has(known), `the sources have ${known}`);
  for (const code of codes) for (const word of [`trouble_${code}`, `trouble_remedy_${code}`, `short_trouble_${code}`]) assert.notEqual(sayMaybe(word), undefined, word);
  for (const word of ["aside", "aside_text_read", "aside_text_unread"].flatMap((code) => [`trouble_${code}`, `trouble_remedy_${code}`])) assert.notEqual(sayMaybe(word), undefined, word); // on no tile
  const short = [...readFileSync(join(web, "station", "words.ts"), "utf8").matchAll(/^  short_trouble_(\w+): \["([^"]+)", "([^"]+)"\]/gm)];
  assert.ok(short.length >= codes.size);
  for (const [, code, ...texts] of short) for (const text of texts) assert.ok(text.length <= 19, `${code}: "${text}" fits no tile of thirty-two`);
  const own = ["app/station.cpp", "app/station_loop.cpp", "app/station_recorder.cpp", "gateway/gateway_intellivue.cpp", "gateway/gateway_sdc.cpp"].flatMap((name) => all(source(name), /OwnTrouble\{[^,]*, "([a-z_]+)/g));
  own.push(...all(source("gateway/gateway_hl7.cpp"), /(?:full|unread) = "([a-z0-9_]+)"/g), ...all(source("gateway/lost_watch.h"), /condition_\("([a-z_]+):"/g));
  for (const part of new Set(own)) {
    if (part === "seal") continue; // said at the foot
    for (const word of [`state_${part}`, `short_${part}`, `remedy_${part}`]) assert.notEqual(sayMaybe(word), undefined, word);
  }
  for (const known of ["logbook", "gateway", "recorder", "gateway_full", "gateway_lost", "hl7_full", "hl7_unread"]) assert.ok(own.includes(known), `the sources have ${known}`);
});

test("what a gateway says of a trouble has French words, or none where it says no more than ours; a device's own stays", () => {
  const source = (name) => readFileSync(fileURLToPath(new URL(`../../src/gateway/${name}`, import.meta.url)), "utf8").replace(/"\s*\n\s*"/g, "");
  const all = (name, pattern) => [...source(name).matchAll(pattern)].map((match) => match[1]);
  const said = [
    ...all("intellivue_inputs.cpp", /(?:TroubleWords\{\w+, |at, link_, )(?:"[a-z_]+"|event::trouble_aside), "([^"]+)"/g),
    ...all("gateway_hl7.cpp", /(?:now\(\), 0, "[a-z_]+", |unreadable\(c, )"([^"]+)"/g),
    ...all("hl7_inputs.cpp", /(?:at, link_, "[a-z_]+", )"([^"]+)",/g),
    ...all("hl7_inputs.cpp", /(?:at, link_, code, )("[^"]+" \+ [\w.]+ \+ "[^"]+")/g).map((text) => text.replace(/" \+ [\w.]+ \+ "/, "Pléth (doigt).").slice(1, -1)),
    ...all("oddities.cpp", /\{"[a-z_]+",\s*"([^"]+)"/g),
  ];
  assert.equal(said.length, 27);
  for (const text of said) assert.notEqual(detailOf("dialect", text, "fr"), text, `${text}: has no French words`);
  assert.equal(detailOf("dialect", "The trace Pléth (doigt). cannot be read", "fr"), "la courbe Pléth (doigt). est illisible");
  assert.equal(detailOf("dialect", "A message was cut short", "en"), "A message was cut short");
  assert.deepEqual(["fr", "en"].map((language) => detailOf("no_answer", "The monitor does not answer", language)), ["", ""]);
  const sentences = ["sdc/remedy.cpp", "gateway/sdc_trouble.cpp"].flatMap((name) => all(`../${name}`, /\{\s*"([^".]+\.) [^"]+"/g));
  assert.equal(sentences.length, 20);
  for (const text of sentences) {
    assert.equal(detailOf("dialect", text, "fr"), "", text);
    assert.deepEqual(["fr", "en"].map((language) => detailOf("refused", `${text} (Too many (3) clients.)`, language)), new Array(2).fill("Too many (3) clients."), "the device's word");
  }
  const cause = (code, words, language = "fr") => detailOf(code, `L’appareil ne répond pas. (${words})`, language);
  assert.deepEqual([cause("unreachable", "Connection refused"), cause("unreachable", "Connection refused", "en")], ["connexion refusée", "Connection refused"]);
  assert.equal(cause("dialect", "services at another address: http://10.0.0.9/x"), "services à une autre adresse : http://10.0.0.9/x");
  assert.deepEqual(["sdc xml second root", "HTTP 500", "html"].map((words) => cause("dialect", words)), ["", "HTTP 500", "html"]);
  assert.deepEqual(["", "constructor", "unknown"].map((text) => detailOf("other", text, "fr")), ["", "constructor", "unknown"]);
});

test("an alarm calls by its level and by the role of whoever sits there; what is answered, over or paused calls nobody", () => {
  const who = (...roles) => ({ signed_in: roles.length > 0, roles, may: ["see", "attend"] });
  const alarm = { level: 1, present: true, acknowledged: null, audible: true };
  const calls = (level, ...roles) => callOf({ ...alarm, level }, who(...roles));
  assert.deepEqual([0, 1, 2, 3].map((level) => calls(level, "nurse")), [0, 1, 2, 2]);
  assert.deepEqual([0, 1, 2].map((level) => calls(level)), [0, 1, 2], "the desk");
  for (const role of ["regulator", "director"]) assert.deepEqual([0, 1, 2].map((level) => calls(level, role)), [0, 0, 2], role);
  for (const role of ["observer", "cyber", "investigator"]) assert.equal(calls(2, role), 0, role);
  assert.equal(calls(1, "director", "nurse"), 1);
  assert.equal(callOf(alarm, { signed_in: false, roles: [], may: ["see"] }), 0, "who may only look is nobody");
  assert.equal(callOf({ ...alarm, acknowledged: 5 }, who("nurse")), 0);
  assert.equal(callOf({ ...alarm, present: false }, who("nurse")), 0);
  const loudest = (...alarms) => loudestCall({ alarms: alarms.map((more) => ({ ...alarm, ...more })) }, who("nurse"));
  assert.equal(loudest({ level: 2, audible: false }, { level: 1 }, { level: 0 }), 1);
  assert.equal(loudest(), 0);
});

test("one hour is an hour", () => {
  assert.deepEqual([1, 4].map(noneText), ["Aucune alarme dans la dernière heure.", "Aucune alarme dans les dernières 4 h."]);
});

test("a millionth is written µ, and no word of a device is changed", () => {
  const units = { "ug/kg/min": "µg/kg/min", "ng/kg/min": "ng/kg/min", ug: "µg", "ug/mL": "µg/mL", "umol/L": "µmol/L", "u[IU]/mL": "µUI/mL", "u[iU]": "µUI", "[iU]/h": "UI/h", "m[iU]/L": "mUI/L", IU: "IU", "10*-3.us": "10*-3.µs", uV: "µV", "U/h": "U/h", u: "u", unit: "unit", "units/h": "units/h", "mL/unit": "mL/unit", ugs: "ugs" };
  for (const [ucum, text] of Object.entries(units)) assert.equal(unitText(ucum), text);
});

test("no value is rounded into another: whole is what monitors show whole, and the rest has what it needs, in its own unit", () => {
  const written = (value, quantity, unit) => `${amount(value, quantity, unit)} ${unitOf({ device: "", handle: "", code: 0, label: { rate: "HR", breath: "RR", saturation: "SpO2", carbon: "etCO2" }[quantity] ?? "", unit: toldUnit(quantity, unit) })}`.trim();
  const shown = [
    [7.26, "other", "", "7,26"], [0.05, "other", "ug/kg/min", "0,05 µg/kg/min"], [0.04, "other", "mL/h", "0,04 mL/h"], [125.5, "other", "mL/h", "125,5 mL/h"], [7.2599997520446777, "other", "", "7,26"], [0.0042, "other", "mg/h", "0,0042 mg/h"],
    [483.7251, "ventilation", "mL", "484 mL"], [5.5, "ventilation", "cm[H2O]", "5,5 cmH₂O"], [0, "other", "mL/h", "0 mL/h"],
    [5.45, "carbon", "%", "5,5 %"], [0.0545, "carbon", "1", "5,5 %"], [38.4, "carbon", "mm[Hg]", "38 mmHg"], [5.1, "carbon", "kPa", "5,1 kPa"], [0.04, "carbon", "kPa", "0,04 kPa"],
    [0.97, "saturation", "1", "97 %"], [97.4, "saturation", "%", "97 %"], [0.25, "breath", "Hz", "15 /min"], [18, "breath", "{rpm}", "18 /min"], [1.2, "rate", "/s", "72 /min"], [71.6, "rate", "{beat}/min", "72 /min"],
    [122.4, "arterial", "mm[Hg]", "122 mmHg"], [16.3, "arterial", "kPa", "16,3 kPa"], [8.5, "venous", "cm[H2O]", "8,5 cmH₂O"], [36.6, "temperature", "Cel", "36,6 °C"], [37, "temperature", "Cel", "37,0 °C"], [101.3, "temperature", "[degF]", "101,3 °F"],
  ];
  for (const [value, quantity, unit, text] of shown) assert.equal(written(value, quantity, unit), text);
  assert.deepEqual([["rate", "/min"], ["rate", "{beat}/min"], ["rate", "Hz"], ["breath", "{rpm}"], ["saturation", "1"], ["temperature", "Cel"], ["other", ""]].filter(([quantity, unit]) => isOdd(quantity, unit)), []);
  assert.ok([["temperature", "[degF]"], ["arterial", "kPa"], ["carbon", "%"], ["venous", "cm[H2O]"], ["other", "mg/h"]].every(([quantity, unit]) => isOdd(quantity, unit)));

  const world = World.of(1);
  const ph = numeric(world.device("R1").device, "ph", 0, "pH", "", 7.26);
  const rr = world.number("R1", "rr");
  Object.assign(rr, { value: 0.25, unit: "Hz" });
  world.bed("R1").numerics.push(ph);
  const low = world.raise("R1", "high", "pH < 7.28", { origin: "limit", condition: "low:ph" });
  const slow = world.raise("R1", "high", "RR < 18 /min", { origin: "limit", condition: "low:rr" });
  assert.deepEqual([low, slow].map((alarm) => alarmText(world.view(), alarm)), ["pH < 7,28 · 7,26", "FR < 18 /min · 15"]);
  const gone = (one) => read(one, { ...world.device("R1"), live: false }, 0, true).last;
  assert.deepEqual([ph, rr].map(gone), ["7,26", "15"], "what was, too");
  assert.deepEqual(marksOf(7.21, 7.38, "other", ""), ["7,21", "7,38"]);
  assert.deepEqual(marksOf(0.2, 0.3, "breath", "Hz"), ["12", "18"]);
  assert.equal(limitables(world.bed("R1"), world.view()).find((one) => one.code === codes.breath).unit, "/min", "a limit is set in the unit that is read");
});

test("a band whose values are all the same has one mark", () => {
  assert.deepEqual(marksOf(97, 97, "saturation", "%"), ["97"]);
  assert.deepEqual(marksOf(96.8, 97.2, "saturation", "%"), ["97"], "as they are written");
  assert.deepEqual(marksOf(92, 97, "saturation", "%"), ["92", "97"]);
});

test("unanswered alarms go before answered ones, then the gravest, then what is there still, then what calls, then the newest", () => {
  const world = World.of(2);
  const raise = (text, priority, raised, more = {}) => world.raise("R1", priority, text, { raised, ...more });
  raise("answered", "high", 9, { acknowledged: 10 });
  raise("medium", "medium", 8);
  raise("over", "high", 7, { present: false, ended: 8, level: 2 });
  raise("new", "high", 6);
  raise("old", "high", 5);
  raise("calls", "high", 4, { level: 1 });
  raise("calls all", "high", 3, { level: 2 });
  const order = ["calls all", "calls", "new", "old", "over", "medium", "answered"];
  assert.deepEqual(ordered(world.alarms).map((alarm) => alarm.text), order);
  assert.deepEqual(ofBed(world.view(), "R1").map((alarm) => alarm.text), order);
});

test("of several frozen waves the one that is drawn first is told first, and each is named at its wave", () => {
  const world = World.of(1);
  const bed = world.bed("R1");
  for (const wave of [...bed.waves].reverse()) world.raise("R1", "medium", wave.label, { origin: "station", condition: `frozen:${wave.handle}`, kind: "technical", device: wave.device });
  world.alarms.forEach((alarm, i) => (alarm.raised = 1000 + (bed.waves.length - i) / 1000));
  const other = world.raise("R1", "high", "ASYSTOLE");
  const view = world.view();
  const told = ofBed(view, "R1");
  const expected = chosenWaves(bed, bed.waves.length).map((wave) => wave.label);
  assert.equal(told[0].text, "ASYSTOLE", String(other));
  assert.deepEqual(told.slice(1).map((alarm) => alarm.text), expected);
  const shown = { view, live: true, since: 0, now: view.at, device: (name) => view.devices.find((d) => d.device === name) };
  assert.equal(stillNote(shown, bed.waves[0]), "FIGÉ");
  view.alarms.forEach((alarm) => (alarm.present = false));
  assert.equal(stillNote(shown, bed.waves[0]), "");
  assert.equal(stillNote({ ...shown, live: false }, bed.waves[0]), "");
});

test("no line of a wave leaves what is wiped of it", () => {
  const xs = [];
  const pen = { setTransform() {}, clearRect() {}, beginPath() {}, stroke() {}, moveTo: (x) => xs.push(x), lineTo: (x) => xs.push(x) };
  const canvas = { style: {}, setAttribute() {}, getContext: () => pen };
  globalThis.document = { createElement: () => canvas };
  globalThis.window = { devicePixelRatio: 1 };
  globalThis.ResizeObserver = class { observe() {} };
  const trace = new Trace({ ...wave, rate: 1000 }, pace());
  let now = 100;
  const sweep = new Sweep({ getBoundingClientRect: () => ({ left: 0, top: 0 }), scrollLeft: 0, scrollTop: 0, clientWidth: 300, scrollHeight: 50 }, { clock: { now: () => now }, trace: () => trace });
  sweep.show([{ node: { getBoundingClientRect: () => ({ left: 50, top: 0, width: 200, height: 50 }) }, wave: 1, color: "#fff", mmPerSecond: 25 }]);
  for (let i = 0; i < 300; ++i, now += 0.02) {
    trace.add(block(i * 20, new Array(20).fill(0).map((_, k) => Math.sin(k)), now), now);
    sweep.frame();
  }
  assert.ok(xs.length > 3000);
  const reach = pen.lineWidth / 2;
  assert.ok(xs.every((x) => x - reach >= 50 && x + reach <= 250), `${Math.min(...xs)} … ${Math.max(...xs)}`);
});
