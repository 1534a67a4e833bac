// SPDX-License-Identifier: Apache-2.0
// The client: holds what the server said last, and shows it on one of two pages, "Situation" and "Network". Which one stands in the
// address, so that a reload stays there.

import { askMe, awake, me, onMe } from "./door";
import { h } from "./dom";
import { Link, liveAddress } from "./link";
import type { Message, Situation } from "./model";
import { fetchEstate, type Estate } from "./network";
import { steady } from "./steady";
import { CutsView } from "./view_cuts";
import { doorScreen } from "./view_door";
import { FootView, HeadView, type PageName } from "./view_head";
import { HostsView } from "./view_hosts";
import { fetchEntries, LogStore, LogView } from "./view_log";
import { NetworkView } from "./view_network";
import { PlanView } from "./view_plan";
import { VerdictsView } from "./view_verdicts";
import { chooseLanguage, language, restoreLanguage, say } from "./words";

const tickMs = 250;
const askAgainMs = 3000;
const missingMax = 500;
const news = { type: "situation", lostAfterMs: 3000, beatsTell: true }; // three situations missed; control makes one a second
const estateEveryMs = 5000; // a scan makes new hosts each second; the whole estate is some hundred kilobytes

const store = new LogStore();
let situation: Situation | null = null;
let situationAt = 0; // performance.now() when it came
let sequence = 0;
let page: Page;
let link: Link<Message> | null = null; // none while nobody here may look
let built = false;
let askedAt = 0; // performance.now() when the server was asked who sits here
let estate: Estate | null = null;
let estateAskedAt = Number.NEGATIVE_INFINITY;
let due = false;
let broken = false; // some part could not be shown

/** boxNow is the time as the box counts it: a replay stands still between two situations, live time does not. */
function boxNow(): number {
  if (situation === null) return Date.now() / 1000;
  return situation.source.kind === "replay" ? situation.at : situation.at + (performance.now() - situationAt) / 1000;
}

/** pageInAddress is the page that the address names; what is no page there leaves the present one. */
function pageInAddress(present: PageName): PageName {
  if (location.hash === "#network") return "network";
  return location.hash === "" || location.hash === "#situation" ? "situation" : present;
}

class Page {
  name: PageName = pageInAddress("situation");
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
  readonly network = new NetworkView();
  private readonly foot = new FootView();
  private readonly main = h("main", { id: "main", tabindex: "-1" });

  constructor() {
    const skip = h("a", { class: "skip", href: "#main" }, say("skip"));
    skip.addEventListener("click", (event) => {
      event.preventDefault(); // the address names the page
      this.main.focus();
    });
    document.body.replaceChildren(skip, this.head.node, this.main, this.foot.node);
    if (estate !== null) this.network.take(estate);
    this.lay();
  }

  /** go shows another page. */
  go(name: PageName): void {
    if (name === this.name) return;
    this.name = name;
    this.lay();
    this.all();
  }

  private lay(): void {
    document.body.dataset["page"] = this.name;
    this.head.at(this.name);
    if (this.name === "network") {
      this.main.replaceChildren(
        h("div", { class: "left" }, this.network.map),
        h("div", { class: "right" }, this.network.side, this.plan.node),
      );
    } else {
      this.main.replaceChildren(
        h("div", { class: "left" }, this.cuts.node, this.plan.node, this.verdicts.node, this.hosts.node),
        h("div", { class: "right" }, this.log.node),
      );
    }
  }

  /** fresh shows what changes with time alone. */
  fresh(): void {
    if (link === null) return;
    const state = link.state();
    const now = boxNow();
    document.body.toggleAttribute("data-lost", state.lost);
    part(() => this.head.show(situation, state, sequence, broken, now));
    part(() => this.foot.show(situation, now));
    const lost = state.lost;
    if (situation !== null) {
      const shown = situation;
      const context = { situation: shown, now, lost, onEntry: this.onEntry };
      part(() => this.plan.show(shown.plan, now, lost));
      if (this.name === "network") part(() => this.network.show(context));
      else part(() => this.cuts.show(context));
    }
  }

  all(): void {
    broken = false;
    const now = boxNow();
    if (situation !== null && this.name === "situation") {
      const shown = situation;
      part(() => this.verdicts.show({ situation: shown, now, onEntry: this.onEntry }));
      part(() => this.hosts.show({ situation: shown, now }));
    }
    if (this.name === "situation") part(() => this.log.show(now));
    if (this.name === "network") readEstate();
    this.fresh();
  }

  private readonly onEntry = (sequence: number): void => {
    goTo("situation");
    void this.log.go(sequence);
  };
}

/** goTo shows a page and writes it into the address. */
function goTo(name: PageName): void {
  history.pushState(null, "", `#${name}`);
  page.go(name);
}

/** readEstate reads the estate when the server has another than this page. */
function readEstate(): void {
  const revision = situation?.network?.revision ?? "";
  const now = performance.now();
  if (revision === "" || revision === estate?.revision || now - estateAskedAt < estateEveryMs) return;
  estateAskedAt = now;
  fetchEstate()
    .then((read) => {
      estate = read;
      page.network.take(read);
    })
    .catch(() => undefined); // asked again with a later situation; until then the page says so
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
    steady(() => page.all());
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
  link = reads ? new Link(liveAddress(), news, take) : null;
  situation = null;
  estate = null;
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
window.addEventListener("hashchange", () => {
  if (link !== null) page.go(pageInAddress(page.name));
});
window.addEventListener("popstate", () => {
  if (link !== null) page.go(pageInAddress(page.name));
});

document.addEventListener("keydown", (event) => {
  awake();
  if (link === null || document.querySelector("dialog[open]") !== null) return;
  const typing = event.target instanceof HTMLInputElement;
  const bare = !typing && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (bare && event.key === "/") {
    event.preventDefault();
    if (page.name === "network") page.network.focusSearch();
    else page.log.focusFilter();
  } else if (bare && (event.key === "1" || event.key === "2")) {
    goTo(event.key === "1" ? "situation" : "network");
  } else if (event.key === "Escape" && !typing) {
    page.log.toLive();
  }
});
