// SPDX-License-Identifier: Apache-2.0
// Asking the server for something: a row of buttons that ask at once, or one button that asks for a reason first. Both
// tell what came of it.

import { h, setAttribute, setText } from "./dom";
import { whyNot, type Answer } from "./door";
import { clock, visible } from "./format";
import { whenSignedIn } from "./view_door";
import { say } from "./words";

const reasonMax = "160";

function reasonField(required: boolean): HTMLInputElement {
  return h("input", { type: "text", maxlength: reasonMax, autocomplete: "off", required });
}

/** tell says what came of asking; what was not done stands out. */
function tell(outcome: HTMLElement, text: string, refused = false): void {
  setText(outcome, text);
  outcome.toggleAttribute("data-refused", refused);
}

/** Wish is a row of buttons with one field for the reason, and what came of asking. */
export class Wish {
  private readonly outcome = h("span", { class: "outcome", role: "status" });
  readonly reason = reasonField(false);
  private readonly buttons: HTMLButtonElement[] = [];
  readonly node = h("div", { class: "buttons" });

  constructor(withReason: boolean) {
    if (withReason) this.node.append(h("label", {}, say("plan_reason"), this.reason));
  }

  add(label: string, send: () => Promise<Answer>, strong = false): HTMLButtonElement {
    const button = h("button", { type: "button", class: strong ? "act" : "" }, label);
    button.addEventListener("click", () => whenSignedIn(() => void this.ask(send)));
    this.buttons.push(button);
    this.node.append(button);
    return button;
  }

  end(): this {
    this.node.append(this.outcome);
    return this;
  }

  lock(lost: boolean): void {
    for (const button of this.buttons) button.disabled = lost;
  }

  /** refuse says why nothing was asked. */
  refuse(why: string): void {
    tell(this.outcome, why, true);
  }

  private async ask(send: () => Promise<Answer>): Promise<void> {
    tell(this.outcome, say("plan_sent"));
    try {
      const answer = await send();
      tell(this.outcome, answer.ok ? say("plan_taken") : say("plan_refused", { why: visible(whyNot(answer)) }), !answer.ok);
    } catch {
      tell(this.outcome, say("roll_back_failed"), true);
    }
  }
}

/** AskTexts are the words of one thing that is asked with its reason. */
export interface AskTexts {
  open: string;
  warning: string;
  confirm: string;
  reason?: string; // what the field asks for
  optional?: boolean; // it may be left empty
  opened?: () => void; // just before the question is shown
  done: (time: string) => string;
}

/** Ask is the button, the question asked in its place, and what came of it. */
export class Ask {
  private readonly open: HTMLButtonElement;
  private readonly reason: HTMLInputElement;
  private readonly confirm: HTMLButtonElement;
  private readonly cancel = h("button", { type: "button" }, say("cancel"));
  private readonly warning = h("p");
  private readonly form: HTMLFormElement;
  private readonly outcome = h("p", { class: "outcome", role: "status" });
  readonly node: HTMLElement;

  constructor(
    private readonly texts: AskTexts,
    private readonly send: (reason: string) => Promise<Answer>,
  ) {
    this.open = h("button", { type: "button", class: "act" }, texts.open);
    this.reason = reasonField(texts.optional !== true);
    this.confirm = h("button", { type: "submit", class: "act" }, texts.confirm);
    this.form = h(
      "form",
      { class: "wish", hidden: true },
      this.warning,
      h("label", {}, texts.reason ?? say("reason_asked"), this.reason),
      h("div", { class: "buttons" }, this.confirm, this.cancel),
    );
    this.warn(texts.warning);
    this.node = h("div", { class: "ask" }, this.open, this.form, this.outcome);
    this.open.addEventListener("click", () => whenSignedIn(() => this.toggle(true)));
    this.cancel.addEventListener("click", () => this.toggle(false));
    this.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.toggle(false);
      }
    });
    this.form.noValidate = true;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.post();
    });
  }

  /** show says whether it can be asked, by what name a screen reader calls the button, and whether the link is lost. */
  show(possible: boolean, name: string, lost: boolean): void {
    setAttribute(this.open, "aria-label", name);
    this.open.disabled = lost;
    this.confirm.disabled = lost;
    if (!possible) this.form.hidden = true;
    this.open.hidden = !possible || !this.form.hidden;
    this.node.hidden = !possible && this.outcome.textContent === "";
  }

  /** warn says what comes of it. */
  warn(text: string): void {
    setText(this.warning, text);
  }

  /** refuse says why nothing was asked. */
  refuse(why: string): void {
    tell(this.outcome, why, true);
  }

  private toggle(asking: boolean): void {
    this.form.hidden = !asking;
    this.open.hidden = asking;
    if (asking) {
      this.texts.opened?.();
      this.outcome.textContent = "";
      this.reason.focus();
    } else {
      this.open.focus();
    }
  }

  private async post(): Promise<void> {
    const reason = this.reason.value.trim();
    if (reason === "" && this.reason.required) {
      setText(this.outcome, say("reason_needed"));
      this.reason.focus();
      return;
    }
    this.confirm.disabled = true;
    tell(this.outcome, say("plan_sent"));
    try {
      const answer = await this.send(reason);
      if (answer.ok) {
        this.reason.value = "";
        this.toggle(false);
        tell(this.outcome, this.texts.done(clock(Date.now() / 1000)));
      } else {
        tell(this.outcome, say("roll_back_denied", { why: visible(whyNot(answer)) }), true);
      }
    } catch {
      tell(this.outcome, say("roll_back_failed"), true);
    }
    this.confirm.disabled = false;
  }
}
