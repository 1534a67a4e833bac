// SPDX-License-Identifier: Apache-2.0
// What only a person can do, and what a person said was done: the button that says so, the card that shows it and takes it
// back. And what is in force although the plan needs it no longer.

import { h, Mark, setAttribute, setText, type Row } from "./dom";
import { post } from "./door";
import { hours, moment, visible } from "./format";
import type { Hand, Unneeded } from "./model";
import { keyText } from "./key_text";
import { aboutText } from "./sentences";
import { Ask } from "./wish";
import { language, say } from "./words";

/** askHand is the button that says a line was done by hand, is still so, or was taken back. */
export function askHand(key: () => string, done: boolean, word: "hand_done" | "hand_still" | "hand_back" = done ? "hand_done" : "hand_back"): Ask {
  const texts = {
    open: say(word),
    warning: say(`${word}_warning`),
    confirm: say(`${word}_confirm`),
    reason: say("hand_remark"),
    done: () => say("plan_taken"),
  };
  return new Ask(texts, (remark) => post("/api/hand", { key: key(), done: done ? "yes" : "no", remark }));
}

export interface HandNow extends Hand {
  now: number; // seconds, as the box counts them
  lost: boolean;
}

/** HandCard stands among what is in force, and says that nothing proves it. */
export class HandCard implements Row<HandNow> {
  private readonly mark = new Mark();
  private readonly what = h("strong");
  private readonly who = h("p");
  private readonly due = h("p");
  private readonly still: Ask;
  private readonly back: Ask;
  readonly node: HTMLElement;

  constructor(hand: Hand) {
    this.still = askHand(() => hand.key, true, "hand_still");
    this.back = askHand(() => hand.key, false);
    const asks = h("div", { class: "asks" }, this.still.node, this.back.node);
    this.node = h("article", { class: "card", "data-hand": hand.key, "data-tone": "warn" }, h("h3", {}, this.mark.node, " ", this.what), this.who, this.due, asks);
  }

  update(hand: HandNow): void {
    this.mark.show("triangle", "warn", say("state_by_hand"));
    const what = keyText(hand.key);
    setText(this.what, what);
    setText(this.who, say("hand_by", { who: visible(hand.by), time: moment(hand.at, hand.now), remark: visible(hand.remark) }));
    const isDue = hand.now >= hand.until;
    setText(this.due, isDue ? say("hand_due") : "");
    this.due.hidden = !isDue;
    this.still.show(isDue, `${say("hand_still")}${say("colon")}${what}`, hand.lost);
    this.back.show(true, `${say("hand_back")}${say("colon")}${what}`, hand.lost);
  }
}

export interface UnneededNow extends Unneeded {
  lost: boolean;
}

/** UnneededCard names one cut that saves nothing any more, with what care gets back and the button that lifts it. */
export class UnneededCard implements Row<UnneededNow> {
  private readonly mark = new Mark();
  private readonly what = h("strong");
  private readonly about = h("span", { class: "muted" });
  private readonly harm = h("span", { class: "muted" });
  private readonly lift: Ask;
  readonly node: HTMLElement;

  constructor(spare: Unneeded) {
    const texts = {
      open: say("roll_back"),
      warning: say("unneeded_warning"),
      confirm: say("roll_back_confirm"),
      reason: say("reason_may"),
      optional: spare.cut !== "",
      done: (time: string) => say("roll_back_ok", { time }),
    };
    this.lift = spare.cut === "" ? askHand(() => spare.key, false) : new Ask(texts, (reason) => post("/api/rollback", { cut: spare.cut, reason }));
    this.node = h("article", { class: "card", "data-unneeded": spare.key }, h("h3", {}, this.mark.node, " ", this.what, this.about, " ", this.harm), this.lift.node);
  }

  update(spare: UnneededNow): void {
    this.mark.show("ring", "quiet", say("unneeded_mark"));
    setAttribute(this.node, "data-tone", "quiet");
    const what = keyText(spare.key);
    setText(this.what, what);
    setText(this.harm, spare.harm === 0 ? say("unneeded_free") : say("unneeded_gives", { n: hours(spare.harm, language()) }));
    const about = aboutText(spare);
    setText(this.about, about === "" ? "" : ` · ${about}`);
    this.lift.show(true, `${say("roll_back")}${say("colon")}${what}`, spare.lost);
  }
}
