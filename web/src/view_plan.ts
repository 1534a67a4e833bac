// SPDX-License-Identifier: Apache-2.0
// The plan for the whole estate: what it costs beside the other ways out, what waits for whom, and what people may say
// to each line: approve, decline, forbid, leave to the model again. And the one button that freezes automatic cuts.

import { h, Keyed, Mark, setAttribute, setText, type Row, type Shape, type Tone } from "./dom";
import { post, whyNot } from "./door";
import { hours, visible } from "./format";
import type { LineState, Plan, PlanLine } from "./model";
import { whenSignedIn } from "./view_door";
import { language, say, sayMaybe } from "./words";

const marks: Record<LineState, [Shape, Tone]> = {
  cut: ["check", "info"],
  waits: ["triangle", "warn"],
  advised: ["ring", "quiet"],
  withheld: ["shield", "quiet"],
};
const reasonMax = "160";

/** Wish is a row of buttons with one field for the reason, and what came of asking. */
class Wish {
  private readonly outcome = h("span", { class: "outcome", role: "status" });
  readonly reason = h("input", { type: "text", maxlength: reasonMax, autocomplete: "off" });
  private readonly buttons: HTMLButtonElement[] = [];
  readonly node = h("div", { class: "buttons" });

  constructor(withReason: boolean) {
    if (withReason) this.node.append(h("label", {}, say("plan_reason"), this.reason));
  }

  add(label: string, send: () => Promise<{ ok: boolean }>, strong = false): HTMLButtonElement {
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

  private async ask(send: () => Promise<{ ok: boolean }>): Promise<void> {
    setText(this.outcome, say("plan_sent"));
    try {
      const answer = await send();
      setText(this.outcome, answer.ok ? say("plan_taken") : say("plan_refused", { why: visible(whyNot(answer)) }));
    } catch {
      setText(this.outcome, say("roll_back_failed"));
    }
  }
}

class LineCard implements Row<PlanLine> {
  private line: PlanLine | null = null;
  private readonly mark = new Mark();
  private readonly what = h("strong");
  private readonly harm = h("span", { class: "muted" });
  private readonly why = h("p");
  private readonly care = h("ul", { class: "care" });
  private readonly needs = h("p");
  private readonly approve = new Wish(true);
  readonly node = h(
    "article",
    { class: "card" },
    h("h3", {}, this.mark.node, " ", this.what, " ", this.harm),
    this.why,
    this.care,
    this.needs,
    this.approve.node,
  );

  constructor() {
    this.approve.add(say("plan_approve"), () => this.answer("yes"), true);
    this.approve.add(say("plan_decline"), () => this.answer("no"));
    this.approve.add(say("plan_forbid"), () =>
      post("/api/line", { key: this.line?.key ?? "", wish: "forbid", reason: this.approve.reason.value.trim() }),
    );
    this.approve.end();
  }

  private answer(approves: "yes" | "no"): Promise<{ ok: boolean }> {
    const approval = this.line?.approval;
    return post("/api/approve", {
      id: approval?.id ?? "", digest: approval?.digest ?? "", approves, reason: this.approve.reason.value.trim(),
    });
  }

  update(line: PlanLine): void {
    this.line = line;
    const [shape, tone] = marks[line.state];
    this.mark.show(shape, tone, say(`line_${line.state}`));
    setAttribute(this.node, "data-tone", tone);
    setAttribute(this.node, "data-line", line.key);
    setText(this.what, `${sayMaybe(`action_${line.action}`) ?? visible(line.action)} : ${visible(line.subject)}`);
    setText(this.harm, say("plan_costs", { n: hours(line.harm, language()) }));
    setText(this.why, visible(line.why[language()]));
    this.care.replaceChildren(...line.care[language()].map((sentence) => h("li", {}, visible(sentence))));
    const waits = line.state === "waits" && line.approval !== null;
    this.needs.hidden = this.approve.node.hidden = !waits;
    if (line.approval !== null) {
      const roles = line.needs.map((role) => sayMaybe(`role_of_${role}`) ?? role).join(" + ");
      const given = line.approval.given.map(visible).join(", ");
      setText(this.needs, given === "" ? say("plan_needs", { roles }) : say("plan_given", { roles, given }));
    }
  }

  lock(lost: boolean): void {
    this.approve.lock(lost);
  }
}

class OverruledRow implements Row<{ key: string; wish: string; by: string; reason: string }> {
  private key = "";
  private readonly text = h("span");
  private readonly wish = new Wish(false);
  readonly node = h("li", {}, this.text, " ", this.wish.node);

  constructor() {
    this.wish.add(say("plan_free"), () => post("/api/line", { key: this.key, wish: "free", reason: "" }));
    this.wish.end();
  }

  update(line: { key: string; wish: string; by: string; reason: string }): void {
    this.key = line.key;
    const reason = line.reason === "" ? "" : ` (${visible(line.reason)})`;
    setText(this.text, `${visible(line.key)} : ${sayMaybe(`wish_${line.wish}`) ?? line.wish}, ${visible(line.by)}${reason}`);
  }
}

export class PlanView {
  private readonly compare = h("dl", { class: "grid compare" });
  private readonly lines = h("div", { class: "cards" });
  private readonly more = h("p", { class: "muted" });
  private readonly overruled = h("ul");
  private readonly frozen = h("p", { class: "frozen" });
  private isFrozen = false;
  private readonly freeze = new Wish(false);
  private readonly freezeButton: HTMLButtonElement;
  private readonly keyed = new Keyed<PlanLine>(this.lines, (line) => line.key, () => new LineCard());
  private readonly keyedOverruled = new Keyed<Plan["overruled"][number]>(
    this.overruled,
    (line) => line.key,
    () => new OverruledRow(),
  );
  readonly node = h(
    "section",
    { "aria-labelledby": "plan-title", id: "plan" },
    h("h2", { id: "plan-title" }, say("plan")),
    this.frozen,
    this.compare,
    this.lines,
    this.more,
    this.overruled,
    this.freeze.node,
  );

  constructor() {
    this.freezeButton = this.freeze.add("", () => post("/api/freeze", { frozen: this.isFrozen ? "no" : "yes", reason: "" }));
    this.freeze.end();
  }

  show(plan: Plan | undefined, lost: boolean): void {
    this.node.hidden = plan === undefined;
    if (plan === undefined) return;
    const isEmpty = plan.id === "";
    this.isFrozen = plan.frozen;
    this.frozen.hidden = !plan.frozen;
    setText(this.frozen, say("plan_frozen", { who: visible(plan.frozen_by) }));
    setText(this.freezeButton, say(plan.frozen ? "plan_unfreeze" : "plan_freeze"));
    this.compare.hidden = isEmpty;
    if (plan.harm !== undefined) {
      const said = (value: number): string => say("patient_hours", { n: hours(value, language()) });
      const facts: [string, string][] = [
        [say("plan_this"), say("plan_sum", { cut: hours(plan.harm.cut, language()), left: hours(plan.harm.left, language()) })],
        [say("plan_nothing"), said(plan.harm.nothing)],
        [say("plan_infected"), said(plan.harm.infected)],
        [say("plan_all"), said(plan.harm.all)],
      ];
      const text = JSON.stringify(facts);
      if (this.compare.dataset["text"] !== text) {
        this.compare.dataset["text"] = text;
        this.compare.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
      }
    }
    this.keyed.show(plan.lines);
    for (const line of plan.lines) (this.keyed.row(line.key) as LineCard | undefined)?.lock(lost);
    this.more.hidden = (plan.lines_more ?? 0) === 0;
    setText(this.more, say("plan_more", { n: String(plan.lines_more ?? 0) }));
    this.keyedOverruled.show(plan.overruled);
    this.freeze.lock(lost);
  }
}
