// SPDX-License-Identifier: Apache-2.0
// The station's screens: holds what the station said last and shows it on one of four pages, which stands in the address:
// #unit (or #unit/1/2), #bed/R1, #devices, #review/R1 (or #review/R1/1796000000, seconds since 1970).

import { askMe, awake, me, onMe } from "../door";
import { h } from "../dom";
import { chooseLanguage, language, restoreLanguage } from "../language";
import { Link, liveAddress } from "../link";
import { doorScreen } from "../view_door";
import { loudestCall } from "./call";
import { Desk } from "./desk";
import { lossOf, LossPause, type Loss } from "./loss";
import type { Device, Message, View } from "./model";
import { parseSamples } from "./samples";
import { SelfTest } from "./self_test";
import { placeText } from "./sentences";
import { go, noteUnit, unitAddress, type Shown } from "./shown";
import { Sound } from "./sound";
import { Sweep, type Place } from "./sweep";
import { TraceBook } from "./trace";
import { BedView } from "./view_bed";
import { DevicesView } from "./view_devices";
import { FootView, HeadView } from "./view_head";
import { ReviewView } from "./view_review";
import { startTicking } from "./ticking";
import { Unwatched } from "./unwatched";
import { UnitView } from "./view_unit";
import { say } from "./words";

const tickMs = 250;
const closedTickMs = 1100; // after the link closed: it is lost then (link.ts)
const askAgainMs = 3000;
const news = { type: "station", lostAfterMs: 2000, beatsTell: false }; // grey and sounding within 3 s, also on a slow machine
const lossAlarm = -1; // no alarm of the station has this number
const testAlarm = -2;
const unwatchedAlarm = -3;

const book = new TraceBook();
const desk = new Desk();
const sound = new Sound();
const test = new SelfTest();
let view: View | null = null;
let viewAt = 0; // performance.now() when it came
let link: Link<Message> | null = null; // none while nobody here may look
let screen: Screen | null = null;
let built = false;
let askedAt = 0;
const lossPause = new LossPause();
let unwatched: Unwatched | null = null; // this screen watched, and nobody here may look any more
let devices = new Map<string, Device>();

function shownNow(): Shown | null {
  if (view === null || link === null) return null;
  const state = link.state();
  const since = (performance.now() - viewAt) / 1000;
  return { view, now: view.at + since, since, live: state.everHeard && !state.lost, device: (name) => devices.get(name) };
}

function lossNow(): Loss {
  return lossOf(view, shownNow()?.now ?? 0);
}

type PageName = "unit" | "bed" | "devices" | "review";

/** address takes the page, what it is about and at which moment from the address; whatever is no page is the unit. */
function address(): { page: PageName; about: string; moment: number | null } {
  const [page = "", ...rest] = location.hash.slice(1).split("/");
  const moment = page === "review" && rest.length > 1 && /^\d{1,12}$/.test(rest[rest.length - 1] ?? "") ? Number(rest.pop()) : null;
  const about = decode(rest.join("/"));
  return page === "bed" || page === "review" || page === "devices" ? { page, about, moment } : { page: "unit", about, moment };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody typed it
  }
}

class Screen {
  private readonly unit = new UnitView();
  private readonly bed = new BedView((wave) => {
    const trace = book.trace(wave);
    return trace === undefined || trace.scaled === 0 ? null : trace.scale;
  });
  private readonly devices = new DevicesView(desk);
  private readonly review = new ReviewView();
  readonly head: HeadView;
  private readonly foot = new FootView();
  private readonly main = h("main", { id: "main", tabindex: "-1" });
  private readonly broken = h("p", { class: "broken", hidden: true, role: "alert" }, say("broken"));
  private readonly sweep: Sweep;
  private page: PageName = "unit";
  private pageAt = 0; // performance.now() when it showed anything last

  constructor() {
    this.head = new HeadView(desk, {
      language: () => {
        chooseLanguage(language() === "fr" ? "en" : "fr");
        build();
        document.getElementById("language")?.focus();
      },
      test: () => test.start(),
      acknowledge: () => view !== null && desk.touch(view),
      hush,
      find: () => this.devices.top(),
    });
    const skip = h("a", { class: "skip", href: "#main" }, say("skip"));
    skip.addEventListener("click", (event) => {
      event.preventDefault(); // the address names the page
      this.main.focus();
    });
    this.sweep = new Sweep(this.main, book);
    document.body.replaceChildren(skip, this.head.node, this.broken, this.main, this.foot.node);
    this.lay();
  }

  /** lay puts the page that the address names into its place. */
  lay(): void {
    const { page, about, moment } = address();
    this.page = page;
    if (page === "unit") {
      noteUnit(location.hash);
      this.unit.at(about);
    }
    if (page === "bed") this.bed.at(about);
    if (page === "review") this.review.at(about, moment);
    else this.review.leave();
    document.body.dataset["page"] = page;
    this.head.at(page);
    const node = { unit: this.unit, bed: this.bed, devices: this.devices, review: this.review }[page].node;
    this.main.replaceChildren(node, this.sweep.canvas);
    this.sweep.show([]);
    this.all();
  }

  /** all shows a new view. */
  all(): void {
    this.broken.hidden = true;
    const shown = shownNow();
    if (shown !== null) this.part(() => ({ unit: this.unit, bed: this.bed, devices: this.devices, review: this.review })[this.page].show(shown));
    this.pageAt = performance.now();
    this.fresh();
  }

  /** fresh shows what changes with time alone. */
  fresh(): void {
    if (link === null) return;
    const shown = shownNow();
    const state = link.state();
    document.body.toggleAttribute("data-lost", state.lost);
    document.body.toggleAttribute("data-waiting", shown !== null && !shown.live);
    this.part(() => this.head.show(shown, state, sound.state(), lossNow(), lossPause));
    if (shown !== null) {
      if (performance.now() - this.pageAt > tickMs - 50) this.freshPage(shown); // else a view was just shown
      this.sweep.run(shown.live);
      this.part(() => this.sweep.show(this.places()));
    }
    this.foot.show(this.page === "unit" ? this.unit.mmPerSecond : this.page === "bed" ? this.bed.mmPerSecond : 0, shown);
    const alarm = shown === null ? null : desk.current(shown.view);
    const title = state.lost ? say("title_lost") : alarm === null ? (view?.unit ?? "") : `${say(`priority_${alarm.priority}`)} ${shown === null ? "" : placeText(shown.view, alarm)}`;
    if (document.title !== `${title} · Cordon`) document.title = `${title} · Cordon`;
  }

  private freshPage(shown: Shown): void {
    this.pageAt = performance.now();
    this.part(() => {
      if (this.page === "unit") this.unit.fresh(shown);
      if (this.page === "bed") this.bed.fresh(shown);
      if (this.page === "devices") this.devices.show(shown);
    });
  }

  frame(): void {
    this.sweep.frame();
  }

  turn(by: number): void {
    if (this.page === "unit") this.unit.turn(by);
    if (this.page === "bed") this.bed.turn(by);
  }

  private places(): Place[] {
    return this.page === "unit" ? this.unit.places() : this.page === "bed" ? this.bed.places() : [];
  }

  /** part shows one part; data it cannot show must neither stop the others nor go unnoticed. */
  private part(show: () => void): void {
    try {
      show();
    } catch (error) {
      this.broken.hidden = false;
      console.error(error);
    }
  }
}

/** hush is the key `s`: at a loss it pauses this screen's own sound, else that of the bed in the banner. */
function hush(): void {
  const shown = shownNow();
  if (link !== null && link.state().lost) lossPause.turn(lossNow().sounds);
  else if (shown !== null) desk.hush(shown.view, shown.now);
  screen?.fresh();
}

/** hear says what sounds now: a loss, a test, else what the station says. */
function hear(): void {
  if (unwatched !== null) sound.play(unwatched.sounds() ? "medium" : "none", unwatchedAlarm);
  if (link === null) return;
  const lost = link.state().lost;
  if (!lost) lossPause.end();
  const real = lost || (view !== null && view.signal.priority !== "none");
  const tested = test.sounds(real);
  if (lost) {
    const { sounds, call } = lossNow();
    sound.play(lossPause.left(sounds) > 0 ? "none" : sounds, lossAlarm, call);
  } else if (tested !== "none") sound.play(tested, testAlarm);
  else if (view !== null && shownNow()?.live === true) sound.play(view.signal.priority, view.signal.alarm, loudestCall(view));
}

function build(): void {
  document.documentElement.lang = language();
  if (link !== null) {
    screen = new Screen();
    return;
  }
  screen = null;
  const door = doorScreen(() => {
    chooseLanguage(language() === "fr" ? "en" : "fr");
    build();
  });
  document.body.replaceChildren(...(unwatched === null ? [] : [unwatched.build()]), door.node);
  document.body.removeAttribute("data-lost");
  document.body.removeAttribute("data-waiting"); // the form is of now
  document.title = unwatched === null ? "Cordon" : `${say("title_unwatched")} · Cordon`;
  door.focus();
}

let due = false;
function take(message: Message): void {
  if (message.type !== "station") return;
  view = message;
  viewAt = performance.now();
  devices = new Map(message.devices.map((device) => [device.device, device]));
  book.clock.note(message.at);
  book.take(message);
  hear();
  if (due) return;
  due = true; // once for all messages that came together; not on animation frames, which a hidden tab has none of
  setTimeout(() => {
    due = false;
    screen?.all();
  }, 0);
}

function takeBytes(bytes: ArrayBuffer): void {
  const samples = parseSamples(bytes);
  if (samples !== null) book.add(samples);
}

/** look opens or closes the live channel as the server lets whoever sits here look or not. */
function look(): void {
  const reads = me().reads;
  if (reads === (link !== null) && built) {
    screen?.head.who.show();
    return;
  }
  link?.close();
  unwatched = link !== null && !reads ? new Unwatched() : null;
  if (unwatched === null) sound.play("none", unwatchedAlarm);
  link = reads ? new Link<Message>(liveAddress(), news, take, takeBytes, () => setTimeout(tick, closedTickMs)) : null;
  view = null;
  book.forget();
  built = true;
  build();
}

function ask(): void {
  askedAt = performance.now();
  askMe().then(look).catch(() => undefined); // asked again soon
}

function tick(): void {
  const lost = link === null || link.state().lost;
  if (lost && performance.now() - askedAt > askAgainMs) ask();
  if (link === null) {
    hear();
    unwatched?.fresh();
    return;
  }
  if (lost) book.forget();
  link.tick();
  hear();
  screen?.fresh();
}

const pageKeys: Record<string, () => void> = {
  "1": () => go(unitAddress()),
  "2": () => go("#devices"),
  "3": () => screen?.head.toAlarm(),
  Escape: () => go(unitAddress()),
  PageDown: () => screen?.turn(1),
  PageUp: () => screen?.turn(-1),
};

function onKey(event: KeyboardEvent): void {
  awake();
  sound.unlock();
  if (link === null) return;
  const asked = document.querySelector("dialog[open]") !== null; // an alarm can be answered meanwhile, the page stays
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
  if (typing && !asked && (event.key === "Escape" || event.key === "Enter") && event.target instanceof HTMLElement) {
    event.target.blur(); // the keys are those of the alarms again
    return;
  }
  if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
  const acts: Record<string, () => void> = {
    a: () => view !== null && desk.key(view),
    s: hush,
    ...(asked ? {} : pageKeys),
  };
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act === undefined || event.repeat) return;
  event.preventDefault();
  act();
  screen?.fresh();
}

restoreLanguage();
onMe(look);
ask();
startTicking(tickMs, tick);
const draw = (): void => {
  screen?.frame();
  requestAnimationFrame(draw);
};
requestAnimationFrame(draw);
document.addEventListener("pointerdown", () => {
  awake();
  sound.unlock();
});
document.addEventListener("keydown", onKey);
// Everything that flashes flashes together, whenever it began.
document.addEventListener("animationstart", (event) => {
  if (event.target instanceof Element) for (const animation of event.target.getAnimations()) animation.startTime = 0;
});
window.addEventListener("hashchange", () => screen?.lay());
