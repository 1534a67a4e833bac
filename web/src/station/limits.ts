// SPDX-License-Identifier: Apache-2.0
// How a limit reads, also where no device measures what it is about: such a limit stands, and acts when one does.

import { decimal, visible } from "../format";
import { language } from "../language";
import { toldUnit } from "./amount";
import type { Bed, Limit, Numeric, View } from "./model";
import { labelOf, measured, unitText } from "./quantities";
import { slotsOf } from "./readings";
import { say, sayMaybe } from "./words";

/** written is a bound as a person writes it here; empty for none. */
export function written(value: number | null | undefined): string {
  return value == null ? "" : decimal(value, language(), { most: 3 });
}

function limitParts(text: string): RegExpExecArray | null {
  return /^(.* [<>] )(-?[\d.]+(?:e[+-]\d+)?)(?: (.*))?$/s.exec(text);
}

/** limitUnit is the unit in which the alarm of a limit says it. */
export function limitUnit(text: string): string {
  return unitText(limitParts(text)?.[3] ?? "");
}

/** limitText writes what the alarm of a limit says, as the station words it (bedside/station_alarms.cpp), with its number and unit as people write them here. */
export function limitText(text: string): string {
  const said = limitParts(text);
  return visible(said === null ? text : `${said[1]}${written(Number(said[2]))} ${unitText(said[3] ?? "")}`.trimEnd());
}

export function rangeText(low: number | null, high: number | null, unit: string): string {
  const values = { low: written(low), high: written(high), unit: unitText(unit) };
  return low !== null && high !== null ? say("limit_range_both", values) : low !== null ? say("limit_range_low", values) : say("limit_range_high", values);
}

/** A Limitable is a quantity of a bed that has a limit or can have one; without `numeric` no device there measures it now. */
export interface Limitable {
  code: number;
  label: string;
  unit: string;
  numeric: Numeric | undefined;
  limit: Limit | undefined;
}

/** limitables gives each quantity of a bed once: limits that nothing measures first, for nothing else shows them, then what is measured, in the order of a tile. */
export function limitables(bed: Bed, view: View): Limitable[] {
  const found = new Map<number, Limitable>();
  for (const numeric of slotsOf(bed).flatMap((slot) => slot.parts.map((part) => part.numeric))) {
    if (numeric.code === 0 || found.has(numeric.code)) continue;
    const limit = bed.limits.find((one) => one.code === numeric.code);
    found.set(numeric.code, { code: numeric.code, label: visible(labelOf(numeric, bed.numerics)), unit: limit?.unit ?? toldUnit(measured(numeric).quantity, numeric.unit), numeric, limit });
  }
  const absent = bed.limits.filter((limit) => !found.has(limit.code));
  return [...absent.map((limit) => ({ code: limit.code, label: nameOf(limit.code, view), unit: limit.unit, numeric: undefined, limit })), ...found.values()];
}

/** nameOf is what a code is called where no device of the bed says it: as at another bed, else by what it measures, else by its number. */
function nameOf(code: number, view: View): string {
  for (const bed of view.beds) {
    const numeric = bed.numerics.find((one) => one.code === code);
    if (numeric !== undefined) return visible(labelOf(numeric, bed.numerics));
  }
  const channel = { device: "", handle: "", code, label: "", unit: "" };
  const { quantity, part } = measured(channel);
  if (labelOf(channel) !== "") return labelOf(channel);
  const name = sayMaybe(`quantity_${quantity}`);
  if (name === undefined) return `MDC ${code}`;
  return part === "" ? name : `${name} (${say(`part_${part}`)})`;
}

/** standing writes a bed's limits, each as one line. */
export function standing(bed: Bed, view: View): { code: number; text: string }[] {
  return limitables(bed, view).flatMap(({ code, label, unit, limit }) =>
    limit === undefined ? [] : [{ code, text: `${label} ${rangeText(limit.low, limit.high, unit)} · ${say(`priority_${limit.priority}`)}` }],
  );
}
