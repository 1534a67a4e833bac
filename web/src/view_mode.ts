// SPDX-License-Identifier: Apache-2.0
// The mode in the strip: which it is, who chose it and since when, and the button by which a person of the right role
// changes it, after reading what that means for automatic cuts.

import { h, setText } from "./dom";
import { me, post, whyNot } from "./door";
import { moment, visible } from "./format";
import type { Mode, Situation } from "./model";
import { openDialog, whenSignedIn } from "./view_door";
import { say } from "./words";

const modes: readonly Mode[] = ["guard", "watch", "island"];

/** modeForm is the question: three modes with what each means, the reason, one button. */
function modeForm(now: Mode, close: () => void): { node: HTMLElement; focus: () => void } {
  const choices = modes.map((mode) => h("input", { type: "radio", name: "mode", value: mode, checked: mode === now }));
  const reason = h("input", { type: "text", maxlength: "160", autocomplete: "off", id: "mode-reason" });
  const confirm = h("button", { type: "submit", class: "act" });
  const outcome = h("p", { class: "outcome", role: "alert" });
  const chosen = (): Mode => modes.find((_, i) => choices[i]?.checked === true) ?? now;
  const label = (): void => {
    confirm.disabled = chosen() === now;
    setText(confirm, chosen() === now ? say("mode_same") : say("mode_confirm", { mode: say(`mode_${chosen()}`) }));
  };
  const send = async (): Promise<void> => {
    if (reason.value.trim() === "") {
      setText(outcome, say("reason_needed"));
      reason.focus();
      return;
    }
    confirm.disabled = true;
    setText(outcome, say("plan_sent"));
    try {
      const answer = await post("/api/mode", { mode: chosen(), reason: reason.value.trim() });
      if (answer.ok) return close();
      setText(outcome, say("plan_refused", { why: visible(whyNot(answer)) }));
    } catch {
      setText(outcome, say("door_failed"));
    }
    label();
  };
  const node = h(
    "form",
    { class: "door-form", "data-form": "mode" },
    h("h2", {}, say("mode_change")),
    h(
      "fieldset",
      { class: "modes" },
      h("legend", {}, say("mode_question")),
      ...modes.map((mode, i) =>
        h("label", {}, choices[i] ?? "", h("strong", {}, say(`mode_${mode}`), mode === now ? ` (${say("mode_now")})` : ""), h("span", {}, say(`mode_${mode}_means`))),
      ),
    ),
    h("p", { class: "muted" }, say("mode_stays")),
    h("label", {}, say("reason_asked"), reason),
    outcome,
    h("div", { class: "buttons" }, confirm, h("button", { type: "button", click: close }, say("cancel"))),
  );
  node.noValidate = true;
  node.addEventListener("change", label);
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  label();
  return { node, focus: () => choices[modes.indexOf(now)]?.focus() };
}

export class ModeView {
  private now: Mode | null = null;
  private readonly value = h("span", { "data-fact": "mode" });
  private readonly chosen = h("span", { class: "muted", "data-fact": "mode-by" });
  private readonly button = h("button", { type: "button", id: "mode" }, say("mode_change_open"));
  readonly node = h("div", { class: "mode", hidden: true }, h("span", { class: "muted" }, say("mode")), this.value, this.chosen, this.button);

  constructor() {
    this.button.addEventListener("click", () =>
      whenSignedIn(() => {
        const now = this.now;
        if (now !== null && me().may.includes("change_mode")) openDialog((close) => modeForm(now, close));
        else this.show(null, 0, false);
      }),
    );
  }

  /** show hides the button from who is signed in and may not change the mode; who is not is asked to sign in. */
  show(situation: Situation | null, now: number, lost: boolean): void {
    if (situation !== null) {
      this.now = situation.mode;
      this.node.hidden = false;
      setText(this.value, `${say(`mode_${situation.mode}`)} (${say(`mode_${situation.mode}_hint`)})`);
      const set = situation.mode_chosen;
      if (set === undefined) setText(this.chosen, "");
      else if (set.by === "") setText(this.chosen, say("mode_configured", { time: moment(set.at, now) }));
      else setText(this.chosen, say("mode_by", { who: visible(set.by), time: moment(set.at, now) }));
      this.chosen.title = set === undefined ? "" : visible(set.reason);
    }
    this.button.hidden = me().signed_in && !me().may.includes("change_mode");
    this.button.disabled = lost;
  }
}
