// SPDX-License-Identifier: Apache-2.0
// The logbook as it grows: newest first, at most rowsMax rows, with a filter. A link to an older entry shows the page of
// the logbook around it until a person goes back to live.

import { arrowKeys, h, keepReachable, Keyed, setText, type Row } from "./dom";
import { moment, visible, whole } from "./format";
import type { Entry } from "./model";
import { language, say } from "./words";

const rowsMax = 500;
const aroundEntry = 20; // entries before and after one that was linked to

/** LogStore holds the newest entries; it outlives the view, which is made anew for another language. */
export class LogStore {
  entries: Entry[] = []; // oldest first

  /** recent takes what the server gives a new connection; another logbook than before replaces what we hold. */
  recent(entries: Entry[]): void {
    const first = entries[0];
    const same = first !== undefined && this.entries.some((e) => key(e) === key(first) && e.ts === first.ts);
    if (!same) this.entries = [];
    this.add(entries);
  }

  /** add takes new entries; the return value is the first missing sequence number, or 0. */
  add(entries: Entry[]): number {
    const last = this.entries[this.entries.length - 1];
    const first = entries[0];
    const known = new Set(this.entries.map(key));
    this.entries.push(...entries.filter((entry) => !known.has(key(entry))));
    this.entries.sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);
    if (this.entries.length > rowsMax) this.entries.splice(0, this.entries.length - rowsMax);
    if (last === undefined || first === undefined || first.epoch !== last.epoch) return 0;
    return first.sequence > last.sequence + 1 ? last.sequence + 1 : 0;
  }

  sequence(): number {
    return this.entries[this.entries.length - 1]?.sequence ?? 0;
  }
}

function key(entry: Entry): string {
  return `${entry.epoch}/${entry.sequence}`;
}

export async function fetchEntries(from: number, limit: number): Promise<Entry[]> {
  const response = await fetch(`/api/log?from=${from}&limit=${limit}`);
  if (!response.ok) throw new Error(`log ${response.status}`);
  return ((await response.json()) as { entries: Entry[] }).entries;
}

function sentence(entry: Entry): string {
  return visible(language() === "fr" ? entry.text.fr : entry.text.en);
}

export class LogView {
  private page: Entry[] | null = null; // entries around a linked one, instead of the newest
  private now = 0;
  private readonly rows = h("tbody");
  private readonly filter = h("input", {
    type: "search",
    id: "filter",
    autocomplete: "off",
    spellcheck: "false",
    "aria-keyshortcuts": "/",
  });
  private readonly none = h("p", { class: "none" });
  private readonly where = h("span");
  private readonly back = h("button", { type: "button" }, say("log_back"));
  private readonly banner = h("p", { class: "log-page", hidden: true, role: "status" }, this.where, " ", this.back);
  private readonly keyed = new Keyed<Entry>(this.rows, key, (entry) => new LogRow(entry, () => this.now));
  readonly node: HTMLElement;

  constructor(private readonly store: LogStore) {
    arrowKeys(this.rows);
    this.filter.addEventListener("input", () => this.show(this.now));
    this.filter.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.filter.value = "";
      this.show(this.now);
    });
    this.back.addEventListener("click", () => {
      this.toLive();
      this.filter.focus();
    });
    this.node = h(
      "section",
      { "aria-labelledby": "log-title", id: "log" },
      h(
        "div",
        { class: "log-head" },
        h("h2", { id: "log-title" }, say("logbook")),
        h("label", { class: "filter" }, `${say("filter")} `, h("kbd", { title: say("filter_hint") }, "/"), this.filter),
      ),
      this.banner,
      this.none,
      h(
        "div",
        { class: "log-scroll" },
        h(
          "table",
          { class: "log" },
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              h("th", { scope: "col", class: "number" }, say("log_number")),
              h("th", { scope: "col" }, say("time")),
              h("th", { scope: "col" }, say("log_sentence")),
            ),
          ),
          this.rows,
        ),
      ),
    );
  }

  show(now: number): void {
    this.now = now;
    const entries = this.page ?? this.store.entries;
    const wanted = this.filter.value.trim().toLocaleLowerCase();
    const shown = entries.filter((entry) => {
      if (wanted === "") return true;
      return `${entry.sequence} ${entry.kind} ${sentence(entry)}`.toLocaleLowerCase().includes(wanted);
    });
    this.keyed.show([...shown].reverse());
    this.none.hidden = shown.length > 0;
    setText(this.none, say(entries.length === 0 ? "log_none" : "log_no_match"));
    keepReachable(this.rows);
  }

  focusFilter(): void {
    this.filter.focus();
    this.filter.select();
  }

  /** toLive shows the newest entries again; false when they are shown already. */
  toLive(): boolean {
    if (this.page === null) return false;
    this.page = null;
    this.banner.hidden = true;
    this.show(this.now);
    return true;
  }

  /** go shows one entry and moves the focus to it, reading it from the server when it is not on the page. */
  async go(sequence: number): Promise<void> {
    this.filter.value = "";
    const held = (this.page ?? this.store.entries).some((entry) => entry.sequence === sequence);
    if (!held) {
      try {
        const page = await fetchEntries(Math.max(1, sequence - aroundEntry), 2 * aroundEntry + 1);
        if (!page.some((entry) => entry.sequence === sequence)) throw new Error("not there");
        this.page = page;
        const numbers = page.map((entry) => entry.sequence);
        const from = whole(Math.min(...numbers), language());
        setText(this.where, say("log_page", { from, to: whole(Math.max(...numbers), language()) }));
        this.back.hidden = false;
      } catch {
        setText(this.where, say("log_missing", { n: String(sequence) }));
        this.back.hidden = this.page === null;
      }
      this.banner.hidden = false;
    }
    this.show(this.now);
    const row = this.rows.querySelector<HTMLElement>(`[data-sequence="${sequence}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "center" });
  }
}

class LogRow implements Row<Entry> {
  private readonly time = h("td", { class: "nowrap" });
  private readonly text = h("span");
  private readonly body = h("pre", { hidden: true });
  readonly node: HTMLElement;

  constructor(
    private readonly entry: Entry,
    private readonly now: () => number,
  ) {
    const kind = visible(entry.kind);
    this.node = h(
      "tr",
      { "data-row": true, tabindex: "-1", "data-sequence": String(entry.sequence), "aria-expanded": "false" },
      h("td", { class: "number" }, String(entry.sequence)),
      this.time,
      h("td", {}, this.text, " ", h("span", { class: "kind" }, kind), this.body),
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.target !== this.node) return;
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.toggle(this.body.hidden);
      } else if (event.key === "Escape" && !this.body.hidden) {
        event.stopPropagation();
        this.toggle(false);
      }
    });
    this.node.addEventListener("click", (event) => {
      if (!this.body.contains(event.target as Node)) this.toggle(this.body.hidden);
    });
  }

  update(entry: Entry): void {
    setText(this.time, moment(entry.ts, this.now()));
    setText(this.text, sentence(entry));
  }

  private toggle(open: boolean): void {
    if (open) setText(this.body, visibleLines(JSON.stringify(this.entry.body, null, 1) ?? "null"));
    this.body.hidden = !open;
    this.node.setAttribute("aria-expanded", String(open));
  }
}

function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
