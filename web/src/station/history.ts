// SPDX-License-Identifier: Apache-2.0
// What the station's recorder kept of one bed.

import { me } from "../door";
import { language } from "../language";
import { whoNow } from "./act";
import type { Overview, Review } from "./model";

export const overviewColumns = 1200; // more than a screen has room for

async function ask<Answer>(query: URLSearchParams, signal: AbortSignal | null): Promise<Answer> {
  const response = await fetch(`/api/station/review?${query.toString()}`, { cache: "no-store", signal });
  if (!response.ok) throw new Error(`review ${response.status}`);
  return (await response.json()) as Answer;
}

/** fetchReview reads a span of time; without waves, which are a thousand times as much, for trends. It throws when no answer comes. */
export function fetchReview(bed: string, from: number, to: number, waves: boolean, signal: AbortSignal | null = null): Promise<Review> {
  const query = new URLSearchParams({ bed, from: from.toFixed(3), to: to.toFixed(3) });
  if (!waves) query.set("waves", "0");
  return ask(query, signal);
}

/** fetchOverview reads hours as the station makes columns of them; the station ends that when `signal` hangs up. */
export function fetchOverview(bed: string, from: number, to: number, signal: AbortSignal): Promise<Overview> {
  return ask(new URLSearchParams({ bed, from: from.toFixed(3), to: to.toFixed(3), columns: String(overviewColumns) }), signal);
}

/** paper is what every printed page is asked with: language, who asks, and the clock of this screen. */
function paper(fields: Record<string, string>, at: number): string {
  const all = new URLSearchParams({ ...fields, lang: language(), zone: String(-new Date(at * 1000).getTimezoneOffset()) });
  const who = whoNow();
  if (who !== "") all.set("who", who);
  return all.toString();
}

/** stripAddress is the printed strip that begins at `from`. */
export function stripAddress(bed: string, from: number, seconds: number): string {
  return `/api/station/strip.pdf?${paper({ bed, from: from.toFixed(3), seconds: String(seconds) }, from)}`;
}

/** csvAddress is what is shown, for a spreadsheet: every number and every sample, or each column of an overview. */
export function csvAddress(bed: string, from: number, seconds: number, columns: number | null): string {
  const query = new URLSearchParams({ bed, from: from.toFixed(3), seconds: String(seconds) });
  if (columns !== null) query.set("columns", String(columns));
  return `/api/station/export.csv?${query.toString()}`;
}

/** listAddress is the printed list of the unit. */
export function listAddress(): string {
  return `/api/station/list.pdf?${paper({}, Date.now() / 1000)}`;
}

/** printing tells whether whoever sits here may print: paper names patients. */
export function printing(): boolean {
  return me().may.includes("attend");
}
