// SPDX-License-Identifier: Apache-2.0
// What a person asks of the station, signed with their initials where they gave them, and what came of it.

import { post, whyNot, type Answer } from "../door";
import { clock, visible } from "../format";
import { signIn } from "../view_door";
import type { Priority } from "./model";
import { say, sayMaybe, type Word } from "./words";

const initialsKeptMs = 10 * 60 * 1000; // the next person at the desk is another one
const initialsMax = 16;
type Text = () => string; // in the language of the screen as it is when it is read
const told: { text: Text; ok: boolean; at: number } = { text: () => "", ok: true, at: 0 };
let initials = "";
let initialsAt = 0;

export function whoNow(): string {
  if (initials !== "" && performance.now() - initialsAt > initialsKeptMs) initials = "";
  return initials;
}

/** setWho keeps somebody's initials while they are used. */
export function setWho(text: string): void {
  initials = text.normalize("NFC").replace(/[^\p{L}\p{N}.\- ]/gu, "").trim().slice(0, initialsMax);
  initialsAt = performance.now();
}

/** outcome is what came of the last wish; empty after a while. */
export function outcome(): { text: string; ok: boolean } {
  return performance.now() - told.at < 8000 ? { text: told.text(), ok: told.ok } : { text: "", ok: true };
}

/** placeName is a bed, or what stands at none: the station itself and devices that nobody has placed. */
export function placeName(bed: string): string {
  return bed === "" ? say("no_bed") : visible(bed);
}

function tell(text: Text, ok: boolean): void {
  Object.assign(told, { text, ok, at: performance.now() });
}

/** ask sends one wish; `done` is what a person reads when it was granted. Gives whether it was. `asks` is given a refusal first: true when it asks a person anew. */
export async function ask(path: string, body: object, done: Word, values: () => Record<string, string> = () => ({}), asks: (answer: Answer) => boolean = () => false): Promise<boolean> {
  const who = whoNow();
  if (who !== "") initialsAt = performance.now();
  let answer: Answer;
  try {
    answer = await post(path, who === "" ? body : { ...body, who });
  } catch {
    tell(() => say("act_lost"), false);
    return false;
  }
  if (answer.ok) {
    const at = clock(Date.now() / 1000);
    tell(() => `${at} ${say(done, values())}`, true);
    return true;
  }
  if (answer.word === "sign_in" || answer.word === "idle") {
    signIn(() => void ask(path, body, done, values, asks));
    return false;
  }
  if (answer.word === "unrecorded") {
    tell(() => say("refused_unrecorded"), false);
    return true;
  }
  if (asks(answer)) return false;
  const why = (): string => (answer.word === undefined ? undefined : sayMaybe(`refused_${answer.word}`)) ?? visible(whyNot(answer));
  tell(() => say("act_refused", { why: why() }), false);
  return false;
}

const answeredSeconds = 60; // so long an answered alarm that is still present stays silent

/** acknowledge answers an alarm as it stood on the screen: `seen` is the gravest priority that a person could read there. */
export function acknowledge(alarm: number, bed: string, seen: Priority): Promise<boolean> {
  return ask("/act/acknowledge", { alarm, seconds: answeredSeconds, seen }, "done_acknowledged", () => ({ bed: placeName(bed) }));
}

/** over says that an alarm is over whose device cannot say so itself: it is gone, or came back and does not name it. */
export function over(alarm: number, device: () => string): Promise<boolean> {
  return ask("/act/over", { alarm }, "done_over", () => ({ device: device() }));
}

/** takeOff has a number not awaited any more that its device has not sent since its link was cut. */
export function takeOff(device: string, handle: string, label: () => string): Promise<boolean> {
  return ask("/act/take-off", { device, handle }, "done_taken_off", () => ({ label: label() }));
}

export const pauseSeconds = 120;

/** pause silences what stands on the screen of a bed, or at no bed where it is empty, for a while; 0 seconds ends the pause. `seen` is View.change. */
export function pause(bed: string, seconds: number, seen: number): Promise<boolean> {
  const body = bed === "" ? { bed, seconds, seen, unplaced: true } : { bed, seconds, seen };
  return ask("/act/pause", body, seconds > 0 ? "done_paused" : "done_resumed", () => ({ bed: placeName(bed) }));
}
