// SPDX-License-Identifier: Apache-2.0
// When a device at a bed was another one than a person confirmed there, as the alarms that say so have it: what a page of the past marks.

import type { Alarm } from "./model";

const toldWithin = 0.5; // seconds: a tick of the station and its alarm's way to the logbook (app/station_past.h)

/** A Doubt is a time in which a device was in doubt; `to` is infinite where it still is. */
export interface Doubt {
  device: string;
  from: number;
  to: number;
}

/** doubtsOf gives each from a little before it was told: what the device said until then is no surer. */
export function doubtsOf(alarms: readonly Alarm[]): Doubt[] {
  return alarms
    .filter((alarm) => alarm.origin === "station" && alarm.condition === "doubted")
    .map((alarm) => ({ device: alarm.device, from: alarm.raised - toldWithin, to: alarm.present ? Number.POSITIVE_INFINITY : (alarm.ended ?? Number.POSITIVE_INFINITY) }));
}

export function inDoubt(doubts: readonly Doubt[], device: string, at: number): boolean {
  return doubts.some((doubt) => doubt.device === device && doubt.from <= at && at < doubt.to);
}

/** A Stretch is a part of a piece of a wave, by index, `end` not included, in which its device was in doubt, or was not, all the time. */
export interface Stretch {
  begin: number;
  end: number;
  doubted: boolean;
}

/** stretchesOf cuts a piece of `count` samples of a device, the first at `first`, where a doubt begins or ends. */
export function stretchesOf(doubts: readonly Doubt[], device: string, piece: { first: number; rate: number; count: number }): Stretch[] {
  const indexAt = (at: number): number => Math.min(piece.count, Math.max(0, Math.ceil((at - piece.first) * piece.rate)));
  const borders = doubts.filter((doubt) => doubt.device === device).flatMap((doubt) => [indexAt(doubt.from), indexAt(doubt.to)]);
  const sorted = [...new Set([0, ...borders, piece.count])].sort((a, b) => a - b);
  return sorted.slice(1).map((end, i) => {
    const begin = sorted[i] ?? 0;
    return { begin, end, doubted: inDoubt(doubts, device, piece.first + begin / piece.rate) };
  });
}
