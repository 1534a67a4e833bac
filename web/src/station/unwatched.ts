// SPDX-License-Identifier: Apache-2.0
// A screen that watched, and whose session is over: it says so and sounds until somebody signs in. Nobody is to think that it is quiet.

import { h, setText } from "../dom";
import { duration } from "../format";
import { language } from "../language";
import { pauseSeconds } from "./act";
import { flash, PriorityMark, remaining } from "./alarms";
import { say } from "./words";

export class Unwatched {
  private readonly since = performance.now();
  private pausedUntil = 0; // performance.now()
  private what = h("span", { class: "banner-what" });
  private pause = h("button", { type: "button", class: "banner-act", id: "hush" });

  /** build makes its banner in the reader's language. */
  build(): HTMLElement {
    const mark = new PriorityMark();
    mark.show("medium");
    this.what = h("span", { class: "banner-what" });
    this.pause = h("button", { type: "button", class: "banner-act", id: "hush", click: () => this.hush() });
    const text = h("div", { class: "banner-text" }, h("div", { class: "banner-line", role: "alert" }, this.what), h("span", { class: "banner-do" }, say("unwatched_do")));
    const node = h("div", { class: "banner", id: "banner" }, mark.node, text, this.pause);
    flash(node, "medium", true);
    this.fresh();
    return node;
  }

  /** fresh shows what changes with time alone. */
  fresh(): void {
    setText(this.what, say("unwatched", { age: duration((performance.now() - this.since) / 1000, language()) }));
    const left = (this.pausedUntil - performance.now()) / 1000;
    setText(this.pause, left > 0 ? say("paused", { left: remaining(left) }) : say("unwatched_pause", { n: String(pauseSeconds) }));
  }

  sounds(): boolean {
    return performance.now() >= this.pausedUntil;
  }

  private hush(): void {
    this.pausedUntil = this.sounds() ? performance.now() + pauseSeconds * 1000 : 0;
    this.fresh();
  }
}
