// SPDX-License-Identifier: Apache-2.0
// The top of the page: what is happening, what to do next, and the strip that says how fresh all of it is.

import { h, icon, setAttribute, setText, type Shape, type Tone } from "./dom";
import { clock, duration, visible, whole } from "./format";
import type { LinkState } from "./link";
import type { Situation } from "./model";
import { headline, noteOf } from "./sentences";
import { WhoView } from "./view_door";
import { ModeView } from "./view_mode";
import { language, say, type Word } from "./words";

const shapes: Record<Tone, Shape> = { quiet: "ring", info: "check", warn: "triangle", alarm: "diamond" };

/** Facts is a list of name and value that is kept, not rebuilt. */
class Facts {
  readonly node = h("dl", { class: "facts" });
  private readonly values = new Map<string, HTMLElement>();

  /** The order of `facts` is the order on the page; one without a value yet is not shown. */
  constructor(facts: Record<string, string>) {
    for (const [key, name] of Object.entries(facts)) {
      const value = h("dd", { "data-fact": key });
      this.values.set(key, value);
      this.node.append(h("div", { hidden: true }, h("dt", {}, name), value));
    }
  }

  show(key: string, value: string, tone: Tone = "quiet"): void {
    const node = this.values.get(key);
    if (node === undefined) return;
    if (node.parentElement !== null) node.parentElement.hidden = false;
    setText(node, value);
    setAttribute(node, "data-tone", tone);
  }
}

export type PageName = "situation" | "network";
const pages: readonly [PageName, Word][] = [["situation", "page"], ["network", "page_network"]];

export class HeadView {
  private page: PageName = "situation";
  private readonly links = pages.map(([name, word], i) =>
    h("a", { href: `#${name}`, "aria-keyshortcuts": String(i + 1), "data-page": name }, say(word), " ", h("kbd", {}, String(i + 1))),
  );
  private readonly shape = h("span", { class: "head-shape" });
  private readonly text = h("span");
  private readonly tail = h("strong", { class: "tail" });
  private readonly line = h("h1", { id: "headline", role: "status" }, this.shape, h("span", {}, this.text, this.tail));
  private readonly next = h("span");
  private readonly flag = h("span", { class: "flag", hidden: true });
  private readonly facts = new Facts({
    box: say("box"),
    source: say("source"),
    sequence: say("sequence"),
    age: say("age"),
  });
  private shown: Shape | "" = "";
  readonly who = new WhoView();
  private readonly mode = new ModeView();
  readonly node: HTMLElement;

  constructor(onLanguage: () => void) {
    const other = language() === "fr" ? "en" : "fr";
    this.node = h(
      "header",
      { class: "head" },
      h(
        "div",
        { class: "strip" },
        h("nav", { class: "pages", "aria-label": say("pages") }, ...this.links),
        this.flag,
        this.facts.node,
        this.mode.node,
        this.who.node,
        h("button", { id: "language", type: "button", lang: other, click: onLanguage }, say("language_other")),
      ),
      this.line,
      h("p", { class: "next", id: "next" }, h("span", { class: "next-label" }, say("next")), this.next),
    );
  }

  /** at marks the page that is shown. */
  at(page: PageName): void {
    this.page = page;
    for (const link of this.links) {
      if (link.dataset["page"] === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  show(situation: Situation | null, link: LinkState, sequence: number, broken: boolean, boxNow: number): void {
    this.mode.show(situation, boxNow, link.lost);
    const now = situation === null ? null : headline(situation);
    const told = now ?? { text: say("starting"), tail: "", next: say("do_wait"), tone: "quiet" as Tone };
    const known = told.tail === "" ? told.text : `${told.text}\u00a0— ${told.tail}`;
    if (link.lost) {
      const age = duration(link.silenceMs / 1000, language());
      const time = clock((Date.now() - link.silenceMs) / 1000);
      this.put("cross", say(link.everHeard ? "lost" : "lost_never", { age, time }), "", "lost");
      const retry = link.retryInMs > 0 ? say("lost_retry", { age: duration(link.retryInMs / 1000 + 1, language()) }) : say("lost_trying");
      setText(this.next, link.everHeard ? `${retry} ${say("lost_last", { text: known })}.` : retry);
    } else {
      this.put(shapes[told.tone], told.text, told.tail, told.tone);
      setText(this.next, told.next);
    }
    const alarm = told.tone === "alarm" ? say("title_alarm") : told.tone === "warn" ? say("title_warn") : say(this.page === "network" ? "page_network" : "page");
    const title = `${link.lost ? say("title_lost") : alarm} · ${situation === null ? "" : `${visible(situation.box)} · `}Cordon`;
    if (document.title !== title) document.title = title;
    this.strip(situation, link, sequence);
    this.flag.hidden = !broken && situation?.source.kind !== "replay";
    setText(this.flag, say(broken ? "broken_flag" : "replay_flag"));
  }

  private put(shape: Shape, text: string, tail: string, tone: Tone | "lost"): void {
    if (this.shown !== shape) {
      this.shown = shape;
      this.shape.replaceChildren(icon(shape));
    }
    setText(this.text, tail === "" ? text : `${text}\u00a0— `);
    setText(this.tail, tail);
    setAttribute(this.node, "data-tone", tone);
    setAttribute(this.line, "aria-live", tone === "lost" ? "off" : "polite");
  }

  private strip(situation: Situation | null, link: LinkState, sequence: number): void {
    const facts = this.facts;
    if (situation !== null) {
      const { source } = situation;
      const name = visible(source.name);
      facts.show("box", visible(situation.box));
      facts.show("source", say(`source_${source.kind}`, { name }), source.kind === "none" ? "warn" : "quiet");
    }
    facts.show("sequence", say("sequence_value", { n: whole(sequence, language()) }));
    const age = say("age_value", { age: duration(link.silenceMs / 1000, language()) });
    facts.show("age", age, link.lost ? "warn" : "quiet");
  }
}

export class FootView {
  private readonly facts = new Facts({
    packets: say("packets"),
    processes: say("processes"),
    version: say("version"),
  });
  readonly node = h("footer", { class: "foot" }, this.facts.node, h("p", { class: "legal" }, say("legal")));

  show(situation: Situation | null, now: number): void {
    if (situation === null) return;
    const { source } = situation;
    const n = (value: number): string => whole(value, language());
    const counts = say("packets_value", { n: n(source.packets), drops: n(source.drops), gaps: n(source.gaps) });
    this.facts.show("packets", counts, source.drops + source.gaps > 0 ? "warn" : "quiet");
    const states = situation.processes.map((process) => {
      const word: Word = process.state === "up" ? "process_up" : "process_down";
      const told = say(word, { name: visible(process.name), age: duration(now - process.since, language()) });
      return noteOf(process) === "" ? told : `${told} (${noteOf(process)})`;
    });
    const worried = situation.processes.some((process) => process.state === "down" || noteOf(process) !== "");
    if (states.length > 0) this.facts.show("processes", states.join(", "), worried ? "warn" : "quiet");
    this.facts.show("version", `Cordon ${visible(situation.version)}`);
  }
}
