// SPDX-License-Identifier: Apache-2.0
// One place for a number: label, value, unit, and in words whatever keeps it from being believed as it stands.

import { h, setAttribute, setText } from "../dom";
import { duration, visible } from "../format";
import { language } from "../language";
import { isOdd, unitOf } from "./amount";
import { colorOf } from "./quantities";
import { goneText, read, type Choice, type Reading, type Slot } from "./readings";
import type { Shown } from "./shown";
import { say } from "./words";

const views = new WeakMap<Element, NumberView>();
let resized: ResizeObserver | undefined;

export class NumberView {
  private readonly name = h("span", { class: "number-name" });
  private readonly odd = h("span", { class: "number-odd" }); // a unit that nobody takes for granted stands with the name
  private readonly label = h("span", { class: "number-label" }, this.name, this.odd);
  private readonly own = h("span", { class: "number-own" });
  private readonly value = h("span", { class: "number-value" });
  private readonly mean = h("span", { class: "number-mean" });
  private readonly source = h("span", { class: "number-source" });
  private readonly unit = h("span", { class: "number-unit" });
  private readonly was = h("span", { class: "number-was" });
  private readonly note = h("span", { class: "number-note" });
  readonly node = h("div", { class: "number" }, h("div", { class: "number-head" }, this.label, this.own, this.source, this.unit, this.note, this.was), h("div", { class: "number-line" }, this.value, this.mean));

  private form = ""; // of the number, and its place
  private measured = ""; // the form that was measured last
  private wide: "no" | "mean" | "all" = "no"; // what of it does not fit there
  private heads: { note: string; was: string }[] = []; // each shorter than the one before: the age is the last to go
  private head = 0; // which of them has room

  constructor() {
    resized ??= new ResizeObserver((entries) => entries.forEach(({ target }) => views.get(target)?.anew()));
    resized.observe(this.node);
    views.set(this.node, this);
  }

  /** anew has what fits measured with the next value. */
  anew(): void {
    this.measured = "";
  }

  /** `changed`: it was another device's a short while ago. */
  show(slot: Slot & Partial<Pick<Choice, "second" | "source">>, shown: Shown, changed = false): void {
    const readings = slot.parts.map((part) => read(part.numeric, shown.device(part.numeric.device), shown.since, shown.live));
    const first = slot.parts[0]?.numeric;
    const worst = readings.reduce<Reading | undefined>((found, reading) => (found === undefined || gravity(reading) > gravity(found) ? reading : found), undefined);
    if (first === undefined || worst === undefined) return;
    const small = slot.second === true && slot.quantity !== "arterial" && slot.quantity !== "cuff";
    setAttribute(this.node, "data-quantity", small ? "second" : slot.quantity);
    setAttribute(this.node, "data-freshness", worst.freshness);
    setAttribute(this.node, "data-doubt", worst.doubt);
    this.node.style.setProperty("--own", colorOf(slot.quantity));
    setText(this.name, visible(slot.label));
    setText(this.own, visible(slot.own));
    setAttribute(this.label, "title", visible(slot.own));
    setText(this.source, visible(slot.source ?? ""));
    const odd = isOdd(slot.quantity, first.unit);
    setText(this.odd, odd ? unitOf(first) : "");
    setText(this.unit, odd ? "" : unitOf(first));
    const pair = slot.parts.flatMap((part, i) => (part.part === "systolic" || part.part === "diastolic" ? [readings[i]?.text ?? ""] : []));
    const mean = slot.parts.findIndex((part) => part.part === "mean");
    const main = pair.length > 0 ? pair : [readings[0]?.text ?? ""];
    const lasts = readings.slice(0, main.length).map((reading) => reading.last); // systolic and diastolic come first
    const last = lasts.every((text) => text !== "") ? lasts.join("/") : "";
    const allGone = worst.doubt === "wide" || main.every((text) => text === main[0] && text.startsWith("–")); // no half of a pressure
    setText(this.value, allGone ? goneText : main.join("/"));
    setText(this.mean, mean >= 0 && pair.length > 0 && !allGone ? `(${readings[mean]?.text ?? ""})` : "");
    const note = (age: string): string => [changed ? say("source_changed") : "", noteOf(worst, age)].filter((text) => text !== "").join(" · ");
    const age = duration(worst.age, language());
    const short = age.replace(/(\D)\u00a0\d.*$/, "$1"); // 20 min of 20 min 05 s
    const ago = [age, short].map((text) => note(say("ago", { age: text })));
    const was = last === "" ? "" : say("was", { value: last });
    this.heads = [...ago.map((text) => ({ note: text, was })), ...[...ago, note(short)].map((text) => ({ note: text, was: "" }))];
    this.showHead(0);
    this.unit.hidden = slot.quantity !== "ventilation" && (last !== "" || this.note.textContent !== ""); // a note says more
    const form = [this.value, this.mean, this.note, this.was].map((node) => (node.textContent ?? "").replace(/\d/g, "0"));
    this.form = [...form, slot.label, slot.source ?? "", slot.second === true, slot.quantity, worst.doubt, worst.freshness, innerWidth, innerHeight, shown.view.beds.length].join(" ");
    if (this.node.isConnected) this.fit();
    else queueMicrotask(() => this.fit()); // it stands in its place before anybody sees it
  }

  private showHead(at: number): void {
    const { note = "", was = "" } = this.heads[at] ?? {};
    setText(this.note, note);
    setText(this.was, was); // the bed's page has it
  }

  /** fit has a number that is wider than its place not shown as a part of itself. It is measured when its form or its place is another. */
  private fit(): void {
    if (this.form !== this.measured && this.node.clientWidth > 0) {
      this.measured = this.form;
      this.wide = "no";
      this.node.toggleAttribute("data-tight", false);
      if (this.isCut()) {
        setText(this.mean, "");
        this.wide = this.isCut() ? "all" : "mean";
      }
      if (this.wide === "all") {
        this.node.toggleAttribute("data-tight", true); // smaller, where a tile has that for it
        this.wide = this.isCut() ? "all" : "mean";
      } else if (this.isUnitCut()) {
        this.node.toggleAttribute("data-tight", true);
      }
      this.head = 0;
      while (this.head + 1 < this.heads.length && this.isNoteCut()) {
        this.head += 1;
        this.showHead(this.head);
      }
    }
    this.showHead(this.head);
    if (this.wide !== "no") setText(this.mean, ""); // the bed's page has it
    if (this.wide !== "all") return;
    setAttribute(this.node, "data-doubt", "wide");
    setText(this.value, goneText);
    setText(this.note, say("doubt_wide"));
    this.unit.hidden = true;
  }

  private isCut(): boolean {
    const place = this.node.getBoundingClientRect();
    const [value, mean] = [this.value, this.mean].map((node) => node.getBoundingClientRect());
    const right = Math.max(value?.right ?? 0, mean?.right ?? 0);
    return right > place.right + 1 || this.node.scrollWidth > this.node.clientWidth + 1;
  }

  /** isNoteCut: its age is not read whole, or what it was is seen in part, which is another number. */
  private isNoteCut(): boolean {
    const [head, note, was] = [this.note.parentElement ?? this.node, this.note, this.was].map((node) => node.getBoundingClientRect());
    if (head === undefined || note === undefined || was === undefined) return false;
    const cut = this.note.textContent !== "" && (this.note.scrollWidth > this.note.clientWidth || note.bottom > head.bottom + 1 || note.right > head.right + 1);
    return cut || (was.width > 0 && was.top < head.bottom - 1 && was.right > head.right + 0.5);
  }

  private isUnitCut(): boolean {
    const right = Math.max(...[this.unit, this.odd].map((node) => node.getBoundingClientRect().right));
    return right > (this.unit.parentElement?.getBoundingClientRect().right ?? 0) + 1;
  }
}

function gravity(reading: Reading): number {
  const fresh = { now: 0, old: 1, gone: 2 }[reading.freshness];
  return fresh * 10 + (reading.doubt === "" ? 0 : 5);
}

/** noteOf says why a number is not what it seems: doubt first, then its age as it is written. */
function noteOf(reading: Reading, written: string): string {
  const doubt = reading.doubt === "" ? [] : [say(`doubt_${reading.doubt}`)];
  const age = reading.freshness === "now" ? [] : [written];
  return [...doubt, ...age].join(" · ");
}
