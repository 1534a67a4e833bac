// SPDX-License-Identifier: Apache-2.0
// What was cut: which host, by which means, until when, whether it is proven, and the one button that takes it back.

import { h, Keyed, Mark, setAttribute, setText, type Row, type Shape, type Tone } from "./dom";
import { post, whyNot } from "./door";
import { clock, duration, moment, visible, whole } from "./format";
import { inForce, isPast, type Cut, type CutState, type Situation } from "./model";
import { hostText } from "./sentences";
import { whenSignedIn } from "./view_door";
import { language, say, sayMaybe } from "./words";

const marks: Record<CutState, [Shape, Tone]> = {
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

class CutCard implements Row<Cut> {
  private readonly mark = new Mark();
  private readonly host = h("strong");
  private readonly what = h("span");
  private readonly by = h("dd");
  private readonly since = h("dd");
  private readonly sinceWord = h("dt");
  private readonly until = h("dd", { class: "until" });
  private readonly untilBox = h("div", {}, h("dt", {}, say("until")), this.until);
  private readonly proof = h("dd", { class: "proof" });
  private readonly covers = h("dd", { class: "mono" });
  private readonly because = h("button", { type: "button", class: "link" });
  private readonly wish: RollbackWish;
  private verdict = 0;
  readonly node: HTMLElement;

  constructor(
    id: string,
    private readonly context: () => CutContext | null,
  ) {
    this.wish = new RollbackWish(id);
    this.because.addEventListener("click", () => this.context()?.onEntry(this.verdict));
    const fact = (name: string, value: HTMLElement): HTMLElement => h("div", {}, h("dt", {}, name), value);
    this.node = h(
      "article",
      { class: "card cut", "data-cut": id },
      h("h3", {}, this.mark.node, " ", this.host, " ", this.what),
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
    const [shape, tone] = marks[cut.state];
    this.verdict = cut.verdict;
    this.mark.show(shape, tone, say(`state_${cut.state}`));
    setAttribute(this.node, "data-state", cut.state);
    setAttribute(this.node, "data-tone", tone);
    const named = hostText(situation, cut.host);
    setText(this.host, named);
    setText(this.what, sayMaybe(`action_${cut.action}`) ?? visible(cut.action));
    setText(this.by, cut.means.map((one) => sayMaybe(`means_${one.replace(/-/g, "_")}`) ?? visible(one)).join(" + "));
    setText(this.sinceWord, say(inForce(cut) ? "since" : "decided"));
    setText(this.since, moment(cut.decided, now));
    const left = cut.until - now;
    const ends = left > 0 ? say("left", { age: duration(left, language()) }) : say("over");
    this.untilBox.hidden = !inForce(cut) && cut.state !== "decided" && cut.state !== "rehearsed";
    setText(this.until, `${moment(cut.until, now)}, ${ends}`);
    const detail = visible(typeof cut.detail === "string" ? cut.detail : cut.detail[language()]);
    const drops = cut.drops > 0 ? say("drops", { n: whole(cut.drops, language()) }) : "";
    setText(this.proof, [detail, drops].filter((part) => part !== "").join(" ; ") || say(cut.state === "rehearsed" ? "proof_rehearsed" : "proof_none"));
    setText(this.covers, [...cut.macs, ...cut.ips].map(visible).join(", "));
    setText(this.because, say("entry_link", { n: String(cut.verdict) }));
    setAttribute(this.because, "aria-label", say("entry_link_hint", { n: String(cut.verdict) }));
    this.wish.show(cut.can_roll_back, named, context.lost);
  }
}

/** RollbackWish is the button, the question asked in its place, and what came of it. */
class RollbackWish {
  private readonly open = h("button", { type: "button", class: "act" }, say("roll_back"));
  private readonly reason = h("input", { type: "text", maxlength: "160", autocomplete: "off", required: true });
  private readonly send = h("button", { type: "submit", class: "act" }, say("roll_back_confirm"));
  private readonly cancel = h("button", { type: "button" }, say("cancel"));
  private readonly form = h(
    "form",
    { class: "wish", hidden: true },
    h("p", {}, say("roll_back_warning")),
    h("label", {}, say("roll_back_reason"), this.reason),
    h("div", { class: "buttons" }, this.send, this.cancel),
  );
  private readonly outcome = h("p", { class: "outcome", role: "status" });
  readonly node = h("div", { class: "roll-back" }, this.open, this.form, this.outcome);

  constructor(private readonly cut: string) {
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

  show(possible: boolean, host: string, lost: boolean): void {
    setAttribute(this.open, "aria-label", say("roll_back_of", { host }));
    this.open.disabled = lost;
    this.send.disabled = lost;
    if (!possible) this.form.hidden = true;
    this.open.hidden = !possible || !this.form.hidden;
    this.node.hidden = !possible && this.outcome.textContent === "";
  }

  private toggle(asking: boolean): void {
    this.form.hidden = !asking;
    this.open.hidden = asking;
    if (asking) {
      this.outcome.textContent = "";
      this.reason.focus();
    } else {
      this.open.focus();
    }
  }

  private async post(): Promise<void> {
    const reason = this.reason.value.trim();
    if (reason === "") {
      setText(this.outcome, say("roll_back_need"));
      this.reason.focus();
      return;
    }
    this.send.disabled = true;
    setText(this.outcome, say("roll_back_sent"));
    try {
      const answer = await post("/api/rollback", { cut: this.cut, reason });
      if (answer.ok) {
        this.reason.value = "";
        this.toggle(false);
        setText(this.outcome, say("roll_back_ok", { time: clock(Date.now() / 1000) }));
      } else {
        setText(this.outcome, say("roll_back_denied", { why: visible(whyNot(answer)) }));
      }
    } catch {
      setText(this.outcome, say("roll_back_failed"));
    }
    this.send.disabled = false;
  }
}
