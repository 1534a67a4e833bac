// SPDX-License-Identifier: Apache-2.0
// How a value is written: as monitors write it where they all do, else as it was stated. None is rounded into another value.

import { decimal } from "../format";
import { language } from "../language";
import type { Channel } from "./model";
import { measured, unitText, type Quantity } from "./quantities";

type Told = Readonly<Record<string, readonly [unit: string, factor: number]>>;
const perMinute: Told = { Hz: ["/min", 60], "/s": ["/min", 60], "{bpm}": ["/min", 1], "{rpm}": ["/min", 1] };
const percent: Told = { "1": ["%", 100] };
const told: Partial<Record<Quantity, Told>> = { rate: perMinute, breath: perMinute, saturation: percent, carbon: percent }; // factors: bedside/units.cpp

const mercury = "mm[Hg]";
const usual: Partial<Record<Quantity, string>> = {
  rate: "/min", breath: "/min", saturation: "%", arterial: mercury, cuff: mercury, pulmonary: mercury, venous: mercury, cranial: mercury, carbon: mercury, temperature: "Cel",
};
const decimalsMost = 3;
const decimalsPossible = 20; // more cannot be written
const digitsLeast = 2;
const digitsStated = 4;
const digitsMeasured = 3; // of what comes with every breath or sample

function plain(unit: string): string {
  return unit.replace(/\{[^}]*\}/g, ""); // {beat}/min
}

/** toldUnit is the unit in which a value is shown: the usual one of its quantity, where that is another scale of the same. */
export function toldUnit(quantity: Quantity, unit: string): string {
  return told[quantity]?.[unit]?.[0] ?? unit;
}

/** toldFactor is by what a value is multiplied to be one of its toldUnit. */
export function toldFactor(quantity: Quantity, unit: string): number {
  return told[quantity]?.[unit]?.[1] ?? 1;
}

/** unitOf writes the unit of a channel's amount. */
export function unitOf(channel: Channel): string {
  return unitText(toldUnit(measured(channel).quantity, channel.unit));
}

/** isOdd says that a number must not stand without its unit: it is not what everybody takes for granted. */
export function isOdd(quantity: Quantity, unit: string): boolean {
  const shown = plain(toldUnit(quantity, unit));
  if (quantity === "ventilation") return false; // none is usual: each stands beside its number
  return unitText(shown) !== "" && shown !== usual[quantity];
}

/** places is how many decimals a value has with so many digits that count. */
function places(value: number, digits: number): number {
  return value === 0 ? 0 : Math.min(decimalsPossible, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)))));
}

/** amount writes a value in its toldUnit: whole for what monitors show whole, one decimal for temperature, kPa and % of a gas, else what it needs. */
export function amount(value: number, quantity: Quantity, unit: string): string {
  const shown = value * toldFactor(quantity, unit);
  const scale = plain(toldUnit(quantity, unit));
  const least = places(shown, digitsLeast);
  if (quantity === "temperature" || (usual[quantity] === mercury && (scale === "kPa" || scale === "%"))) return decimal(shown, language(), { least: 1, most: Math.max(1, least) });
  if (scale === usual[quantity]) return decimal(shown, language(), { most: 0 });
  const digits = quantity === "other" ? digitsStated : digitsMeasured;
  return decimal(shown, language(), { most: Math.max(least, Math.min(decimalsMost, places(shown, digits))) });
}
