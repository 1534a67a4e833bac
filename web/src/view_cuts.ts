// SPDX-License-Identifier: Apache-2.0
// What was cut: which host, by which means, until when, whether it is proven, and the one button that takes it back.

import { h, Keyed, Mark, setAttribute, setText, type Row, type Shape, type Tone } from "./dom";
import { post } from "./door";
import { duration, moment, visible, whole } from "./format";
import { actionText } from "./key_text";
import { inForce, isPast, isStuck, type Cut, type CutState, type Situation } from "./model";
import { cutSubject, noteOf, whyText } from "./sentences";
import { Ask } from "./wish";
import { language, say, sayMaybe } from "./words";

export const cutMarks: Record<CutState, [Shape, Tone]> = {
  decided: ["dots", "warn"],
  applied: ["bar", "warn"],
  holds: ["check", "info"],
  unproven: ["triangle", "alarm"],
  failed: ["cross", "alarm"],
  rehearsed: ["ring", "quiet"],
  lifting: ["dots", "warn"],
  lifted: ["ring", "quiet"],
  expired: ["ring", "quiet"],
  withheld: ["triangle", "alarm"],
};

export interface CutContext {
  situation: Situation;
  now: number; // seconds, as the box counts them
  lost: boolean;
  onEntry: (sequence: number) => void;
}

export class CutsView {
  private context: CutContext | null = null;
  private readonly list = h("div", { class: "cards" });
  private readonly none = h("p", { class: "none" }, say("cuts_none"));
  private readonly keyed = new Keyed<Cut>(
    this.list,
    (cut) => cut.id || `${cut.sequence} ${cut.host}`, // one that is withheld has no name
    (cut) => new CutCard(cut.id, () => this.context),
  );
  readonly node = h(
    "section",
    { "aria-labelledby": "cuts-title", id: "cuts" },
    h("h2", { id: "cuts-title" }, say("cuts")),
    this.none,
    this.list,
  );

  show(context: CutContext): void {
    this.context = context;
    const cuts = [...context.situation.cuts];
    cuts.sort((a, b) => Number(isPast(a)) - Number(isPast(b)) || b.sequence - a.sequence);
    this.none.hidden = cuts.length > 0;
    this.keyed.show(cuts);
  }
}

export class CutCard implements Row<Cut> {
  private readonly mark = new Mark();
  private readonly host = h("strong");
  private readonly about = h("span", { class: "muted" });
  private readonly what = h("span");
  private readonly by = h("dd");
  private readonly since = h("dd");
  private readonly sinceWord = h("dt");
  private readonly until = h("dd", { class: "until" });
  private readonly untilBox = h("div", {}, h("dt", {}, say("until")), this.until);
  private readonly proof = h("dd", { class: "proof" });
  private readonly covers = h("dd", { class: "mono" });
  private readonly because = h("button", { type: "button", class: "link" });
  private readonly wish: Ask;
  private verdict = 0;
  readonly node: HTMLElement;

  constructor(
    id: string,
    private readonly context: () => CutContext | null,
  ) {
    this.wish = rollBack(id);
    this.because.addEventListener("click", () => this.context()?.onEntry(this.verdict));
    const fact = (name: string, value: HTMLElement): HTMLElement => h("div", {}, h("dt", {}, name), value);
    this.node = h(
      "article",
      { class: "card cut", "data-cut": id },
      h("h3", {}, this.mark.node, " ", this.host, this.about, this.what),
      h(
        "dl",
        { class: "grid" },
        h("div", {}, this.sinceWord, this.since),
        this.untilBox,
        fact(say("by"), this.by),
        fact(say("proof"), this.proof),
        fact(say("covers"), this.covers),
        fact(say("because"), h("dd", {}, this.because)),
      ),
      this.wish.node,
    );
  }

  update(cut: Cut): void {
    const context = this.context();
    if (context === null) return;
    const { situation, now } = context;
    const stuck = isStuck(cut, now);
    const [shape, tone] = stuck ? cutMarks.failed : cutMarks[cut.state];
    this.verdict = cut.verdict;
    this.mark.show(shape, tone, say(`state_${cut.state}`));
    setAttribute(this.node, "data-state", cut.state);
    setAttribute(this.node, "data-tone", tone);
    const subject = cutSubject(situation, cut);
    setText(this.host, subject.name);
    setText(this.about, subject.about === "" ? "" : ` · ${subject.about}`);
    setText(this.what, ` — ${actionText(cut.key || cut.action)}`);
    setText(this.by, cut.means.map((one) => sayMaybe(`means_${one.replace(/-/g, "_")}`) ?? visible(one)).join(" + "));
    setText(this.sinceWord, say(inForce(cut) ? "since" : "decided"));
    setText(this.since, moment(cut.decided, now));
    const left = cut.until - now;
    const ends = left > 0 ? say("left", { age: duration(left, language()) }) : say("over");
    this.untilBox.hidden = !inForce(cut) && cut.state !== "decided" && cut.state !== "rehearsed";
    setText(this.until, `${moment(cut.until, now)}, ${ends}`);
    const held = stuck ? situation.processes.map(noteOf).filter((note) => note.includes(cut.id)) : [];
    const detail = byMeans(whyText(cut), cut.means);
    const drops = cut.drops > 0 ? say("drops", { n: whole(cut.drops, language()) }) : "";
    setText(this.proof, [...held, detail, drops].filter((part) => part !== "").join(say("semicolon")) || say(cut.state === "rehearsed" ? "proof_rehearsed" : "proof_none"));
    setText(this.covers, [...cut.users, ...cut.macs, ...cut.ips].map(visible).join(", "));
    setText(this.because, say("entry_link", { n: String(cut.verdict) }));
    setAttribute(this.because, "aria-label", say("entry_link_hint", { n: String(cut.verdict) }));
    this.wish.show(cut.can_roll_back, say("roll_back_of", { host: subject.short }), context.lost);
  }
}

/** byMeans puts what each of several means is found to do on a line of its own. */
function byMeans(detail: string, means: readonly string[]): string {
  const [first, ...others] = detail.split("; ");
  const begins = (part: string): boolean => means.some((name) => part.startsWith(`${name}:`) || part.startsWith(`${name} :`));
  return others.reduce((text, part) => text + (begins(part) ? "\n" : "; ") + part, first ?? "");
}

/** rollBack is the one button that takes a cut back. */
export function rollBack(cut: string): Ask {
  const texts = {
    open: say("roll_back"),
    warning: say("roll_back_warning"),
    confirm: say("roll_back_confirm"),
    reason: say("reason_may"),
    optional: true,
    done: (time: string) => say("roll_back_ok", { time }),
  };
  return new Ask(texts, (reason) => post("/api/rollback", { cut, reason }));
}
