// SPDX-License-Identifier: Apache-2.0
// What every part of a page is given to show: the view, and how far it may be believed.

import type { Alarm, Device, View } from "./model";

export interface Shown {
  view: View;
  now: number; // the station's time, now
  since: number; // seconds since the view came
  live: boolean; // it is of now
  device: (name: string) => Device | undefined;
}

/** go shows another page and writes it into the address. */
export function go(hash: string): void {
  if (location.hash === hash) return;
  location.hash = hash;
}

export function bedAddress(bed: string): string {
  return `#bed/${encodeURIComponent(bed)}`;
}

/** alarmAddress is the page that leads to an alarm; empty for the station's own. */
export function alarmAddress(alarm: Alarm): string {
  return alarm.bed !== "" ? bedAddress(alarm.bed) : alarm.device === "" ? "" : "#devices";
}

let unitShown = "#unit";

/** unitAddress is the unit as this screen showed it last: #unit/1/2 stays screen 1 of 2. */
export function unitAddress(): string {
  return unitShown;
}

export function noteUnit(hash: string): void {
  unitShown = hash === "" ? "#unit" : hash;
}
