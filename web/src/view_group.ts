// SPDX-License-Identifier: Apache-2.0
// Many equal lines of a plan that save little, as one card: it unfolds, and one answer approves those lines that it
// named. Each stays a decision of its own: it is asked for by its own number, needs whom it needs, and may be refused.

import { h, Keyed, Mark, setAttribute, setText, type Row } from "./dom";
import { post, type Answer } from "./door";
import { hours, visible, whole } from "./format";
import { actionText, subjectText } from "./key_text";
import { waitsFor, type PlanLine } from "./model";
import { takesNoMoved } from "./steady";
import { LineCard, needsText } from "./view_line";
import { Ask } from "./wish";
import { language, say } from "./words";

const groupMin = 5; // fewer are read one by one
const littleShare = 0.0001; // of what the line that saves most saves

/** Group is some lines that only one thing tells apart: to what they are done. */
export interface Group {
  key: string;
  lines: PlanLine[];
}
export type PlanItem = PlanLine | Group;

export function isGroup(item: PlanItem): item is Group {
  return "lines" in item;
}

/** sameness is equal for lines that may be answered together; empty for a line that stands alone. */
function sameness(line: PlanLine, little: number): string {
  const saves = line.saves ?? null;
  const approval = waitsFor(line);
  if (approval === null || saves === null || saves > little) return "";
  return JSON.stringify([line.action, line.needs, approval.given, line.why.en]);
}

/** folded puts lines that save little and are alike into groups, each where the first of it stood. */
export function folded(lines: readonly PlanLine[]): PlanItem[] {
  const little = littleShare * Math.max(0, ...lines.map((line) => (line.state === "cut" ? 0 : (line.saves ?? 0))));
  const alike = new Map<string, PlanLine[]>();
  for (const line of lines) {
    const same = sameness(line, little);
    if (same !== "") alike.set(same, [...(alike.get(same) ?? []), line]);
  }
  const told = new Set<string>();
  return lines.flatMap((line): PlanItem[] => {
    const same = sameness(line, little);
    const group = alike.get(same) ?? [];
    if (group.length < groupMin) return [line];
    if (told.has(same)) return [];
    told.add(same);
    return [{ key: `group ${same}`, lines: group }];
  });
}

export class GroupCard implements Row<Group> {
  private lines: PlanLine[] = [];
  private named: PlanLine[] = []; // what the open form names; nothing else is asked for
  private lost = false;
  private readonly mark = new Mark();
  private readonly what = h("strong");
  private readonly account = h("span", { class: "muted account" });
  private readonly why = h("p");
  private readonly needs = h("p");
  private readonly inside = h("div", { class: "cards" });
  private readonly unfold = h("details", { class: "group-lines" }, h("summary", {}, say("group_unfold")), this.why, this.needs, this.inside);
  private readonly keyed = new Keyed<PlanLine>(this.inside, (line) => line.key, () => new LineCard());
  private readonly approve = new Ask(
    {
      open: say("group_open"), warning: "", confirm: say("group_confirm"),
      opened: () => this.name(), done: () => say("plan_taken"),
    },
    (reason) => this.ask(reason),
  );
  readonly node = h(
    "article",
    { class: "card line", "data-tone": "warn" },
    h("h3", {}, h("span", { class: "line-what" }, this.mark.node, " ", this.what, " "), this.account),
    this.approve.node,
    this.unfold,
  );

  constructor() {
    this.unfold.addEventListener("toggle", () => this.show());
    takesNoMoved(this.node, () => this.approve.refuse(say("line_moved")));
  }

  /** name fixes what is approved to what the form says. */
  private name(): void {
    this.named = this.lines;
    const lines = this.named.map((line) => subjectText(line.key)).join(", ");
    this.approve.warn(say("group_warning", { n: whole(this.named.length, language()), lines }));
  }

  /** ask sends one approval after the other; the first refusal is told with how many were taken. */
  private async ask(reason: string): Promise<Answer> {
    let taken = 0;
    let refused: Answer | undefined;
    for (const line of this.named) {
      const answer = await post("/api/approve", { id: line.approval?.id ?? "", digest: line.approval?.digest ?? "", approves: "yes", reason });
      if (answer.ok) taken += 1;
      else refused ??= answer;
      if (answer.word !== undefined) break; // the door: nobody signed in, or busy
    }
    if (refused === undefined) return { ok: true };
    const why = typeof refused.why === "object" ? refused.why[language()] : (refused.why ?? refused.word ?? "");
    return { ok: false, why: say("group_partly", { n: String(taken), of: String(this.named.length), why: visible(why) }) };
  }

  update(group: Group): void {
    this.lines = group.lines;
    const first = group.lines[0];
    if (first === undefined) return;
    this.mark.show("clock", "warn", say("line_waits"));
    setAttribute(this.node, "data-line", group.key);
    setText(this.what, `${actionText(first.key)}${say("colon")}${say("group_of", { n: whole(group.lines.length, language()) })}`);
    const most = Math.max(...group.lines.map((line) => line.saves ?? 0));
    const cost = group.lines.reduce((sum, line) => sum + line.harm, 0);
    setText(this.account, say("group_account", { cost: hours(cost, language()), saves: hours(most, language()) }));
    setText(this.why, visible(first.why[language()]));
    setText(this.needs, needsText(first.needs, first.approval?.given ?? []));
    this.show();
  }

  /** show draws the lines only where they are unfolded. */
  private show(): void {
    this.keyed.show(this.unfold.open ? this.lines : []);
    if (this.unfold.open) for (const line of this.lines) (this.keyed.row(line.key) as LineCard | undefined)?.lock(this.lost);
  }

  lock(lost: boolean): void {
    this.lost = lost;
    this.approve.show(true, say("group_open"), lost);
    this.show();
  }
}
