// SPDX-License-Identifier: Apache-2.0
// What a nurse answers next. The first key or touch chooses the alarm that is read, the second answers exactly that one, also
// when another came first meanwhile.

import { acknowledge, pause, pauseSeconds } from "./act";
import { ofBed, ordered, pausedUntil } from "./alarms";
import type { Alarm, Priority, View } from "./model";

const chosenForMs = 8000;
const readForMs = 600; // what stands there for less was hardly read

export class Desk {
  private chosen = 0;
  private chosenAt = Number.NEGATIVE_INFINITY;
  private chosenSeen: Priority = "none";
  private shown = 0;
  private shownSeen: Priority = "none";
  private shownAt = 0;

  /** current gives the alarm that stands in the banner, null when there is none. */
  current(view: View): Alarm | null {
    const list = ordered(view.alarms);
    const pinned = performance.now() - this.chosenAt < chosenForMs ? list.find((alarm) => alarm.alarm === this.chosen) : undefined;
    const alarm = pinned ?? list[0] ?? null;
    const seen = alarm?.gravest ?? "none";
    if ((alarm?.alarm ?? 0) !== this.shown || seen !== this.shownSeen) {
      this.shown = alarm?.alarm ?? 0;
      this.shownSeen = seen;
      this.shownAt = performance.now(); // what became graver has to be read again
    }
    return alarm;
  }

  isChosen(alarm: Alarm): boolean {
    return alarm.alarm === this.chosen && alarm.gravest === this.chosenSeen && performance.now() - this.chosenAt < chosenForMs;
  }

  /** key is the key `a`: choose, then answer. */
  key(view: View): void {
    const alarm = this.current(view);
    if (alarm === null || alarm.acknowledged !== null) return;
    if (this.isChosen(alarm)) this.answer(alarm);
    else this.choose(alarm);
  }

  /** touch is the button: it answers what has stood there long enough to be read. */
  touch(view: View): void {
    const alarm = this.current(view);
    if (alarm !== null) this.touchOne(alarm, this.shownAt);
  }

  /** touchOne is a button beside one alarm, which has stood there since `shownAt`. */
  touchOne(alarm: Alarm, shownAt: number): void {
    if (alarm.acknowledged !== null) return;
    if (this.isChosen(alarm) || performance.now() - shownAt > readForMs) this.answer(alarm);
    else this.choose(alarm);
  }

  /**
   * hushed is what the key `s` is about: the bed of the alarm in the banner, empty for what stands at no bed; where nothing of that place
   * sounds, the place of what does. `until`: to when a pause holds there, 0 when none does. Null when there is no alarm.
   */
  hushed(view: View, now: number): { bed: string; until: number } | null {
    const alarm = this.current(view);
    if (alarm === null) return null;
    const sounding = view.alarms.find((other) => other.alarm === view.signal.alarm && other.audible);
    const here = ofBed(view, alarm.bed).some((other) => other.audible);
    const bed = here || sounding === undefined ? alarm.bed : sounding.bed;
    return { bed, until: pausedUntil(ofBed(view, bed), now) };
  }

  /** hush is the key `s`: it pauses that sound, or ends the pause. */
  hush(view: View, now: number): void {
    const place = this.hushed(view, now);
    if (place !== null) void pause(place.bed, place.until > 0 ? 0 : pauseSeconds, view.change);
  }

  private choose(alarm: Alarm): void {
    this.chosen = alarm.alarm;
    this.chosenSeen = alarm.gravest;
    this.chosenAt = performance.now();
  }

  private answer(alarm: Alarm): void {
    this.chosenAt = Number.NEGATIVE_INFINITY;
    void acknowledge(alarm.alarm, alarm.bed, alarm.gravest);
  }
}
