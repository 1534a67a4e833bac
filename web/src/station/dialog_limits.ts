// SPDX-License-Identifier: Apache-2.0
// Limits that a person sets on a bed, each confirmed before it holds.

import { h, setText } from "../dom";
import { visible } from "../format";
import { language } from "../language";
import { ask } from "./act";
import { confirm, open, type Dialog } from "./dialog";
import type { Bed, Limit, Numeric, Priority } from "./model";
import { unitText } from "./quantities";
import { read, slotsOf } from "./readings";
import type { Shown } from "./shown";
import { say } from "./words";

const priorities: readonly Priority[] = ["high", "medium", "low"];

/** numberOf reads what a person wrote, with a comma or a point; null for an empty field, undefined for no number. */
export function numberOf(text: string): number | null | undefined {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  return /^-?\d{1,6}(\.\d{1,3})?$/.test(plain) ? Number(plain) : undefined;
}

function written(value: number | null | undefined): string {
  return value == null ? "" : value.toLocaleString(language() === "fr" ? "fr-FR" : "en-GB", { maximumFractionDigits: 3, useGrouping: false });
}

function rangeText(low: number | null, high: number | null, unit: string): string {
  const values = { low: written(low), high: written(high), unit: unitText(unit) };
  return low !== null && high !== null ? say("limit_range_both", values) : low !== null ? say("limit_range_low", values) : say("limit_range_high", values);
}

/** openLimits shows every quantity of a bed that can have a limit, each on one line. */
export function openLimits(bed: Bed, shown: Shown): void {
  const dialog = open(say("limits_title", { bed: visible(bed.bed) }), "limits");
  list(dialog, bed, shown);
}

function list(dialog: Dialog, bed: Bed, shown: Shown): void {
  const seen = new Set<number>();
  const numerics = slotsOf(bed).flatMap((slot) => slot.parts.map((part) => part.numeric)).filter((numeric) => {
    if (numeric.code === 0 || seen.has(numeric.code)) return false;
    seen.add(numeric.code);
    return true;
  });
  const body = h("tbody", {}, ...numerics.map((numeric) => line(dialog, bed, shown, numeric, bed.limits.find((limit) => limit.code === numeric.code))));
  const heads = [say("limit_what"), say("limit_value"), say("limit_below"), say("limit_above"), "", say("limit_priority"), ""];
  dialog.body.replaceChildren(
    h("p", { class: "muted" }, say("limits_hint")),
    h("div", { class: "dialog-scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {}, text)))), body)),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "large", click: () => dialog.close() }, say("close"))),
  );
}

function line(dialog: Dialog, bed: Bed, shown: Shown, numeric: Numeric, limit: Limit | undefined): HTMLElement {
  const label = visible(numeric.label);
  const unit = limit?.unit ?? numeric.unit;
  const field = (name: string, value: number | null | undefined): HTMLInputElement => {
    const input = h("input", { class: "bound", inputmode: "decimal", autocomplete: "off", maxlength: "8", "aria-label": `${label} ${name}` });
    input.value = written(value);
    return input;
  };
  const low = field(say("limit_below"), limit?.low);
  const high = field(say("limit_above"), limit?.high);
  const priority = h("select", { "aria-label": say("limit_priority") }, ...priorities.map((word) => h("option", { value: word, selected: word === (limit?.priority ?? "medium") }, say(`priority_${word}`))));
  const wrong = h("span", { class: "outcome", role: "alert" });
  const set = h("button", { type: "button", class: "large", "data-set": String(numeric.code) }, say("limit_set"));
  set.addEventListener("click", () => {
    const bounds = { low: numberOf(low.value), high: numberOf(high.value) };
    const word = bounds.low === undefined || bounds.high === undefined ? "limit_bad"
      : bounds.low === null && bounds.high === null ? "limit_empty"
      : bounds.low !== null && bounds.high !== null && bounds.low >= bounds.high ? "limit_order" : null;
    if (word !== null || bounds.low === undefined || bounds.high === undefined) {
      setText(wrong, word === null ? "" : say(word));
      return;
    }
    const wish = { bed: bed.bed, code: numeric.code, unit, low: bounds.low, high: bounds.high, priority: priority.value };
    const question = say("limit_ask", { bed: visible(bed.bed), priority: say(`priority_${priority.value as Priority}`), label, range: rangeText(bounds.low, bounds.high, unit) });
    confirm(dialog, question, [], say("confirm"), () => ask("/act/limit", wish, "done_limit", { bed: visible(bed.bed) }), () => list(dialog, bed, shown));
  });
  const buttons = [set];
  if (limit !== undefined) {
    const off = { bed: bed.bed, code: numeric.code, unit, low: null, high: null, priority: limit.priority };
    buttons.push(h("button", {
      type: "button", class: "large",
      click: () => confirm(dialog, say("limit_ask_off", { bed: visible(bed.bed), label }), [], say("confirm"), () => ask("/act/limit", off, "done_limit_off", { bed: visible(bed.bed) }), () => list(dialog, bed, shown)),
    }, say("limit_off")));
  }
  const value = read(numeric, shown.device(numeric.device), shown.since, shown.live).text;
  const cells = [h("td", {}, label), h("td", { class: "limit-value" }, value), h("td", {}, low), h("td", {}, high), h("td", {}, unitText(unit)), h("td", {}, priority), h("td", {}, h("div", { class: "buttons" }, ...buttons), wrong)];
  return h("tr", { "data-code": String(numeric.code) }, ...cells);
}
