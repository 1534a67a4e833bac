// SPDX-License-Identifier: Apache-2.0
// The test that a person asks for: each priority seen and heard, here and from the box. While a real alarm
// sounds, that is what is heard, and the test is seen all the same: a unit at work has hardly a minute without one.

import { h, setText } from "../dom";
import { ask } from "./act";
import { flash, PriorityMark } from "./alarms";
import { open } from "./dialog";
import type { Priority } from "./model";
import { say } from "./words";

const steps: readonly (readonly [priority: Priority, ms: number])[] = [["high", 5000], ["medium", 4000], ["low", 3000]];

export class SelfTest {
  private unheard = false; // a real alarm sounded meanwhile
  private step = -1;
  private until = 0;
  private readonly mark = new PriorityMark();
  private readonly sample = h("div", { class: "banner test-banner" });
  private readonly text = h("p");
  private readonly alarmed = h("p", { class: "outcome", role: "status" });

  /** start begins the test; the box's loudspeaker is asked too. */
  start(): void {
    if (this.step >= 0) return;
    const dialog = open(say("test_title"), "test");
    this.unheard = false;
    this.sample.replaceChildren(h("strong", {}, say("test_now")), this.mark.node);
    setText(this.text, say("test_hint"));
    setText(this.alarmed, "");
    dialog.body.replaceChildren(this.text, this.sample, this.alarmed, h("div", { class: "buttons" }, h("button", { type: "button", class: "large", click: () => dialog.close() }, say("close"))));
    dialog.body.closest("dialog")?.addEventListener("close", () => (this.step = -1));
    void ask("/act/test-sound", {}, "done_test");
    this.next();
  }

  /** sounds gives what has to be heard now; "none" while no test runs, or a real alarm sounds. */
  sounds(realAlarm: boolean): Priority {
    if (this.step < 0) return "none";
    if (realAlarm && !this.unheard) {
      this.unheard = true;
      setText(this.alarmed, say("test_alarm"));
    }
    if (performance.now() > this.until) this.next();
    return realAlarm ? "none" : (steps[this.step]?.[0] ?? "none");
  }

  private next(): void {
    this.step += 1;
    const step = steps[this.step];
    if (step === undefined) {
      this.step = -1;
      flash(this.sample, "none", false);
      this.mark.node.hidden = true;
      setText(this.text, say("test_over"));
      return;
    }
    this.until = performance.now() + step[1];
    this.mark.node.hidden = false;
    this.mark.show(step[0]);
    flash(this.sample, step[0], true);
  }
}
