// SPDX-License-Identifier: Apache-2.0
// The key of a line of a plan, in a person's words.

import { visible } from "./format";
import { say, sayMaybe } from "./words";

/** hasEnds: such a key names two ends, of a flow or a border. */
export function hasEnds(key: string): boolean {
  return /^(?:block_flow|close_passage|close_border) /u.test(key);
}

const plane = / (?:spreading|other)$/u;

/** subjectText says what a key is about: a host by its name, or two ends with an arrow between. */
export function subjectText(key: string): string {
  const subject = key.slice(key.indexOf(" ") + 1);
  const isBorder = key.startsWith("close_border ");
  return visible(hasEnds(key) ? (isBorder ? subject.replace(plane, "") : subject).replace(">", " → ") : subject);
}

/** actionText says what is done: a border is closed to spreading, or to the other protocols. */
export function actionText(key: string): string {
  const verb = key.split(" ")[0] ?? "";
  const word = verb === "close_border" && key.endsWith(" other") ? "close_border_other" : verb;
  return sayMaybe(`action_${word}`) ?? visible(verb);
}

/** keyText says a key as a person would: "close_border A>B spreading" is "border closed to spreading : A → B". */
export function keyText(key: string): string {
  if (key === "firebreak") return say("action_firebreak");
  return `${actionText(key)}${say("colon")}${subjectText(key)}`;
}
