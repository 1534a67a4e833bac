// SPDX-License-Identifier: Apache-2.0
// Who sits here, as the server says it, and how this page asks for anything: every wish carries the page's own token.

import type { Language } from "./format";
import { language } from "./language";
import { say, sayMaybe } from "./words";

export interface Me {
  signed_in: boolean;
  acts: boolean; // false after half an hour without a wish: it still sees
  name: string;
  roles: string[];
  may: string[];
  reads: boolean;
  set_up: boolean; // there is an account
  second: boolean; // the second person is still missing
  token: string;
}

export interface Answer {
  ok: boolean;
  why?: string | Record<Language, string>; // a sentence
  word?: string; // or a word of the table
  wait?: number; // seconds
  beds?: string[]; // where a patient lies already
  name?: string;
  code?: string;
}

const nobody: Me = {
  signed_in: false, acts: false, name: "", roles: [], may: [], reads: false, set_up: true, second: false, token: "",
};
let current: Me = nobody;
const listeners: (() => void)[] = [];

export function me(): Me {
  return current;
}

/** onMe calls back whenever somebody else sits here, or may do something else. */
export function onMe(listener: () => void): void {
  listeners.push(listener);
}

/** askMe asks the server who sits here. It throws when the server does not answer. */
export async function askMe(): Promise<Me> {
  const response = await fetch("/api/me", { cache: "no-store" });
  if (!response.ok) throw new Error(`me ${response.status}`);
  const now = (await response.json()) as Me;
  const changed = JSON.stringify(now) !== JSON.stringify(current);
  current = now;
  if (changed) for (const listener of listeners) listener();
  return now;
}

/** post asks for something. It throws when no answer comes. */
export async function post(path: string, body: object): Promise<Answer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (current.token !== "") headers["X-Cordon-Token"] = current.token;
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Answer;
  if (!answer.ok && (response.status === 401 || answer.word === "idle")) await askMe();
  return answer;
}

/** whyNot is the sentence of a refusal. */
export function whyNot(answer: Answer): string {
  if (answer.word === undefined) return (typeof answer.why === "object" ? answer.why[language()] : answer.why) ?? say("door_failed");
  return sayMaybe(`door_${answer.word}`, { n: String(answer.wait ?? 0) }) ?? say("door_failed");
}

/** awake tells the server that a person is here, at most every few minutes: a session that nobody uses stops acting. */
const awakeEveryMs = 5 * 60 * 1000;
let awakeAt = 0;
export function awake(): void {
  const now = performance.now();
  if (!current.signed_in || !current.acts || now - awakeAt < awakeEveryMs) return;
  if (awakeAt !== 0) post("/api/awake", {}).catch(() => undefined); // lost: the page says so elsewhere
  awakeAt = now;
}
