// SPDX-License-Identifier: Apache-2.0
// Which alarm a person is told first, and how a priority looks: colour, shape, marks and word together.

import { icon, setAttribute, setText, h, type Shape } from "../dom";
import type { Alarm, Priority, View, Wave } from "./model";
import { measured, wavePlace } from "./quantities";
import { say } from "./words";

const ranks: Record<Priority, number> = { none: 0, low: 1, medium: 2, high: 3 };
const shapes: Record<Priority, Shape> = { none: "ring", low: "bar", medium: "triangle", high: "diamond" };
const marks: Record<Priority, string> = { none: "", low: "!", medium: "!!", high: "!!!" };

export function rank(priority: Priority): number {
  return ranks[priority];
}

/** wants orders two alarms by how they want a person: unanswered first, then the gravest, then what is there still, then whom it calls. */
function wants(a: Alarm, b: Alarm): number {
  return Number(a.acknowledged !== null) - Number(b.acknowledged !== null) || rank(b.priority) - rank(a.priority) || Number(b.present) - Number(a.present) || b.level - a.level;
}

/** ordered gives alarms in the order in which they want a person, of those alike the newest first. */
export function ordered(alarms: readonly Alarm[]): Alarm[] {
  return alarms
    .filter((alarm) => alarm.priority !== "none")
    .sort((a, b) => wants(a, b) || b.raised - a.raised || b.alarm - a.alarm);
}

/** information gives what a device reports at a bed without a priority: it wants nobody, so it stands on no tile and in no banner. */
export function information(view: View, bed: string): Alarm[] {
  return view.alarms.filter((alarm) => alarm.bed === bed && alarm.priority === "none").sort((a, b) => b.raised - a.raised || b.alarm - a.alarm);
}

/** frozenWave gives the wave that an alarm says stands still, where it is shown. */
export function frozenWave(view: View, alarm: Alarm): Wave | undefined {
  if (alarm.origin !== "station" || !alarm.condition.startsWith("frozen:")) return undefined;
  const handle = alarm.condition.slice("frozen:".length);
  return view.beds.find((bed) => bed.bed === alarm.bed)?.waves.find((wave) => wave.device === alarm.device && wave.handle === handle);
}

/** ofBed gives a bed's alarms in order; of waves that stand still those come first that are drawn first. */
export function ofBed(view: View, bed: string): Alarm[] {
  const all = ordered(view.alarms.filter((alarm) => alarm.bed === bed));
  const places = new Map(all.flatMap((alarm) => {
    const wave = frozenWave(view, alarm);
    return wave === undefined ? [] : [[alarm, wavePlace(measured(wave).quantity)] as const];
  }));
  const frozen = [...places.keys()].sort((a, b) => wants(a, b) || (places.get(a) ?? 0) - (places.get(b) ?? 0));
  return all.map((alarm) => (places.has(alarm) ? (frozen.shift() ?? alarm) : alarm));
}

/** gravest is the highest priority among what is present, or latched and not answered. */
export function gravest(alarms: readonly Alarm[]): Priority {
  return alarms.reduce<Priority>((most, alarm) => (rank(alarm.priority) > rank(most) ? alarm.priority : most), "none");
}

/** graverThanFirst gives the gravest of a bed's alarms in order, where a lesser one that nobody has answered yet leads. */
export function graverThanFirst(alarms: readonly Alarm[]): Alarm | undefined {
  const most = gravest(alarms);
  return rank(most) > rank(alarms[0]?.priority ?? most) ? alarms.find((alarm) => alarm.priority === most) : undefined;
}

/** pausedUntil tells until when a person's pause holds for all of them; 0 when something of theirs may sound. */
export function pausedUntil(alarms: readonly Alarm[], now: number): number {
  const present = alarms.filter((alarm) => alarm.present && alarm.priority !== "none");
  if (present.length === 0) return 0;
  const first = Math.min(...present.map((alarm) => alarm.silent_until ?? 0));
  return first > now ? first : 0;
}

/** remaining writes 1:52 for what is left of a pause. */
export function remaining(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** PriorityMark is shape, marks and word of a priority. */
export class PriorityMark {
  readonly node = h("span", { class: "priority" });
  private readonly marks = h("span");
  private readonly word = h("span", { class: "priority-word" });
  private shown: Priority | "" = "";

  show(priority: Priority): void {
    if (this.shown !== priority) {
      this.shown = priority;
      this.node.replaceChildren(icon(shapes[priority]), this.marks, this.word);
      setText(this.marks, marks[priority]);
      setAttribute(this.node, "data-priority", priority);
    }
    setText(this.word, say(`priority_${priority}`));
  }
}

/** flash tells a node how it looks: its priority, and whether it flashes, which an answered alarm does not. */
export function flash(node: HTMLElement, priority: Priority, flashes: boolean): void {
  setAttribute(node, "data-priority", priority);
  node.toggleAttribute("data-flashes", flashes && priority !== "none");
}
