// SPDX-License-Identifier: Apache-2.0
// One line of a plan: what is done to what, what it costs, whose care it touches, whom it waits for, and what these may
// say to it.

import { h, Mark, setAttribute, setList, setText, type Row, type Shape, type Tone } from "./dom";
import { post, type Answer } from "./door";
import { hours, visible } from "./format";
import { keyText } from "./key_text";
import type { LineState, PlanLine } from "./model";
import { takesNoMoved } from "./steady";
import { askHand } from "./view_hand";
import { Ask, Wish } from "./wish";
import { language, say, sayMaybe } from "./words";

const marks: Record<LineState, [Shape, Tone]> = {
  cut: ["check", "info"],
  waits: ["clock", "warn"],
  advised: ["ring", "quiet"],
  withheld: ["shield", "quiet"],
};

/** needsText says who must agree. */
export function needsText(needs: readonly string[], given: readonly string[] = []): string {
  const roles = needs.map((role) => sayMaybe(`role_of_${role}`) ?? visible(role)).join(" + ");
  return given.length === 0 ? say("plan_needs", { roles }) : say("plan_given", { roles, given: given.map(visible).join(", ") });
}

/** forbidText says what forbidding a line loses, as far as the plan knows. */
export function forbidText(line: PlanLine | undefined): string {
  const hint = say("offer_forbid_warning");
  if (line === undefined) return hint;
  const saves = line.saves ?? null;
  const loses =
    line.key === "firebreak" ? say("forbid_loses_unseen")
    : saves === null ? say("forbid_loses_unknown")
    : saves > 0 ? say("forbid_loses", { n: hours(saves, language()) })
    : say("forbid_loses_nothing");
  return `${hint} ${loses}`;
}

export class LineCard implements Row<PlanLine> {
  private line: PlanLine | null = null;
  private readonly mark = new Mark();
  private readonly what = h("strong");
  private readonly harm = h("span", { class: "muted" });
  private readonly why = h("p");
  private readonly care = h("ul", { class: "care" });
  private readonly saved = h("ul", { class: "care saved" });
  private readonly needs = h("p");
  private readonly approve = new Wish(true);
  private readonly hand = askHand(() => this.line?.key ?? "", true);
  private readonly forbid = new Ask(
    {
      open: say("plan_forbid"), warning: say("offer_forbid_warning"), confirm: say("offer_forbid_confirm"),
      done: () => say("plan_taken"),
    },
    (reason) => post("/api/line", { key: this.line?.key ?? "", wish: "forbid", reason }),
  );
  readonly node = h(
    "article",
    { class: "card" },
    h("h3", {}, this.mark.node, " ", this.what, " ", this.harm),
    this.why,
    this.care,
    this.saved,
    this.needs,
    this.approve.node,
    this.forbid.node,
    this.hand.node,
  );

  constructor() {
    this.approve.add(say("plan_approve"), () => this.answer("yes"), true);
    this.approve.add(say("plan_decline"), () => this.answer("no"));
    this.approve.end();
    takesNoMoved(this.node, () => (this.approve.node.hidden ? this.hand : this.approve).refuse(say("line_moved")));
  }

  private answer(approves: "yes" | "no"): Promise<Answer> {
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
    setText(this.what, keyText(line.key));
    const saves = line.saves ?? null;
    const account = { cost: hours(line.harm, language()), saves: saves === null ? "–" : hours(saves, language()) };
    setText(this.harm, say("plan_account", account));
    setText(this.why, visible(line.why[language()]));
    setList(this.care, line.care[language()].map(visible));
    setList(this.saved, (line.saved?.[language()] ?? []).map(visible));
    const waits = line.state === "waits" && line.approval !== null;
    this.needs.hidden = this.approve.node.hidden = !waits;
    this.forbid.warn(forbidText(line));
    if (line.approval !== null) setText(this.needs, needsText(line.needs, line.approval.given));
  }

  lock(lost: boolean): void {
    this.approve.lock(lost);
    const line = this.line;
    if (line !== null) this.forbid.show(line.state === "waits" && line.approval !== null, `${say("plan_forbid")}${say("colon")}${keyText(line.key)}`, lost);
    if (line !== null) this.hand.show(line.by_hand === true, `${say("hand_done")}${say("colon")}${keyText(line.key)}`, lost);
  }
}
