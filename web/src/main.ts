// SPDX-License-Identifier: Apache-2.0
// The page "Situation": holds what the server said last, and shows it.

import { askMe, awake, me, onMe } from "./door";
import { h } from "./dom";
import { Link } from "./link";
import type { Message, Situation } from "./model";
import { CutsView } from "./view_cuts";
import { doorScreen } from "./view_door";
import { FootView, HeadView } from "./view_head";
import { HostsView } from "./view_hosts";
import { fetchEntries, LogStore, LogView } from "./view_log";
import { PlanView } from "./view_plan";
import { VerdictsView } from "./view_verdicts";
import { chooseLanguage, language, restoreLanguage, say } from "./words";

const tickMs = 250;
const askAgainMs = 3000;
const missingMax = 500;

const store = new LogStore();
let situation: Situation | null = null;
let situationAt = 0; // performance.now() when it came
let sequence = 0;
let page: Page;
let link: Link | null = null; // none while nobody here may look
let built = false;
let askedAt = 0; // performance.now() when the server was asked who sits here
let due = false;
let broken = false; // some part could not be shown

/** boxNow is the time as the box counts it: a replay stands still between two situations, live time does not. */
function boxNow(): number {
  if (situation === null) return Date.now() / 1000;
  return situation.source.kind === "replay" ? situation.at : situation.at + (performance.now() - situationAt) / 1000;
}

class Page {
  readonly head = new HeadView(() => {
    chooseLanguage(language() === "fr" ? "en" : "fr");
    build();
    document.getElementById("language")?.focus();
  });
  private readonly cuts = new CutsView();
  private readonly plan = new PlanView();
  private readonly verdicts = new VerdictsView();
  private readonly hosts = new HostsView();
  readonly log = new LogView(store);
  private readonly foot = new FootView();

  constructor() {
    const main = h(
      "main",
      { id: "main", tabindex: "-1" },
      h("div", { class: "left" }, this.cuts.node, this.plan.node, this.verdicts.node, this.hosts.node),
      h("div", { class: "right" }, this.log.node),
    );
    const skip = h("a", { class: "skip", href: "#main" }, say("skip"));
    document.body.replaceChildren(skip, this.head.node, main, this.foot.node);
  }

  /** fresh shows what changes with time alone. */
  fresh(): void {
    if (link === null) return;
    const state = link.state();
    const now = boxNow();
    document.body.toggleAttribute("data-lost", state.lost);
    part(() => this.head.show(situation, state, sequence, broken));
    part(() => this.foot.show(situation, now));
    const lost = state.lost;
    if (situation !== null) {
      const shown = situation;
      part(() => this.cuts.show({ situation: shown, now, lost, onEntry: this.onEntry }));
      part(() => this.plan.show(shown.plan, lost));
    }
  }

  all(): void {
    broken = false;
    const now = boxNow();
    if (situation !== null) {
      const shown = situation;
      part(() => this.verdicts.show({ situation: shown, now, onEntry: this.onEntry }));
      part(() => this.hosts.show({ situation: shown, now }));
    }
    part(() => this.log.show(now));
    this.fresh();
  }

  private readonly onEntry = (sequence: number): void => void this.log.go(sequence);
}

/** part shows one part; data it cannot show must neither stop the others nor go unnoticed. */
function part(show: () => void): void {
  try {
    show();
  } catch (error) {
    broken = true;
    console.error(error);
  }
}

function build(): void {
  document.documentElement.lang = language();
  if (link === null) {
    const door = doorScreen(() => {
      chooseLanguage(language() === "fr" ? "en" : "fr");
      build();
    });
    document.body.replaceChildren(door.node);
    document.body.removeAttribute("data-lost");
    document.title = "Cordon";
    door.focus();
    return;
  }
  page = new Page();
  page.all();
}

/** showSoon shows once for all messages that came together; not on animation frames, which a hidden tab has none of. */
function showSoon(): void {
  if (due) return;
  due = true;
  setTimeout(() => {
    due = false;
    page.all();
  }, 0);
}

function take(message: Message): void {
  if (message.type === "situation") {
    situation = message;
    situationAt = performance.now();
    sequence = message.sequence;
  } else if (message.type === "beat") {
    sequence = message.sequence;
    page.fresh();
    return;
  } else if (message.type === "recent") {
    store.recent(message.entries);
  } else if (message.type === "entries") {
    const missing = store.add(message.entries);
    sequence = Math.max(sequence, store.sequence());
    if (missing > 0) {
      fetchEntries(missing, missingMax)
        .then((entries) => {
          store.add(entries);
          showSoon();
        })
        .catch(() => undefined); // the gap in the numbers stays visible
    }
  }
  showSoon();
}

/** look opens or closes the live channel as the server lets whoever sits here look or not. */
function look(): void {
  const reads = me().reads;
  if (reads === (link !== null) && built) {
    if (reads) page.head.who.show();
    return;
  }
  link?.close();
  link = reads ? new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`, take) : null;
  situation = null;
  built = true;
  build();
}

/** ask asks who sits here: at the start, and while the link is lost, since a session may be what was lost. */
function ask(): void {
  askedAt = performance.now();
  askMe().then(look).catch(() => undefined); // asked again soon
}

restoreLanguage();
onMe(look);
ask();
setInterval(() => {
  const lost = link === null || link.state().lost;
  if (lost && performance.now() - askedAt > askAgainMs) ask();
  if (link === null) return;
  link.tick();
  page.fresh();
}, tickMs);
document.addEventListener("pointerdown", awake);

document.addEventListener("keydown", (event) => {
  awake();
  if (link === null || document.querySelector("dialog[open]") !== null) return;
  const typing = event.target instanceof HTMLInputElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    page.log.focusFilter();
  } else if (event.key === "Escape" && !typing) {
    page.log.toLive();
  }
});
