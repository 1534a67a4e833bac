// SPDX-License-Identifier: Apache-2.0
// From where to where a wave of the past is drawn: few bad samples make no wave flat, as on paper (src/report/strip.cpp).

const badMost = 8; // at each end: no breath, beat or cough is so short
const badEvery = 500; // samples have one of them, and one more
const flatShare = 0.25; // of the height: less they must not leave to the rest

/** rangeOf gives the lowest and the highest, but for bad samples where they would flatten the rest. `least`: it is stretched over no less. */
export function rangeOf(values: readonly (number | null)[], least: number): [low: number, high: number] | null {
  const sorted = Float64Array.from(values.filter((value): value is number => value !== null)).sort();
  const last = sorted.length - 1;
  if (last < 0) return null;
  const at = (index: number): number => sorted[index] ?? 0;
  const aside = Math.min(Math.floor(sorted.length / badEvery) + 1, badMost, Math.floor(last / 2));
  const rest = at(last - aside) - at(aside);
  const bad = rest > 0 && Math.max(rest, least) < (at(last) - at(0)) * flatShare;
  return bad ? [at(aside), at(last - aside)] : [at(0), at(last)];
}
