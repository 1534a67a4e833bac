// SPDX-License-Identifier: Apache-2.0
// Whose the data of a bed were: what came before another patient lay there is nothing of this one.

import { clock } from "../format";
import type { Stay } from "./model";
import { patientText } from "./sentences";
import { say } from "./words";

/** stayAt gives the stay of a time, the first where it is earlier than all; null where nobody said. */
export function stayAt(stays: readonly Stay[], at: number): Stay | null {
  return stays.filter((stay, i) => i === 0 || (stay.from ?? 0) <= at).pop() ?? null;
}

/** bordersOf gives when another stay began. */
export function bordersOf(stays: readonly Stay[]): number[] {
  return stays.slice(1).map((stay) => stay.from ?? 0);
}

/** whoseText says whose a stay is, as far as this page is told. */
export function whoseText(stay: Stay): string {
  if (stay.stay === null) return say("stay_unknown");
  return stay.patient === null ? say("nobody") : patientText(stay.patient);
}

/** numberText is how a stay is called on the picture, beside it and in the table (CSV). */
export function numberText(stay: Stay): string {
  return say("stay", { n: stay.stay === null ? "?" : String(stay.stay) });
}

/** linesOf says of each stay in a time when it was and whose; of a single one only whose. */
export function linesOf(stays: readonly Stay[], from: number, to: number): string[] {
  if (stays.length < 2) return stays.map(whoseText);
  const borders = [from, ...bordersOf(stays), to];
  return stays.map((stay, i) => `${numberText(stay)} · ${clock(borders[i] ?? from)} – ${clock(borders[i + 1] ?? to)} · ${whoseText(stay)}`);
}

/** Own is which of a bed's past a page about its patient draws: from `begins` on it is theirs; from `shows` on nobody was recorded yet; before that is somebody else's. */
export interface Own {
  begins: number;
  shows: number;
}

export const ownAll: Own = { begins: Number.NEGATIVE_INFINITY, shows: Number.NEGATIVE_INFINITY };

/** ownOf gives it from the stays of some hours until now. */
export function ownOf(stays: readonly Stay[]): Own {
  const [last, before] = [stays[stays.length - 1], stays[stays.length - 2]];
  if (last === undefined || before === undefined) return ownAll;
  const begins = last.from ?? Number.NEGATIVE_INFINITY;
  const unnamed = before.stay !== null && before.patient === null;
  const first = stays.length === 2 ? Number.NEGATIVE_INFINITY : (before.from ?? Number.NEGATIVE_INFINITY);
  return { begins, shows: unnamed ? first : begins };
}
