// SPDX-License-Identifier: Apache-2.0
// What every part of a page is given to show: the view, and how far it may be believed.

import type { Device, View } from "./model";

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
