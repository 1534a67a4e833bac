// SPDX-License-Identifier: Apache-2.0
// The key of a line of a plan, in a person's words.

import { visible } from "./format";
import { say, sayMaybe } from "./words";

/** subjectText says what a key is about: a host by its name, or two ends with an arrow between. */
export function subjectText(key: string): string {
  const subject = key.slice(key.indexOf(" ") + 1);
  const hasEnds = /^(?:block_flow|close_passage|close_border) /u.test(key);
  return visible(hasEnds ? subject.replace(/ spreading$/u, "").replace(">", " → ") : subject);
}

/** keyText says a key as a person would: "close_border A>B spreading" is "border closed to spreading : A → B". */
export function keyText(key: string): string {
  const verb = key.slice(0, key.indexOf(" "));
  return `${sayMaybe(`action_${verb}`) ?? visible(verb)}${say("colon")}${subjectText(key)}`;
}
