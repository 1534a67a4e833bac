// SPDX-License-Identifier: Apache-2.0
// A device that stands at one bed and says that it is at another: one of the two is wrong, or it was moved and nobody changed
// its label. A person decides; nothing is placed by a label.

import { visible } from "../format";
import type { Bed, Device } from "./model";

export interface Away {
  device: Device;
  label: string; // the device's own word, to be shown
  bed: string; // the unit's bed that it names; empty when it is none of this unit
}

/** words folds a name to what people compare: letters and numbers, without case and without zeros in front. */
function words(name: string): string[] {
  const parts = name.normalize("NFKC").toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
  return parts.map((part) => part.replace(/^0+(?=\d)/, ""));
}

/** sameBed tells whether a label means a bed: "bed 12" and "Bed-012" are bed "BED12"; "REA BED12" is not, nor is "12". */
export function sameBed(label: string, bed: string): boolean {
  return label === bed || (words(bed).length > 0 && words(label).join(" ") === words(bed).join(" "));
}

/** awayFrom gives what a device's label says where it is not the bed at which a person put it; null when they agree. */
export function awayFrom(device: Device, beds: readonly Bed[]): Away | null {
  if (device.bed === "" || device.bed_label === "") return null;
  if (sameBed(device.bed_label, device.bed)) return null;
  const named = beds.filter((bed) => sameBed(device.bed_label, bed.bed));
  return { device, label: visible(device.bed_label), bed: named.length === 1 ? (named[0]?.bed ?? "") : "" };
}

/** awayAt gives the first device at a bed whose label says another; one that names a bed of this unit goes before. */
export function awayAt(bed: Bed, beds: readonly Bed[], device: (name: string) => Device | undefined): Away | null {
  const all = bed.devices.flatMap((name) => {
    const found = device(name);
    const away = found === undefined ? null : awayFrom(found, beds);
    return away === null ? [] : [away];
  });
  return all.find((away) => away.bed !== "") ?? all[0] ?? null;
}
