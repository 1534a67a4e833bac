// SPDX-License-Identifier: Apache-2.0
// The plan for the whole estate: what it costs beside the other ways out, what waits for whom, and what people may say
// to each line: approve, decline, forbid, leave to the model again. And the one button that freezes automatic cuts.

import { h, Keyed, setList, setText, type Row } from "./dom";
import { post } from "./door";
import { clock, hours, visible, whole } from "./format";
import type { Plan, PlanHarm } from "./model";
import { keyText } from "./key_text";
import { folded, GroupCard, isGroup, type PlanItem } from "./view_group";
import { HandCard, UnneededCard, type HandNow, type UnneededNow } from "./view_hand";
import { LineCard } from "./view_line";
import { Wish } from "./wish";
import { language, say, sayMaybe } from "./words";

const changesShown = 6; // of each kind; a plan has up to 200 lines

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
    setText(this.text, `${keyText(line.key)}${say("semicolon")}${sayMaybe(`wish_${line.wish}`) ?? line.wish}, ${visible(line.by)}${reason}`);
  }
}

/** changesOf says what this plan has that the one before it had not, and of what it has no more, what was done and what was dropped. */
function changesOf(plan: Plan): string[] {
  const before = plan.before;
  if (before === undefined) return [];
  const listed = (word: "plan_added" | "plan_done" | "plan_gone", keys: readonly string[]): string[] => {
    if (keys.length === 0) return [];
    const shown = keys.slice(0, changesShown).map(keyText).join(say("semicolon"));
    const more = keys.length > changesShown ? `${say("semicolon")}${say("and_more", { n: String(keys.length - changesShown) })}` : "";
    return [say(word, { lines: shown + more })];
  };
  return [...listed("plan_added", before.added), ...listed("plan_done", before.done ?? []), ...listed("plan_gone", before.gone)];
}

/** sinceText says in one line how much has changed since the plan before. */
function sinceText({ before }: Plan): string {
  if (before === undefined) return say("plan_detail");
  const counts = { added: before.added.length, done: before.done?.length ?? 0, gone: before.gone.length };
  const [added, done, gone] = [counts.added, counts.done, counts.gone].map((n) => whole(n, language()));
  return say("plan_since", { time: clock(before.at), added: added ?? "", done: done ?? "", gone: gone ?? "" });
}

/** Compared is one way out: its name, its patient-hours, and what is read only in detail. */
type Compared = [name: string, value: string, aside: string];

function sumOf(name: string, harm: PlanHarm): Compared {
  const parts = { cut: hours(harm.cut, language()), left: hours(harm.left, language()) };
  if (harm.together === null) return [name, "–", say("plan_sum_old", parts)];
  return [name, hours(harm.together, language()), say("plan_sum", parts)];
}

function cardOf(item: PlanItem): LineCard | GroupCard {
  return isGroup(item) ? new GroupCard() : new LineCard();
}

export class PlanView {
  private readonly compare = h("dl", { class: "grid compare" });
  private readonly changes = h("ul", { class: "changes" });
  private readonly since = h("summary");
  private readonly detail = h("details", { class: "account-detail" }, this.since, this.changes);
  private readonly count = h("span", { class: "muted", id: "plan-count" });
  private readonly lines = h("div", { class: "cards" });
  private readonly more = h("p", { class: "muted" });
  private readonly overruled = h("ul");
  private readonly unneeded = h("div", { class: "cards" });
  private readonly unneededPart = h("div", {}, h("h3", { class: "sub" }, say("unneeded")), h("p", { class: "muted" }, say("unneeded_hint")), this.unneeded);
  private readonly byHand = h("div", { class: "cards" });
  private readonly byHandPart = h("div", {}, h("h3", { class: "sub" }, say("by_hand")), this.byHand);
  private readonly none = h("p", { class: "none" }, say("plan_none"));
  private readonly frozen = h("p", { class: "frozen" });
  private isFrozen = false;
  private readonly freeze = new Wish(false);
  private readonly freezeButton: HTMLButtonElement;
  private readonly keyed = new Keyed<PlanItem>(this.lines, (item) => item.key, (item) => cardOf(item) as Row<PlanItem>);
  private readonly keyedOverruled = new Keyed<Plan["overruled"][number]>(
    this.overruled,
    (line) => line.key,
    () => new OverruledRow(),
  );
  private readonly keyedUnneeded = new Keyed<UnneededNow>(this.unneeded, (one) => one.cut || one.key, (one) => new UnneededCard(one));
  private readonly keyedByHand = new Keyed<HandNow>(this.byHand, (one) => one.key, (one) => new HandCard(one));
  readonly node = h(
    "section",
    { "aria-labelledby": "plan-title", id: "plan" },
    h("div", { class: "plan-head" }, h("h2", { id: "plan-title" }, say("plan")), this.count, this.freeze.node),
    this.frozen,
    this.none,
    this.compare,
    this.detail,
    this.lines,
    this.more,
    this.byHandPart,
    this.unneededPart,
    this.overruled,
  );

  constructor() {
    this.freezeButton = this.freeze.add("", () => post("/api/freeze", { frozen: this.isFrozen ? "no" : "yes", reason: "" }));
    this.freeze.end();
    this.lines.addEventListener("keydown", (event) => this.walk(event));
  }

  /** walk goes from line to line, where the focus is on one. */
  private walk(event: KeyboardEvent): void {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const heads = [...this.lines.querySelectorAll<HTMLElement>(".line-what, .group-lines > summary")];
    const at = heads.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    event.preventDefault();
    heads[Math.min(Math.max(at + step, 0), heads.length - 1)]?.focus();
  }

  show(plan: Plan | undefined, now: number, lost: boolean): void {
    this.node.hidden = plan === undefined;
    if (plan === undefined) return;
    const isEmpty = plan.id === "";
    this.isFrozen = plan.frozen;
    this.frozen.hidden = !plan.frozen;
    setText(this.frozen, say("plan_frozen", { who: visible(plan.frozen_by) }));
    setText(this.freezeButton, say(plan.frozen ? "plan_unfreeze" : "plan_freeze"));
    this.compare.hidden = isEmpty;
    this.none.hidden = !isEmpty;
    this.detail.hidden = isEmpty;
    const lines = plan.lines.length + (plan.lines_more ?? 0);
    setText(this.count, isEmpty ? "" : say("plan_count", { n: whole(lines, language()) }));
    setList(this.changes, changesOf(plan));
    setText(this.since, sinceText(plan));
    if (plan.harm !== undefined) {
      const { before, harm } = plan;
      const facts: Compared[] = [
        sumOf(say("plan_this"), harm),
        ...(before === undefined ? [] : [sumOf(say("plan_before", { time: clock(before.at) }), before.harm)]),
        [say("plan_nothing"), hours(harm.nothing, language()), ""],
        [say("plan_infected"), hours(harm.infected, language()), ""],
        [say("plan_all"), hours(harm.all, language()), ""],
      ];
      const text = JSON.stringify(facts);
      if (this.compare.dataset["text"] !== text) {
        this.compare.dataset["text"] = text;
        this.compare.replaceChildren(
          ...facts.map(([name, value, aside]) => h("div", {}, h("dt", {}, name), h("dd", {}, value, h("span", { class: "aside" }, aside)))),
          h("div", { class: "muted" }, say("in_patient_hours")),
        );
      }
    }
    const items = folded(plan.lines);
    this.keyed.show(items);
    for (const item of items) (this.keyed.row(item.key) as LineCard | GroupCard | undefined)?.lock(lost);
    this.more.hidden = (plan.lines_more ?? 0) === 0;
    setText(this.more, say("plan_more", { n: String(plan.lines_more ?? 0) }));
    const unneeded = plan.no_longer_needed ?? [];
    this.unneededPart.hidden = unneeded.length === 0;
    this.keyedUnneeded.show(unneeded.map((one) => ({ ...one, lost })));
    const byHand = plan.by_hand ?? [];
    this.byHandPart.hidden = byHand.length === 0;
    this.keyedByHand.show(byHand.map((one) => ({ ...one, now, lost })));
    this.keyedOverruled.show(plan.overruled);
    this.freeze.lock(lost);
  }
}
