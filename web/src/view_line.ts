// SPDX-License-Identifier: Apache-2.0
// One line of a plan: what is done to what, what it costs, how many must still agree, and what they may say to it. Whose
// care it touches and why lies folded until somebody asks, or comes to the line by keyboard.

import { h, Mark, setAttribute, setList, setText, type Row, type Shape, type Tone } from "./dom";
import { post, type Answer } from "./door";
import { hours, visible } from "./format";
import { actionText, keyText, subjectText } from "./key_text";
import { waitsFor, type LineState, type PlanLine } from "./model";
import { aboutText } from "./sentences";
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

/** stateText says what becomes of a line, and of one that waits how many must still agree. */
export function stateText(line: PlanLine): string {
  const approval = waitsFor(line);
  if (approval === null) return say(`line_${line.state}`);
  const n = line.needs.length - approval.given.length;
  return n > 1 ? say("line_waits_many", { n: String(n) }) : say("line_waits_one");
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

/** Fold is the words of a line and the button that shows them. Who comes by keyboard has them shown; a pointer moves nothing but what it asks for. */
class Fold {
  private static byFocus: Fold | null = null; // shown because the focus came
  readonly button: HTMLButtonElement;

  constructor(
    private readonly card: HTMLElement,
    head: readonly (Node | string)[],
    private readonly words: HTMLElement,
  ) {
    this.button = h("button", { type: "button", class: "disclose line-what", click: () => this.turn(words.hidden) }, h("span", { class: "chevron", "aria-hidden": "true" }), h("span", {}, ...head));
    this.put(false);
    card.addEventListener("focusin", (event) => {
      if (event.target instanceof HTMLButtonElement && event.target.matches(":focus-visible")) this.come();
    });
  }

  private put(shown: boolean): void {
    this.words.hidden = !shown;
    setAttribute(this.button, "aria-expanded", String(shown));
    this.card.toggleAttribute("data-open", shown);
  }

  private turn(shown: boolean): void {
    if (Fold.byFocus === this) Fold.byFocus = null; // from now on as the person wants it
    this.put(shown);
  }

  private come(): void {
    if (Fold.byFocus !== this) {
      Fold.byFocus?.put(false);
      Fold.byFocus = null;
    }
    if (this.words.hidden) {
      Fold.byFocus = this;
      this.put(true);
    }
    this.card.scrollIntoView({ block: "nearest" });
  }
}

export class LineCard implements Row<PlanLine> {
  private line: PlanLine | null = null;
  private readonly mark = new Mark();
  private readonly verb = h("span");
  private readonly subject = h("span", { class: "subject" });
  private readonly what = h("strong", {}, this.verb, this.subject);
  private readonly account = h("span");
  private readonly oneSided = new Mark();
  private readonly about = h("p", { class: "muted" });
  private readonly doubt = h("p", { class: "doubt" }, say("line_one_sided_why"));
  private readonly why = h("p");
  private readonly care = h("ul", { class: "care" });
  private readonly saved = h("ul", { class: "care saved" });
  private readonly needs = h("p");
  private readonly approve = new Wish(true);
  private readonly hand = askHand(() => this.line?.key ?? "", true);
  private readonly forbid = new Ask(
    {
      open: say("offer_forbid"), warning: say("offer_forbid_warning"), confirm: say("offer_forbid_confirm"),
      done: () => say("plan_taken"),
    },
    (reason) => post("/api/line", { key: this.line?.key ?? "", wish: "forbid", reason }),
  );
  private readonly words = h("div", { class: "line-words" }, this.about, this.doubt, this.why, this.care, this.saved, this.needs);
  readonly node = h("article", { class: "card line" });

  constructor() {
    const fold = new Fold(this.node, [this.mark.node, " ", this.what, " "], this.words);
    const account = h("span", { class: "muted account" }, this.account, h("span", { class: "unit" }, ` ${say("patient_hours_unit")}`));
    this.node.append(
      h("h3", {}, fold.button, this.oneSided.node, account),
      h("div", { class: "asks" }, this.approve.node, this.forbid.node, this.hand.node),
      this.words,
    );
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
    this.mark.show(shape, tone, stateText(line));
    setAttribute(this.node, "data-tone", tone);
    setAttribute(this.node, "data-line", line.key);
    const isAll = line.key === "firebreak";
    setText(this.verb, isAll ? keyText(line.key) : actionText(line.key) + say("colon"));
    setText(this.subject, isAll ? "" : subjectText(line.key));
    const saves = line.saves ?? null;
    const account = { cost: hours(line.harm, language()), saves: saves === null ? "–" : hours(saves, language()) };
    setText(this.account, say("plan_account", account));
    const doubted = line.one_sided === true;
    this.oneSided.node.hidden = this.doubt.hidden = !doubted;
    if (doubted) this.oneSided.show("triangle", "warn", say("line_one_sided"));
    setText(this.about, aboutText(line));
    this.about.hidden = this.about.textContent === "";
    setText(this.why, visible(line.why[language()]));
    setList(this.care, line.care[language()].map(visible));
    setList(this.saved, (line.saved?.[language()] ?? []).map(visible));
    const approval = waitsFor(line);
    this.needs.hidden = this.approve.node.hidden = approval === null;
    this.forbid.warn(forbidText(line));
    if (approval !== null) setText(this.needs, needsText(line.needs, approval.given));
  }

  lock(lost: boolean): void {
    this.approve.lock(lost);
    const line = this.line;
    if (line !== null) this.forbid.show(waitsFor(line) !== null, `${say("plan_forbid")}${say("colon")}${keyText(line.key)}`, lost);
    if (line !== null) this.hand.show(line.by_hand === true, `${say("hand_done")}${say("colon")}${keyText(line.key)}`, lost);
  }
}
