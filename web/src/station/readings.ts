// SPDX-License-Identifier: Apache-2.0
// One number as a nurse may read it: never a number where there is none, never an old one as if it were of now.

import { amount } from "./amount";
import type { Alarm, Bed, Channel, Device, Numeric, Validity } from "./model";
import { isEpisodic, labelOf, measured, numberPlace, termPlace, type Measured, type Quantity } from "./quantities";
import { say } from "./words";

/** now: shown plainly. old: shown dimmed, with its age. gone: not shown as a number. */
export type Freshness = "now" | "old" | "gone";

const oldMin = 5;
const oldMax = 30; // no number stands undimmed for longer, however seldom its device says one
const goneMin = 30;
const episodicOld = 60;
export const goneText = "– – –";
const lettersMax = 7; // of a number: what is longer nobody measures, and it fits nowhere

export interface Reading {
  text: string;
  freshness: Freshness;
  doubt: "" | "device" | "wide" | Exclude<Validity, "valid">; // device: another one than a person confirmed measures it; wide: it does not fit
  age: number;
  last: string; // the number that is not shown any more; empty when there was none, as where the last word was that there is none
}

function freshness(age: number, quantity: Quantity, device: Device | undefined): Freshness {
  if (device === undefined || !device.live) return "gone";
  if (isEpisodic(quantity)) return age > episodicOld ? "old" : "now";
  const pause = device.pause ?? 0;
  if (age > Math.max(goneMin, 4 * pause)) return "gone";
  return age > Math.min(Math.max(oldMin, pause), oldMax) ? "old" : "now";
}

/** read gives what may be shown of a value. `since`: seconds since the view came; `live`: the view is of now. */
export function read(numeric: Numeric, device: Device | undefined, since: number, live: boolean): Reading {
  const { quantity } = measured(numeric);
  const age = numeric.age + since;
  const valued = numeric.validity !== "invalid" && numeric.validity !== "missing" && numeric.validity !== "calibrating";
  const value = numeric.value === null || !valued ? "" : amount(numeric.value, quantity, numeric.unit);
  const wide = value.length > lettersMax;
  const last = wide ? "" : value;
  const doubt = wide ? "wide" : device?.doubted === true && valued ? "device" : numeric.validity === "valid" ? "" : numeric.validity;
  const fresh = live ? freshness(age, quantity, device) : "gone";
  const shown = fresh !== "gone" && last !== "";
  return { text: shown ? last : goneText, freshness: fresh, doubt, age, last: fresh === "gone" ? last : "" };
}

/** A Slot is one place for a number; a pressure fills it with up to three values of one line. */
export interface Slot {
  key: string;
  quantity: Quantity;
  label: string; // no other of its device has it, as far as the device tells them apart
  own: string; // the device's own word, where that is another
  parts: { numeric: Numeric; part: Measured["part"] }[];
}

const partPlace = { systolic: 0, diastolic: 1, mean: 2, "": 3 };

/** linesOf puts together what is of one line: systolic and diastolic of one channel of one device, each there once, and their mean. All else stands alone. */
export function linesOf<T extends Channel>(channels: readonly T[]): T[][] {
  const lines = new Map<string, T[]>();
  for (const channel of channels) {
    const { quantity, part } = measured(channel);
    const key = part === "" ? [channel.device, channel.handle] : [channel.device, quantity, Math.floor(channel.code / 4), channel.group ?? "", channel.unit];
    const name = JSON.stringify(key);
    lines.set(name, [...(lines.get(name) ?? []), channel]);
  }
  return [...lines.values()].flatMap((line) => {
    const parts = line.map((channel) => measured(channel).part);
    const joined = new Set(parts).size === parts.length && parts.includes("systolic") && parts.includes("diastolic");
    return joined ? [line.sort((a, b) => partPlace[measured(a).part] - partPlace[measured(b).part])] : line.map((channel) => [channel]);
  });
}

/** lineLabel is what a line is called among others; a part of a pressure that stands alone says which. */
export function lineLabel(line: readonly Channel[], among: readonly Channel[] = []): string {
  const first = line[0];
  if (first === undefined) return "";
  const label = labelOf(first, among);
  if (line.length > 1) return label.replace(/[sdm]$/, "");
  const { quantity, part } = measured(first);
  const means = part === "mean" && (quantity === "venous" || quantity === "cranial"); // as they are measured
  return part === "" || means || /[sdm]$/.test(label) ? label : `${label} ${say(`short_${part}`)}`;
}

/** slotsOf gives the numbers of a bed in the order of a screen, each line of each device by itself. */
export function slotsOf(bed: Bed): Slot[] {
  const slots = linesOf(bed.numerics).map((line): Slot => {
    const first = line[0] as Numeric;
    const label = labelOf(first, bed.numerics);
    const own = label === first.label ? "" : line.length > 1 ? first.label.replace(/[sdm]$/, "") : first.label;
    return { key: `${first.device} ${first.handle}`, quantity: measured(first).quantity, label: lineLabel(line, bed.numerics), own, parts: line.map((numeric) => ({ numeric, part: measured(numeric).part })) };
  });
  const times = new Map<string, number>();
  const named = (slot: Slot): string => `${slot.parts[0]?.numeric.device} ${slot.label}`;
  for (const slot of slots) times.set(named(slot), (times.get(named(slot)) ?? 0) + 1);
  for (const slot of slots.filter((one) => (times.get(named(one)) ?? 0) > 1)) {
    const group = slot.parts[0]?.numeric.group ?? "";
    if (group !== "") slot.label += ` (${group})`;
  }
  const code = (slot: Slot): number => slot.parts[0]?.numeric.code ?? 0;
  return slots.sort((a, b) => numberPlace(a.quantity) - numberPlace(b.quantity) || termPlace(code(a)) - termPlace(code(b)) || code(a) - code(b));
}

/** sourceNames calls each device of a bed by the shortest name that no other there has. */
export function sourceNames(devices: readonly Device[]): Map<string, string> {
  const names = [(device: Device) => device.model, (device: Device) => device.maker, (device: Device) => device.serial, (device: Device) => device.device];
  const own = (name: (device: Device) => string, device: Device): boolean => name(device) !== "" && devices.every((other) => other === device || name(other) !== name(device));
  return new Map(devices.map((device) => [device.device, names.find((name) => own(name, device))?.(device) ?? device.device]));
}

export function deviceOf(slot: Slot): string {
  return slot.parts[0]?.numeric.device ?? "";
}

/** isSubject tells whether an alarm is about this number. */
function isSubject(alarm: Alarm, numeric: Numeric): boolean {
  if (!alarm.present || alarm.kind !== "physiological" || alarm.device !== numeric.device) return false;
  if (alarm.origin === "limit") return alarm.condition.slice(alarm.condition.indexOf(":") + 1) === numeric.handle;
  return alarm.origin === "device" && alarm.code !== 0 && alarm.code === numeric.code;
}

/** A Choice is a number on a tile. `second`: a greater one of its quantity stands there too. `source`: whose it is, where several measure that. */
export interface Choice extends Slot {
  second: boolean;
  source: string;
}

const never: ReadonlySet<Quantity> = new Set(["rate", "saturation"]); // left out, whatever else is wrong
const core: ReadonlySet<Quantity> = new Set(["rate", "saturation", "arterial", "cuff", "breath"]);
const wide: ReadonlySet<Quantity> = new Set(["rate", "saturation", "arterial", "cuff"]); // across a tile (station.css)
const wideUsual = 3;

function isWide(choice: { quantity: Quantity; second: boolean }): boolean {
  return wide.has(choice.quantity) && (!choice.second || choice.quantity === "arterial" || choice.quantity === "cuff");
}

/** rowsOf gives how many rows of a tile so many numbers take: a wide one has its own. */
export function rowsOf(choices: readonly Choice[]): number {
  const wides = choices.filter(isWide).length;
  return wides + Math.ceil((choices.length - wides) / 2);
}

/** rowsFor gives how many rows a tile has at most that shows `most` numbers. */
function rowsFor(most: number): number {
  return wideUsual + Math.ceil((most - wideUsual) / 2);
}

/**
 * chosenFor gives the numbers of a tile: one rate and one saturation, what is in alarm, one of each quantity, and beside it what another device or another
 * arterial line says of the same; then what a ventilator measures. Of several the one in alarm goes first, then a live and valid one. `rows`: so
 * many have room. The caller says how many numbers there are that are not chosen.
 */
export function chosenFor(slots: readonly Slot[], device: (name: string) => Device | undefined, most: number, alarms: readonly Alarm[] = [], rows = rowsFor(most)): Choice[] {
  const alarmed = (slot: Slot): boolean => slot.parts.some(({ numeric }) => alarms.some((alarm) => isSubject(alarm, numeric)));
  const heard = (slot: Slot): boolean => device(deviceOf(slot))?.live === true && slot.parts[0]?.numeric.validity === "valid";
  const rank = (slot: Slot): number => (alarmed(slot) ? 0 : 2) + (heard(slot) ? 0 : 1);
  const best = new Map<Quantity, Slot>();
  for (const slot of slots) {
    if (slot.quantity === "other" || slot.quantity === "ventilation") continue;
    const before = best.get(slot.quantity);
    if (before === undefined || rank(slot) < rank(before)) best.set(slot.quantity, slot);
  }
  const arterial = best.get("arterial");
  const cuff = best.get("cuff");
  const twice = arterial === undefined || cuff === undefined ? undefined : rank(arterial) <= rank(cuff) ? cuff : arterial; // the bed's page has both
  const tier = (slot: Slot): number => {
    const first = best.get(slot.quantity);
    if (first === slot && never.has(slot.quantity)) return -1;
    if (alarmed(slot)) return 0;
    if (slot === twice) return 9;
    if (first === slot) return core.has(slot.quantity) ? 1 : 3;
    const other = first !== undefined && deviceOf(first) !== deviceOf(slot) && core.has(slot.quantity) && slot.quantity !== twice?.quantity;
    if (other || slot.quantity === "arterial") return 2;
    return slot.quantity === "ventilation" ? 4 : 9;
  };
  const sources = (quantity: Quantity): string[] => [...new Set(slots.filter((slot) => slot.quantity === quantity).map(deviceOf))];
  const names = sourceNames([...new Set(slots.map(deviceOf))].flatMap((name) => device(name) ?? []));
  const choices = slots.map((slot): Choice & { tier: number } => {
    const first = best.get(slot.quantity);
    const several = first !== undefined && sources(slot.quantity).length > 1;
    return { ...slot, second: first !== undefined && first !== slot, source: several ? (names.get(deviceOf(slot)) ?? deviceOf(slot)) : "", tier: tier(slot) };
  });
  const taken: Choice[] = [];
  for (const choice of choices.filter((one) => one.tier < 9).sort((a, b) => a.tier - b.tier)) {
    if (taken.length < most && rowsOf([...taken, choice]) <= rows) taken.push(choice);
  }
  return taken.sort((a, b) => Number(isWide(b)) - Number(isWide(a)) || numberPlace(a.quantity) - numberPlace(b.quantity) || Number(a.second) - Number(b.second));
}
