// SPDX-License-Identifier: Apache-2.0
// A dialog above the page, and the question that stands before everything that changes what a nurse relies on.

import { showAbove } from "../above";
import { h, setText } from "../dom";
import { outcome } from "./act";
import { say } from "./words";

export interface Dialog {
  body: HTMLElement;
  close: () => void;
}

/** open shows a dialog (above.ts). */
export function open(title: string, kind: string): Dialog {
  const body = h("div", { class: "dialog-body" });
  const dialog = h("dialog", { class: "door dialog", "data-dialog": kind }, h("h2", {}, title), body);
  return { body, close: showAbove(dialog) };
}

const readMs = 1000; // a finger that comes down twice confirms nothing that it has not read
const newsMs = 1000; // the next view is here within that
const lookEveryMs = 50;

/** whenNew calls back once `isNew`: what has to be looked at again comes with the next view; if it does not, all the same. */
export function whenNew(isNew: () => boolean, then: () => void): void {
  const until = performance.now() + newsMs;
  const look = (): void => {
    if (isNew() || performance.now() > until) then();
    else setTimeout(look, lookEveryMs);
  };
  look();
}

/** Fact is what a person compares; one with a tone has changed: "now", or as it was "before". */
export type Fact = string | { text: string; tone: string };

/** confirm asks in the dialog's place; `yes` is done once, `no` goes back, with the refusal where there was one. `beside` is what a person has to decide with it, `why` says why it is asked again. */
export function confirm(dialog: Dialog, question: string, facts: readonly Fact[], yes: string, act: () => Promise<boolean>, no: (refusal: string) => void, beside: readonly HTMLElement[] = [], why = ""): void {
  const refusal = h("p", { class: "outcome", role: "alert" }, why);
  const sure = h("button", { type: "button", class: "act large", "data-yes": true }, yes);
  sure.addEventListener("click", () => {
    sure.disabled = true;
    void act().then((granted) => {
      if (granted) dialog.close();
      sure.disabled = false;
      setText(refusal, outcome().text);
    });
  });
  if (why !== "") {
    sure.disabled = true;
    setTimeout(() => (sure.disabled = false), readMs);
  }
  const not = h("button", { type: "button", class: "large", click: () => no(refusal.textContent ?? "") }, say("back"));
  dialog.body.replaceChildren(
    h("p", { class: "question" }, question),
    h("ul", { class: "facts-asked" }, ...facts.filter((fact) => fact !== "").map((fact) => (typeof fact === "string" ? h("li", {}, fact) : h("li", { "data-tone": fact.tone }, fact.text)))),
    ...beside,
    refusal,
    h("div", { class: "buttons" }, sure, not),
  );
  not.focus();
}
