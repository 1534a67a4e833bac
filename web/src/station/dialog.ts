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

/** confirm asks in the dialog's place; `yes` is done once, `no` goes back, with the refusal where there was one. `beside` is what a person has to decide with it. */
export function confirm(dialog: Dialog, question: string, facts: readonly string[], yes: string, act: () => Promise<boolean>, no: (refusal: string) => void, beside: readonly HTMLElement[] = []): void {
  const refusal = h("p", { class: "outcome", role: "alert" });
  const sure = h("button", { type: "button", class: "act large", "data-yes": true }, yes);
  sure.addEventListener("click", () => {
    sure.disabled = true;
    void act().then((granted) => {
      if (granted) dialog.close();
      sure.disabled = false;
      setText(refusal, outcome().text);
    });
  });
  const not = h("button", { type: "button", class: "large", click: () => no(refusal.textContent ?? "") }, say("back"));
  dialog.body.replaceChildren(
    h("p", { class: "question" }, question),
    h("ul", { class: "facts-asked" }, ...facts.filter((fact) => fact !== "").map((fact) => h("li", {}, fact))),
    ...beside,
    refusal,
    h("div", { class: "buttons" }, sure, not),
  );
  not.focus();
}
