// SPDX-License-Identifier: Apache-2.0
// What a channel measures, by its MDC code, and where it stands on a screen: kind, order, colour. A code that is not listed
// falls back on the device's own label. French screens call the usual channels as a French nurse does (frenchNames).
// Source: ISO/IEC 11073-10101 (partition × 65536 + term); partition 2 is SCADA.

import { language } from "../language";
import type { Channel } from "./model";
import { say, type Word } from "./words";

export type Quantity =
  | "rate" | "saturation" | "arterial" | "cuff" | "pulmonary" | "venous" | "cranial" | "breath" | "carbon" | "temperature" | "ventilation"
  | "ecg" | "pleth" | "breathing" | "airway" | "other";
export type Part = "" | "systolic" | "diastolic" | "mean";
export interface Measured {
  quantity: Quantity;
  part: Part;
}

const scada = 2;
const terms: readonly (readonly [first: number, last: number, quantity: Quantity])[] = [
  [0x0100, 0x01ff, "ecg"],
  [0x4182, 0x4182, "rate"],
  [0x480a, 0x480a, "rate"],
  [0x481a, 0x481a, "rate"],
  [0x4822, 0x4822, "rate"],
  [0x482a, 0x482a, "rate"],
  [0x4a00, 0x4a03, "arterial"],
  [0x4a04, 0x4a07, "cuff"],
  [0x4a0c, 0x4a17, "arterial"],
  [0x4a1c, 0x4a1f, "pulmonary"],
  [0x4a44, 0x4a47, "venous"],
  [0x4b1d, 0x4b1f, "cuff"],
  [0x4b48, 0x4b78, "temperature"],
  [0x4bb4, 0x4bb4, "pleth"],
  [0x4bb8, 0x4bb8, "saturation"],
  [0x5000, 0x5000, "breathing"],
  [0x500a, 0x500a, "breath"],
  [0x5012, 0x5012, "breath"],
  [0x501a, 0x501a, "breath"],
  [0x5022, 0x5022, "breath"],
  [0x502a, 0x502a, "breath"],
  [0x509c, 0x509c, "carbon"],
  [0x50ac, 0x50b0, "carbon"],
  [0x50f0, 0x50f0, "airway"],
  [0x53aa, 0x53aa, "breath"],
  [0x5808, 0x580b, "cranial"],
  [0xe004, 0xe014, "temperature"],
];

/** What a ventilator measures, in the order of a screen; settings are in other partitions. */
const ventilation: readonly (readonly [word: Word, ...terms: number[]])[] = [
  ["vent_peep", 0x51a8, 0x50fc], // MDC_VENT_PRESS_AWAY_END_EXP_POS, MDC_PRESS_AWAY_END_EXP_POS
  ["vent_peep_own", 0x5100], // …_INTRINSIC
  ["vent_peak", 0x5195, 0x51a5, 0x50f1, 0x5109], // MDC_VENT_PRESS_MAX, MDC_VENT_PRESS_AWAY_MAX, MDC_PRESS_AWAY_MAX, MDC_PRESS_AWAY_INSP_MAX
  ["vent_plateau", 0x50e8], // MDC_PRESS_RESP_PLAT
  ["vent_mean", 0x5197, 0x51a7, 0x50f3, 0x510b], // …_MEAN of the same
  ["vent_tidal", 0x513c, 0x51ac], // MDC_VOL_AWAY_TIDAL, MDC_VENT_VOL_TIDAL
  ["vent_tidal_in", 0x5454], // MDC_VOL_AWAY_TIDAL_INSP
  ["vent_tidal_out", 0x5458], // MDC_VOL_AWAY_TIDAL_EXP
  ["vent_minute", 0x5148], // MDC_VOL_MINUTE_AWAY
  ["vent_minute_out", 0x514c], // …_EXP
  ["vent_minute_in", 0x5150], // …_INSP
  ["vent_oxygen", 0x5284, 0x562c], // MDC_CONC_AWAY_O2_INSP, MDC_VENT_CONC_AWAY_O2_INSP
  ["vent_compliance", 0x5088], // MDC_COMPL_LUNG
  ["vent_compliance_moving", 0x508c], // …_DYN
  ["vent_compliance_still", 0x5090], // …_STATIC
  ["vent_ratio", 0x5118], // MDC_RATIO_IE
  ["vent_rate", 0x5022, 0x53aa], // MDC_VENT_RESP_RATE, MDC_VENT_RESP_BTSD_PSAZC_RATE
];

function scadaTerm(code: number): number | null {
  return Math.floor(code / 65536) === scada ? code % 65536 : null;
}

function ventilationAt(code: number): number {
  const term = scadaTerm(code);
  return term === null ? -1 : ventilation.findIndex(([, ...terms]) => terms.includes(term));
}

const pressures: ReadonlySet<Quantity> = new Set(["arterial", "cuff", "pulmonary", "venous", "cranial"]);
const parts: readonly Part[] = ["", "systolic", "diastolic", "mean"];

const labels: readonly (readonly [RegExp, Quantity])[] = [
  [/^(ecg|ekg|i|ii|iii|av[rlf]|v[1-6]?|mcl\d?)\b/i, "ecg"],
  [/pleth/i, "pleth"],
  [/^(spo2|sao2|sat)/i, "saturation"],
  [/^(hr|fc|pulse|pouls|pr)\b/i, "rate"],
  [/^(nibp|nbp|pni)/i, "cuff"],
  [/^(abp|art|ibp|pa|p1)\b/i, "arterial"],
  [/^(pap)\b/i, "pulmonary"],
  [/^(cvp|pvc)\b/i, "venous"],
  [/^(icp|pic)\b/i, "cranial"],
  [/^(rr|fr|awrr)\b/i, "breath"],
  [/^resp/i, "breathing"],
  [/co2/i, "carbon"],
  [/^(temp|t\d?)\b/i, "temperature"],
];

const known = new Map<string, Measured>();
const knownMax = 4096;

/** measured tells what a channel measures; "other" when nobody here knows. */
export function measured(channel: Channel): Measured {
  const key = `${channel.code} ${channel.label}`;
  let found = known.get(key);
  if (found === undefined) {
    if (known.size >= knownMax) known.clear(); // labels are the devices' words
    found = find(channel);
    known.set(key, found);
  }
  return found;
}

function find(channel: Channel): Measured {
  const term = scadaTerm(channel.code);
  if (term !== null) {
    if (ventilationAt(channel.code) >= 0 && !terms.some(([first, last, quantity]) => quantity === "breath" && term >= first && term <= last)) return { quantity: "ventilation", part: "" };
    const listed = terms.find(([first, last]) => term >= first && term <= last);
    if (listed !== undefined) {
      const part = pressures.has(listed[2]) ? (parts[term % 4] ?? "") : "";
      return { quantity: listed[2], part };
    }
  }
  const named = labels.find(([pattern]) => pattern.test(channel.label));
  return { quantity: named?.[1] ?? "other", part: "" };
}

const longLabel = 12; // letters: more are a sentence, which a tile has no room for

/** The usual channels on a French screen: by what their code measures, and only where their device has the plain word for it. "P1" or "Tskin" says more. */
const frenchNames: readonly (readonly [quantity: Quantity, own: RegExp, name: string])[] = [
  ["rate", /^(ecg )?(hr|heart rate)$/i, "FC"],
  ["rate", /^(pr|pulse|pulse rate)$/i, "Pouls"],
  ["breath", /^(aw)?(rr|resp rate)$/i, "FR"],
  ["saturation", /^(%?spo[2₂]|sat)$/i, "SpO2"],
  ["arterial", /^(abp|ibp|art|bp|pa)$/i, "PA"],
  ["cuff", /^(nibp|nbp)$/i, "PNI"],
  ["pulmonary", /^(pap|pa)$/i, "PAP"],
  ["venous", /^cvp$/i, "PVC"],
  ["cranial", /^icp$/i, "PIC"],
  ["temperature", /^(temp|temperature|t)$/i, "T°"],
];
const partLetters: Record<Part, string> = { "": "", systolic: "s", diastolic: "d", mean: "m" };
const partWords: Record<Part, RegExp> = { "": /$^/, systolic: /[ _-]?(s|sys|syst|systolic)$/i, diastolic: /[ _-]?(d|dia|diast|diastolic)$/i, mean: /[ _-]?(m|mean|map)$/i };

/** frenchOf is the French name of a channel of the table above; empty for others. */
function frenchOf(channel: Channel): string {
  if (scadaTerm(channel.code) === null) return "";
  const { quantity, part } = measured(channel);
  const plain = channel.label.trim();
  const whole = frenchNames.find(([of, own]) => of === quantity && own.test(plain));
  if (whole !== undefined) return whole[2];
  const cut = plain.replace(partWords[part], "");
  const name = cut === plain ? undefined : frenchNames.find(([of, own]) => of === quantity && own.test(cut));
  return name === undefined ? "" : `${name[2]}${partLetters[part]}`;
}

const names = new Map<string, string>(); // by language, code and the device's own word

/** nameOf is what a channel is called by itself. */
function nameOf(channel: Channel): string {
  const key = `${language()} ${channel.code} ${channel.label}`;
  let found = names.get(key);
  if (found === undefined) {
    if (names.size >= knownMax) names.clear();
    const word = ventilation[ventilationAt(channel.code)]?.[0];
    const term = /^[A-Z\d]+(?:_[A-Z\d]+)+( \(.*\))?$/.exec(channel.label);
    const said = word !== undefined && (term !== null || channel.label === "" || channel.label.length > longLabel);
    const french = language() === "fr" ? frenchOf(channel) : "";
    found = said ? `${say(word)}${term?.[1] ?? ""}` : french === "" ? channel.label : french;
    names.set(key, found);
  }
  return found;
}

/**
 * labelOf is what a channel is called: as its device does, but for a term that a name of the nomenclature stands for, or a sentence, and
 * for the usual channels on a French screen. `among`: what stands beside it; where that has something else of the device under the same
 * name, the device's own word tells them apart.
 */
export function labelOf(channel: Channel, among: readonly Channel[] = []): string {
  const name = nameOf(channel);
  if (name === channel.label || channel.label === "") return name;
  const whole = (text: string, of: Channel): string => text.trim().replace(partWords[measured(of).part], "");
  const same = (other: Channel): boolean => other.device === channel.device && whole(nameOf(other), other) === whole(name, channel) && whole(other.label, other) !== whole(channel.label, channel);
  return among.some(same) ? channel.label : name;
}

/** termPlace orders what a ventilator measures. */
export function termPlace(code: number): number {
  return ventilationAt(code);
}

/** The order of numbers, and that of waves, from the top of a tile. */
const numberOrder: readonly Quantity[] = [
  "rate", "saturation", "arterial", "cuff", "breath", "temperature", "carbon", "venous", "pulmonary", "cranial", "ventilation", "other",
];
const waveOrder: readonly Quantity[] = ["ecg", "pleth", "arterial", "carbon", "breathing", "venous", "pulmonary", "cranial", "airway", "other"];

export function numberPlace(quantity: Quantity): number {
  const at = numberOrder.indexOf(quantity);
  return at < 0 ? numberOrder.length : at;
}

export function wavePlace(quantity: Quantity): number {
  const at = waveOrder.indexOf(quantity);
  return at < 0 ? waveOrder.length : at;
}

/** Measured now and then, by its nature: an old one is still the last one. */
export function isEpisodic(quantity: Quantity): boolean {
  return quantity === "cuff";
}

const colors: Record<Quantity, string> = {
  rate: "#4fd07a",
  ecg: "#4fd07a",
  saturation: "#4cc9e0",
  pleth: "#4cc9e0",
  arterial: "#ff7b74",
  cuff: "#d7a6e8",
  pulmonary: "#e8c95a",
  venous: "#8fb4ff",
  cranial: "#f0a0c8",
  breath: "#f2f2f2",
  breathing: "#f2f2f2",
  carbon: "#f0dc6a",
  airway: "#c8d2da",
  temperature: "#c8d2da",
  ventilation: "#c8d2da",
  other: "#c8d2da",
};

/** colorOf is how a quantity is drawn, wave and number alike. */
export function colorOf(quantity: Quantity): string {
  return colors[quantity];
}

/** micro finds UCUM's u for a millionth: before what is measured in such, so that no word of a device is changed. */
const micro = /(?<=^|[/.])u(?=(?:g|mol|m|L|l|s|V|A|C|U|IU|UI|eq)(?:[/.]|$))/g;

/** unitText writes a UCUM unit as the ward does: µg, as French wards write it, and not mcg; international units as UI there. */
export function unitText(ucum: string): string {
  const plain: Record<string, string> = { "mm[Hg]": "mmHg", "cm[H2O]": "cmH₂O", Cel: "°C", "[degF]": "°F", "1": "" };
  return plain[ucum] ?? ucum.replace(/\{[^}]*\}/g, "").replace(/\[iu\]/gi, language() === "fr" ? "UI" : "IU").replace(/[[\]]/g, "").replace(micro, "µ");
}

/** isEeg: what has microvolts and is nothing that we know may be an ECG. */
function isEeg(channel: Channel): boolean {
  const term = scadaTerm(channel.code) ?? 0;
  return (term >= 0x5900 && term <= 0x59ff) || /eeg/i.test(channel.label);
}

/** spanMin is the least height, in its unit, that a wave is stretched over: noise on a flat line must not look like a pulse. */
export function spanMin(channel: Channel): number {
  const { quantity } = measured(channel);
  const byUnit: Record<string, number> = { mV: 1, uV: isEeg(channel) ? 100 : 1000, V: 0.001, "mm[Hg]": 20, kPa: 3, "cm[H2O]": 10, Ohm: 0.5, "%": quantity === "carbon" ? 3 : 10 };
  return byUnit[channel.unit] ?? 0;
}
