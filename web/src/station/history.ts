// SPDX-License-Identifier: Apache-2.0
// What the station's recorder kept of one bed.

import type { Review } from "./model";

/** fetchReview reads a span of time; without waves, which are a thousand times as much, for trends. It throws when no answer comes. */
export async function fetchReview(bed: string, from: number, to: number, waves: boolean): Promise<Review> {
  const query = new URLSearchParams({ bed, from: from.toFixed(3), to: to.toFixed(3) });
  if (!waves) query.set("waves", "0");
  const response = await fetch(`/api/station/review?${query.toString()}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`review ${response.status}`);
  return (await response.json()) as Review;
}

/** stripAddress is the printed strip that begins at `from`. */
export function stripAddress(bed: string, from: number, seconds: number): string {
  return `/api/station/strip.pdf?${new URLSearchParams({ bed, from: from.toFixed(3), seconds: String(seconds) }).toString()}`;
}
