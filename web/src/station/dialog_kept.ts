// SPDX-License-Identifier: Apache-2.0
// Which of a bed's limits go on when somebody else is placed there: each is read and decided by a person. What stands chosen before:
// they end with their patient, as at the discharge from a central station, and stay for one who is named first or corrected.

import { h } from "../dom";
import { standing } from "./limits";
import type { Bed, View } from "./model";
import { say } from "./words";

/** KeptLimits lists the limits that stand at a bed, each with a choice. */
export class KeptLimits {
  readonly nodes: HTMLElement[];
  private readonly kept = new Set<number>();
  private readonly listed: ReadonlySet<number>;

  /** `ends`: another patient comes, or nobody, so that limits end unless a person keeps them. */
  constructor(bed: Bed, view: View, ends: boolean) {
    const limits = standing(bed, view);
    this.listed = new Set(limits.map(({ code }) => code));
    if (!ends) for (const { code } of limits) this.kept.add(code);
    const lines = limits.map(({ code, text }) => h("li", { "data-limit": String(code) }, h("span", {}, text), this.choice(code, text)));
    this.nodes = limits.length === 0 ? [] : [h("section", { class: "kept" }, h("p", { class: "kept-ask" }, say(ends ? "kept_ends" : "kept_stays")), h("ul", { class: "dialog-scroll" }, ...lines))];
  }

  /** codes gives those that go on: what was kept, and what somebody set at the bed since, on which nobody has decided here. */
  codes(now: Bed): number[] {
    return [...this.kept, ...now.limits.map(({ code }) => code).filter((code) => !this.listed.has(code))];
  }

  private choice(code: number, text: string): HTMLElement {
    const buttons = [true, false].map((keep) => {
      const button = h("button", { type: "button", class: "choice large", "data-keep": String(keep) }, say(keep ? "kept_keep" : "kept_end"));
      button.addEventListener("click", () => {
        if (keep) this.kept.add(code);
        else this.kept.delete(code);
        show();
      });
      return button;
    });
    const show = (): void => {
      for (const button of buttons) button.setAttribute("aria-pressed", String((button.dataset["keep"] === "true") === this.kept.has(code)));
    };
    show();
    return h("div", { class: "choices", role: "group", "aria-label": text }, ...buttons);
  }
}
