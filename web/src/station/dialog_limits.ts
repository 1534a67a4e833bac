// SPDX-License-Identifier: Apache-2.0
// Limits that a person sets on a bed, each confirmed before it holds.

import type { Answer } from "../door";
import { h, setText } from "../dom";
import { visible } from "../format";
import { ask } from "./act";
import { unitOf } from "./amount";
import { confirm, open, whenNew, type Dialog } from "./dialog";
import { limitables, rangeText, written, type Limitable } from "./limits";
import type { Bed, Priority } from "./model";
import { unitText } from "./quantities";
import { goneText, read } from "./readings";
import { patientAt } from "./sentences";
import type { Shown } from "./shown";
import { say } from "./words";

const priorities: readonly Priority[] = ["high", "medium", "low"];

/** numberOf reads what a person wrote, with a comma or a point, and either minus; null for an empty field, undefined for no number. */
export function numberOf(text: string): number | null | undefined {
  const plain = text.trim().replace(",", ".").replace("\u2212", "-");
  if (plain === "") return null;
  return /^-?\d{1,6}(\.\d{1,3})?$/.test(plain) ? Number(plain) : undefined;
}

/** About is the bed that the dialog is about, as it was when it was read, and what the screens show when `now` is called. */
interface About {
  bed: Bed;
  shown: Shown;
  now: () => Shown | null;
}

/** openLimits shows every quantity of a bed that has a limit or can have one, each on one line. */
export function openLimits(bed: Bed, shown: Shown, now: () => Shown | null): void {
  list(open(say("limits_title", { bed: visible(bed.bed) }), "limits"), { bed, shown, now });
}

/** whose says for whom a limit is. */
function whose(bed: Bed): string {
  return say("patient_at", { bed: visible(bed.bed), patient: patientAt(bed) });
}

/** list shows them; `why` is what the station had against a wish that was made of what stood there before. */
function list(dialog: Dialog, about: About, why = ""): void {
  const { bed, shown } = about;
  const all = limitables(bed, shown.view);
  const body = h("tbody", {}, ...all.map((one) => line(dialog, about, one)));
  const heads = [say("limit_what"), say("limit_value"), say("limit_below"), say("limit_above"), "", say("limit_priority"), ""];
  const absent = all.some((one) => one.numeric === undefined);
  dialog.body.replaceChildren(
    h("p", { class: "muted" }, say("limits_hint")),
    h("p", { class: "outcome", role: "alert", hidden: why === "" }, why),
    ...(absent ? [h("p", { class: "limits-absent" }, say("limits_absent"))] : []),
    h("div", { class: "dialog-scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {}, text)))), body)),
    h("div", { class: "buttons" }, h("button", { type: "button", class: "large", click: () => dialog.close() }, say("close"))),
  );
}

/** valueText writes what is measured, with its unit where the limit has another. */
function valueText(text: string, unit: string, own: string): string {
  return unit === own || text === goneText ? text : `${text} ${unit}`.trimEnd();
}

/** lookAgain has the limits read anew where another patient was placed in the bed meanwhile, and says who. */
function lookAgain(answer: Answer, dialog: Dialog, { bed, now }: About): boolean {
  if (answer.word !== "changed") return false;
  const bedNow = (): Bed | undefined => now()?.view.beds.find((one) => one.bed === bed.bed);
  whenNew(() => bedNow()?.seen !== bed.seen, () => {
    const shown = now();
    const there = bedNow();
    if (shown === null || there === undefined) return dialog.close();
    list(dialog, { bed: there, shown, now }, `${say("act_refused", { why: say("refused_changed") })} ${say("changed_now", { fact: whose(there) })}`);
  });
  return false; // and it is told
}

function line(dialog: Dialog, about: About, { code, label, unit, numeric, limit }: Limitable): HTMLElement {
  const { bed, shown } = about;
  const asks = (answer: Answer): boolean => lookAgain(answer, dialog, about);
  const field = (name: string, value: number | null | undefined): HTMLInputElement => {
    const input = h("input", { class: "bound", inputmode: "decimal", autocomplete: "off", maxlength: "8", "aria-label": `${label} ${name}` });
    input.value = written(value);
    return input;
  };
  const low = field(say("limit_below"), limit?.low);
  const high = field(say("limit_above"), limit?.high);
  const priority = h("select", { "aria-label": say("limit_priority") }, ...priorities.map((word) => h("option", { value: word, selected: word === (limit?.priority ?? "medium") }, say(`priority_${word}`))));
  const wrong = h("span", { class: "outcome", role: "alert" });
  const set = h("button", { type: "button", class: "large", "data-set": String(code) }, say("limit_set"));
  set.addEventListener("click", () => {
    const bounds = { low: numberOf(low.value), high: numberOf(high.value) };
    const word = bounds.low === undefined || bounds.high === undefined ? "limit_bad"
      : bounds.low === null && bounds.high === null ? "limit_empty"
      : bounds.low !== null && bounds.high !== null && bounds.low >= bounds.high ? "limit_order" : null;
    if (word !== null || bounds.low === undefined || bounds.high === undefined) {
      setText(wrong, word === null ? "" : say(word));
      return;
    }
    const wish = { bed: bed.bed, code, unit, low: bounds.low, high: bounds.high, priority: priority.value, seen: bed.seen };
    const question = say("limit_ask", { bed: visible(bed.bed), priority: say(`priority_${priority.value as Priority}`), label, range: rangeText(bounds.low, bounds.high, unit) });
    const typed = [...dialog.body.childNodes];
    const back = (refusal: string): void => {
      dialog.body.replaceChildren(...typed);
      setText(wrong, refusal);
      set.focus();
    };
    setText(wrong, "");
    confirm(dialog, question, [whose(bed)], say("confirm"), () => ask("/act/limit", wish, "done_limit", () => ({ bed: visible(bed.bed) }), asks), back);
  });
  const buttons = [set];
  if (limit !== undefined) {
    const off = { bed: bed.bed, code, unit, low: null, high: null, priority: limit.priority, seen: bed.seen };
    buttons.push(h("button", {
      type: "button", class: "large", "data-off": String(code),
      click: () => confirm(dialog, say("limit_ask_off", { bed: visible(bed.bed), label }), [whose(bed)], say("confirm"), () => ask("/act/limit", off, "done_limit_off", () => ({ bed: visible(bed.bed) }), asks), () => list(dialog, about)),
    }, say("limit_off")));
  }
  const value = numeric === undefined ? say("limit_unmeasured") : valueText(read(numeric, shown.device(numeric.device), shown.since, shown.live).text, unitOf(numeric), unitText(unit));
  const cells = [h("td", {}, label), h("td", { class: "limit-value" }, value), h("td", {}, low), h("td", {}, high), h("td", {}, unitText(unit)), h("td", {}, priority), h("td", {}, h("div", { class: "buttons" }, ...buttons), wrong)];
  return h("tr", { "data-code": String(code) }, ...cells);
}
