// SPDX-License-Identifier: Apache-2.0
// One number as a nurse may read it: never a number where there is none, never an old one as if it were of now.

import { decimal } from "../format";
import { language } from "../language";
import type { Bed, Device, Numeric, Validity } from "./model";
import { isEpisodic, measured, numberPlace, type Measured, type Quantity } from "./quantities";

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
  last: string; // the number that is not shown any more; empty when there was none
}

/** amount writes a value: whole for what monitors show whole, one decimal for temperature and small values. */
export function amount(value: number, quantity: Quantity, unit: string): string {
  const fine = quantity === "temperature" || unit === "kPa" || (quantity === "other" && Math.abs(value) < 100 && !Number.isInteger(value));
  const digits = fine ? 1 : 0;
  return decimal(value, language(), { least: digits, most: digits });
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
  const value = numeric.value === null ? "" : amount(numeric.value, quantity, numeric.unit);
  const wide = valued && value.length > lettersMax;
  const last = wide ? "" : value;
  const doubt = wide ? "wide" : device?.doubted === true && valued ? "device" : numeric.validity === "valid" ? "" : numeric.validity;
  const fresh = live ? freshness(age, quantity, device) : "gone";
  const shown = fresh !== "gone" && last !== "" && valued;
  return { text: shown ? last : goneText, freshness: fresh, doubt, age, last: fresh === "gone" ? last : "" };
}

/** A Slot is one place for a number on a tile; a pressure fills it with up to three values of one device. */
export interface Slot {
  key: string;
  quantity: Quantity;
  parts: { numeric: Numeric; part: Measured["part"] }[];
}

/** slotsOf gives the numbers of a bed in the order of a tile: of each quantity, those of each device together. */
export function slotsOf(bed: Bed): Slot[] {
  const slots = new Map<string, Slot>();
  for (const numeric of bed.numerics) {
    const { quantity, part } = measured(numeric);
    const key = part === "" ? `${numeric.device} ${numeric.handle}` : `${numeric.device} ${quantity} ${Math.floor(numeric.code / 4)}`;
    let slot = slots.get(key);
    if (slot === undefined) {
      slot = { key, quantity, parts: [] };
      slots.set(key, slot);
    }
    slot.parts.push({ numeric, part });
  }
  const place = { systolic: 0, diastolic: 1, mean: 2, "": 3 };
  for (const slot of slots.values()) slot.parts.sort((a, b) => place[a.part] - place[b.part]);
  return [...slots.values()].sort((a, b) => numberPlace(a.quantity) - numberPlace(b.quantity) || (a.parts[0]?.numeric.code ?? 0) - (b.parts[0]?.numeric.code ?? 0));
}

/** chosenFor gives the first slot of each quantity, at most `most`, a live and valid one before others. */
export function chosenFor(slots: readonly Slot[], device: (name: string) => Device | undefined, most: number): Slot[] {
  const rank = (slot: Slot): number => {
    const first = slot.parts[0]?.numeric;
    if (first === undefined) return 2;
    return device(first.device)?.live === true && first.validity === "valid" ? 0 : 1;
  };
  const best = new Map<Quantity, Slot>();
  for (const slot of slots) {
    if (slot.quantity === "other") continue;
    const before = best.get(slot.quantity);
    if (before === undefined || rank(slot) < rank(before)) best.set(slot.quantity, slot);
  }
  const arterial = best.get("arterial");
  const cuff = best.get("cuff");
  if (arterial !== undefined && cuff !== undefined) best.delete(rank(arterial) <= rank(cuff) ? "cuff" : "arterial"); // the bed's page has both
  return [...best.values()].sort((a, b) => numberPlace(a.quantity) - numberPlace(b.quantity)).slice(0, most);
}
