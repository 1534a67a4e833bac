// SPDX-License-Identifier: Apache-2.0
// Each verdict and the evidence it rests on, down to the files: what was seen, what it weighs, how the sum came to the
// threshold.

import { arrowKeys, h, keepReachable, Keyed, Mark, setAttribute, setPath, setText, type Row, type Shape, type Tone } from "./dom";
import { fileName, folderName, moment, signed, tenth, visible } from "./format";
import type { Evidence, Level, Situation, Verdict } from "./model";
import { filesText, hostText, kindText, lookText, sumText } from "./sentences";
import { language, say } from "./words";

export const levelMarks: Record<Level, [Shape, Tone]> = {
  quiet: ["ring", "quiet"],
  suspect: ["triangle", "warn"],
  infected: ["diamond", "warn"],
};

export interface VerdictContext {
  situation: Situation;
  now: number;
  onEntry: (sequence: number) => void;
}

/** Verdicts a person opened, by sequence number; kept when the page is made anew in another language. */
const opened = new Set<number>();

export class VerdictsView {
  private context: VerdictContext | null = null;
  private readonly list = h("div", { class: "cards" });
  private readonly none = h("p", { class: "none" }, say("verdicts_none"));
  private readonly keyed = new Keyed<Verdict>(
    this.list,
    (verdict) => String(verdict.sequence),
    (verdict) => new VerdictCard(verdict.sequence, () => this.context),
  );
  readonly node = h(
    "section",
    { "aria-labelledby": "verdicts-title", id: "verdicts" },
    h("h2", { id: "verdicts-title" }, say("verdicts")),
    this.none,
    this.list,
  );

  show(context: VerdictContext): void {
    this.context = context;
    const verdicts = [...context.situation.verdicts].sort((a, b) => b.sequence - a.sequence);
    this.none.hidden = verdicts.length > 0;
    this.keyed.show(verdicts);
  }
}

class VerdictCard implements Row<Verdict> {
  private readonly mark = new Mark();
  private readonly host = h("strong");
  private readonly facts = h("span", { class: "muted" });
  private readonly button: HTMLButtonElement;
  private readonly rule = h("p", { class: "muted" });
  private readonly link = h("button", { type: "button", class: "link" });
  private readonly rows = h("tbody");
  private readonly table: HTMLTableElement;
  private readonly none = h("p", { class: "none" }, say("evidence_none"));
  private readonly detail: HTMLElement;
  private readonly keyed: Keyed<Evidence>;
  private threshold = 0;
  readonly node: HTMLElement;

  constructor(
    private readonly sequence: number,
    private readonly context: () => VerdictContext | null,
  ) {
    const id = `verdict-${sequence}`;
    this.button = h(
      "button",
      { type: "button", class: "disclose", "aria-controls": id, click: () => this.open(!opened.has(sequence)) },
      h("span", { class: "chevron", "aria-hidden": "true" }),
      h("span", {}, this.mark.node, " ", this.host, " ", this.facts),
    );
    const column = (name: string, more: Record<string, string> = {}): HTMLElement => h("th", { scope: "col", ...more }, name);
    this.table = h(
      "table",
      { class: "evidence", "aria-label": say("evidence_count", { n: "" }).trim() },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          column(say("time")),
          column(say("file")),
          column(say("seen")),
          column(say("llr"), { class: "number", title: say("llr_hint") }),
          column(say("sum"), { class: "number" }),
        ),
      ),
      this.rows,
    );
    arrowKeys(this.rows);
    this.keyed = new Keyed<Evidence>(
      this.rows,
      (evidence) => String(evidence.sequence),
      () => new EvidenceRow(() => this.threshold, this.context),
    );
    this.link.addEventListener("click", () => this.context()?.onEntry(this.sequence));
    this.detail = h("div", { id, class: "detail" }, this.none, this.table, h("p", { class: "muted rule" }, this.rule, this.link));
    this.detail.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    });
    this.node = h("article", { class: "card verdict", "data-verdict": String(sequence) }, h("h3", {}, this.button), this.detail);
    this.open(opened.has(sequence));
  }

  update(verdict: Verdict): void {
    const context = this.context();
    if (context === null) return;
    const [shape, tone] = levelMarks[verdict.level];
    this.threshold = verdict.threshold;
    this.mark.show(shape, tone, say(`level_${verdict.level}`));
    setText(this.host, hostText(context.situation, verdict.host));
    const n = verdict.evidence.length;
    setText(
      this.facts,
      [
        say("verdict_at", { time: moment(verdict.ts, context.now) }),
        filesText(verdict.files_touched),
        say("score_of", { score: tenth(verdict.score, language()), threshold: tenth(verdict.threshold, language()) }),
        n === 1 ? say("evidence_count_one") : say("evidence_count", { n: String(n) }),
      ].join(" · "),
    );
    setText(this.rule, `${say("rule")} ${visible(verdict.rule)}, `);
    setText(this.link, say("entry_link", { n: String(verdict.sequence) }));
    setAttribute(this.link, "aria-label", say("entry_link_hint", { n: String(verdict.sequence) }));
    this.none.hidden = n > 0;
    this.table.hidden = n === 0;
    this.keyed.show(verdict.evidence);
    keepReachable(this.rows);
  }

  private open(open: boolean): void {
    if (open) opened.add(this.sequence);
    else opened.delete(this.sequence);
    setAttribute(this.button, "aria-expanded", String(open));
    this.detail.hidden = !open;
  }
}

class EvidenceRow implements Row<Evidence> {
  private readonly time = h("span");
  private readonly name = h("strong", { class: "path" });
  private readonly folder = h("span", { class: "path muted" });
  private readonly after = h("span", { class: "path" });
  private readonly who = h("span", { class: "muted" });
  private readonly looks = h("ul", { class: "looks" });
  private readonly sure = new Mark();
  private readonly weight = h("td", { class: "number", "data-label": say("llr") });
  private readonly sum = h("span");
  private readonly filled = h("span");
  private readonly link = h("button", { type: "button", class: "link" });
  private sequence = 0;
  private looksShown = "";
  readonly node: HTMLElement;

  constructor(
    private readonly threshold: () => number,
    private readonly context: () => VerdictContext | null,
  ) {
    const follow = (): void => this.context()?.onEntry(this.sequence);
    this.link.addEventListener("click", follow);
    const time = h("td", { class: "nowrap" }, this.time, h("br"), this.link);
    this.node = h(
      "tr",
      { "data-row": true, tabindex: "-1" },
      time,
      h("td", {}, this.name, this.folder, this.after, this.who),
      h("td", {}, this.looks, this.sure.node),
      this.weight,
      h("td", { class: "number", "data-label": say("sum") }, this.sum, h("span", { class: "bar", "aria-hidden": "true" }, this.filled)),
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === this.node) follow();
    });
  }

  update(evidence: Evidence): void {
    const now = this.context()?.now ?? evidence.ts;
    this.sequence = evidence.sequence;
    setText(this.time, moment(evidence.ts, now));
    setPath(this.name, visible(fileName(evidence.path)));
    setPath(this.folder, visible(folderName(evidence.path)));
    const after = evidence.new_path ?? "";
    setPath(this.after, after === "" || after === evidence.path ? "" : `${say("renamed_to")} ${visible(fileName(after))}`);
    setText(this.who, evidence.user === "" ? "" : say("under_user", { user: visible(evidence.user) }));
    const lines = evidence.looks.length > 0 ? evidence.looks.map(lookText) : [kindText(evidence.kind)];
    const joined = lines.join("\n");
    if (joined !== this.looksShown) {
      this.looksShown = joined;
      this.looks.replaceChildren(...lines.map((line) => h("li", {}, line)));
    }
    this.sure.show(
      evidence.confirmed ? "check" : "triangle",
      evidence.confirmed ? "quiet" : "warn",
      say(evidence.confirmed ? "confirmed" : "one_sided"),
    );
    setText(this.weight, signed(evidence.llr, language()));
    setText(this.sum, sumText(evidence, this.threshold()));
    const share = this.threshold() > 0 ? Math.min(1, Math.max(0, evidence.score / this.threshold())) : 0;
    this.filled.style.width = `${Math.round(share * 100)}%`;
    setText(this.link, say("entry_link", { n: String(evidence.sequence) }));
    setAttribute(this.link, "aria-label", say("entry_link_hint", { n: String(evidence.sequence) }));
  }
}
