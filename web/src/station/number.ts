// SPDX-License-Identifier: Apache-2.0
// One place for a number: label, value, unit, and in words whatever keeps it from being believed as it stands.

import { h, setAttribute, setText } from "../dom";
import { duration, visible } from "../format";
import { language } from "../language";
import { colorOf, unitText } from "./quantities";
import { read, type Reading, type Slot } from "./readings";
import type { Shown } from "./shown";
import { say } from "./words";

export class NumberView {
  private readonly label = h("span", { class: "number-label" });
  private readonly value = h("span", { class: "number-value" });
  private readonly mean = h("span", { class: "number-mean" });
  private readonly unit = h("span", { class: "number-unit" });
  private readonly was = h("span", { class: "number-was" });
  private readonly note = h("span", { class: "number-note" });
  readonly node = h("div", { class: "number" }, h("div", { class: "number-head" }, this.label, this.unit, this.was, this.note), h("div", { class: "number-line" }, this.value, this.mean));

  show(slot: Slot, shown: Shown): void {
    const readings = slot.parts.map((part) => read(part.numeric, shown.device(part.numeric.device), shown.since, shown.live));
    const first = slot.parts[0]?.numeric;
    const worst = readings.reduce<Reading | undefined>((found, reading) => (found === undefined || gravity(reading) > gravity(found) ? reading : found), undefined);
    if (first === undefined || worst === undefined) return;
    setAttribute(this.node, "data-quantity", slot.quantity);
    setAttribute(this.node, "data-freshness", worst.freshness);
    setAttribute(this.node, "data-doubt", worst.doubt);
    this.node.style.setProperty("--own", colorOf(slot.quantity));
    setText(this.label, visible(slot.parts.length > 1 ? first.label.replace(/[sdm]$/, "") : first.label));
    setText(this.unit, unitText(first.unit));
    const pair = slot.parts.flatMap((part, i) => (part.part === "systolic" || part.part === "diastolic" ? [readings[i]?.text ?? ""] : []));
    const mean = slot.parts.findIndex((part) => part.part === "mean");
    const main = pair.length > 0 ? pair : [readings[0]?.text ?? ""];
    const lasts = readings.slice(0, main.length).map((reading) => reading.last); // systolic and diastolic come first
    const last = lasts.every((text) => text !== "") ? lasts.join("/") : "";
    const allGone = main.every((text) => text === main[0] && text.startsWith("–"));
    setText(this.value, allGone ? (main[0] ?? "") : main.join("/"));
    setText(this.mean, mean >= 0 && pair.length > 0 && !allGone ? `(${readings[mean]?.text ?? ""})` : "");
    setText(this.was, last === "" ? "" : say("was", { value: last }));
    setText(this.note, noteOf(worst));
    this.unit.hidden = last !== "" || this.note.textContent !== ""; // a note says more
  }
}

function gravity(reading: Reading): number {
  const fresh = { now: 0, old: 1, gone: 2 }[reading.freshness];
  return fresh * 10 + (reading.doubt === "" ? 0 : 5);
}

/** noteOf says why a number is not what it seems: doubt first, then age. */
function noteOf(reading: Reading): string {
  const doubt = reading.doubt === "" ? [] : [say(`doubt_${reading.doubt}`)];
  const age = reading.freshness === "now" ? [] : [say("ago", { age: duration(reading.age, language()) })];
  return [...doubt, ...age].join(" · ");
}
