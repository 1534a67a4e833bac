// SPDX-License-Identifier: Apache-2.0
// The top of every page: pages, freshness, sound, and the one banner with the alarm that wants a person first.

import { h, setAttribute, setText } from "../dom";
import { clock, decimal, duration, visible } from "../format";
import { language } from "../language";
import type { LinkState } from "../link";
import { WhoView } from "../view_door";
import { outcome, pauseSeconds, placeName, setWho, whoNow } from "./act";
import { flash, ordered, PriorityMark, remaining } from "./alarms";
import { callOf } from "./call";
import type { Desk } from "./desk";
import { listAddress, printing } from "./history";
import type { Loss, LossPause } from "./loss";
import type { Alarm } from "./model";
import { alarmRemedy, alarmText, answeredText, pastOf, placeParts, placeText } from "./sentences";
import { alarmAddress, unitAddress, type Shown } from "./shown";
import type { SoundState } from "./sound";
import { say, type Word } from "./words";

const pages: readonly [hash: string, word: Word][] = [["unit", "page_unit"], ["devices", "page_devices"]];

export interface HeadActs {
  language: () => void;
  test: () => void;
  acknowledge: () => void;
  hush: () => void;
  find: () => void; // the device of the alarm in the banner, on its page
}

export class HeadView {
  private readonly links = pages.map(([hash, word], i) =>
    h("a", { href: `#${hash}`, "data-page": hash, "aria-keyshortcuts": String(i + 1) }, say(word), " ", h("kbd", {}, String(i + 1))),
  );
  private readonly toWhat = h("span");
  private readonly toBed = h("a", { "aria-keyshortcuts": "3", hidden: true }, this.toWhat, " ", h("kbd", {}, "3"));
  private readonly unit = h("span", { class: "unit-name" });
  private readonly time = h("span", { class: "clock" });
  private readonly age = h("span", { class: "age" });
  private readonly outcome = h("span", { class: "said", role: "status" });
  private readonly sound = h("span", { class: "sound" });
  private readonly list = h("a", { class: "button", id: "list", href: listAddress(), target: "_blank", rel: "noopener", title: say("list_hint"), hidden: true }, say("list"));
  private readonly initials = h("input", { class: "initials", maxlength: "16", autocomplete: "off", spellcheck: "false", "aria-label": say("initials"), placeholder: say("initials"), title: say("initials_hint") });
  readonly who = new WhoView();
  private readonly locked = h("button", { type: "button", class: "locked", hidden: true }, h("strong", {}, say("sound_locked")), h("span", {}, say("sound_locked_hint")));
  private readonly mark = new PriorityMark();
  private readonly placeName = h("span", { class: "banner-place" });
  private readonly placeAddress = h("span");
  private readonly place = h("a", { class: "banner-bed" }, this.placeName, this.placeAddress);
  private fitted = "";
  private readonly what = h("span", { class: "banner-what" });
  private readonly asOf = h("span", { class: "banner-as-of" });
  private readonly do = h("span", { class: "banner-do" });
  private readonly more = h("span", { class: "banner-more" });
  private readonly ack: HTMLButtonElement;
  private readonly hush: HTMLButtonElement;
  private readonly banner: HTMLElement;
  readonly node: HTMLElement;

  constructor(
    private readonly desk: Desk,
    acts: HeadActs,
  ) {
    const other = language() === "fr" ? "en" : "fr";
    this.ack = h("button", { type: "button", class: "banner-act", id: "acknowledge", "aria-keyshortcuts": "a", click: acts.acknowledge });
    this.hush = h("button", { type: "button", class: "banner-act", id: "hush", "aria-keyshortcuts": "s", click: acts.hush });
    this.banner = h("div", { class: "banner", id: "banner" }, this.mark.node, h("div", { class: "banner-text" }, h("div", { class: "banner-line", role: "alert" }, this.place, h("span", { class: "banner-whole" }, this.what, this.asOf)), this.do), this.more, this.ack, this.hush);
    for (const button of [this.ack, this.hush]) button.addEventListener("mousedown", (event) => event.preventDefault()); // who types goes on where they were
    for (const link of [this.toBed, this.place]) link.addEventListener("click", acts.find);
    this.list.addEventListener("click", () => (this.list.href = listAddress()));
    this.initials.addEventListener("input", () => setWho(this.initials.value));
    this.node = h(
      "header",
      { class: "head" },
      h("div", { class: "strip" },
        h("nav", { class: "pages", "aria-label": say("pages") }, ...this.links, this.toBed),
        this.unit, this.time, this.age, this.sound,
        h("span", { class: "strip-break" }),
        this.outcome, this.list,
        h("button", { type: "button", id: "test", click: acts.test }, say("test")),
        this.initials, this.who.node,
        h("button", { id: "language", type: "button", lang: other, click: acts.language }, say("language_other"))),
      this.locked,
      this.banner,
    );
  }

  at(page: string): void {
    this.links[0]?.setAttribute("href", unitAddress());
    this.list.hidden = page !== "unit" || !printing();
    for (const link of this.links) {
      if (link.dataset["page"] === page) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** toAlarm shows the bed of the alarm in the banner, or the device that is at none. */
  toAlarm(): void {
    if (!this.toBed.hidden) this.toBed.click();
  }

  /** show is called a few times a second. */
  show(shown: Shown | null, link: LinkState, sound: SoundState, loss: Loss, lossPause: LossPause): void {
    if (shown !== null) {
      setText(this.unit, visible(shown.view.unit));
      setText(this.time, clock(shown.now));
    }
    setText(this.age, link.everHeard ? say("age_now", { age: duration(link.silenceMs / 1000, language()) }) : "");
    const said = outcome();
    setText(this.outcome, said.text);
    this.outcome.toggleAttribute("data-refused", !said.ok);
    const mute = shown !== null && !shown.view.sound.works;
    setText(this.sound, sound === "stuck" ? say("sound_stuck") : mute ? say("sound_box") : sound === "ready" ? say("sound_ready") : "");
    this.sound.toggleAttribute("data-mute", sound === "stuck" || mute);
    this.locked.hidden = sound !== "locked";
    if (document.activeElement !== this.initials && this.initials.value !== whoNow()) this.initials.value = whoNow();
    const alarm = shown === null || link.lost ? null : this.desk.current(shown.view);
    const to = alarm === null ? "" : alarmAddress(alarm);
    this.toBed.hidden = to === "";
    setText(this.toWhat, say(alarm?.bed === "" ? "page_alarm_device" : "page_alarm_bed"));
    if (to !== "") setAttribute(this.toBed, "href", to);
    setText(this.asOf, link.lost && shown !== null && loss.alarm !== null ? say("lost_as_of", { time: clock(shown.view.at) }) : "");
    if (link.lost) this.showLost(shown, link, loss, lossPause);
    else if (shown === null || !shown.live) this.showStarting();
    else this.showAlarm(shown);
    this.fit();
  }

  /** fit writes what is wrong smaller, on two lines, where it is longer than the banner is wide. */
  private fit(): void {
    const text = `${this.place.textContent ?? ""} ${this.what.textContent ?? ""}`;
    if (text !== this.fitted) this.banner.removeAttribute("data-long");
    this.fitted = text;
    if (this.what.scrollWidth > this.what.clientWidth + 1) this.banner.setAttribute("data-long", "");
  }

  /** showLost says that nothing is of now, and what called last. */
  private showLost(shown: Shown | null, link: LinkState, loss: Loss, pause: LossPause): void {
    flash(this.banner, loss.priority, true);
    setAttribute(this.banner, "data-lost", "");
    this.banner.removeAttribute("data-answered");
    this.mark.node.hidden = false;
    this.mark.show(loss.priority);
    this.place.hidden = true;
    const { alarm } = loss;
    if (shown === null || alarm === null) {
      setText(this.what, say("lost", { age: duration(link.silenceMs / 1000, language()) }));
      setText(this.do, say("lost_do"));
      setText(this.more, "");
    } else {
      setText(this.what, say("lost_last", { place: placeText(shown.view, alarm), alarm: alarmText(shown.view, alarm) }));
      const paused = (alarm.silent_until ?? 0) - shown.now;
      setText(this.do, [callText(alarm), paused > 0 ? `${placeName(alarm.bed)} : ${say("paused", { left: remaining(paused) })}` : "", say("lost_do")].filter((text) => text !== "").join(" · "));
      this.showMore(shown);
    }
    this.ack.hidden = true;
    this.hush.hidden = false;
    const left = pause.left(loss.sounds);
    setText(this.hush, left > 0 ? say("paused", { left: remaining(left) }) : say("lost_pause", { n: String(pauseSeconds) }));
  }

  private showStarting(): void {
    this.quiet(say("starting"));
  }

  private quiet(text: string): void {
    this.banner.removeAttribute("data-lost");
    flash(this.banner, "none", false);
    this.mark.node.hidden = true;
    this.place.hidden = true;
    setText(this.what, text);
    setText(this.do, "");
    setText(this.more, "");
    this.ack.hidden = true;
    this.hush.hidden = true;
  }

  private showAlarm(shown: Shown): void {
    const alarm = this.desk.current(shown.view);
    if (alarm === null) {
      this.quiet(say("no_alarm"));
      return;
    }
    this.banner.removeAttribute("data-lost");
    const answered = alarm.acknowledged !== null;
    flash(this.banner, alarm.priority, !answered);
    this.banner.toggleAttribute("data-answered", answered);
    setAttribute(this.banner, "data-alarm", String(alarm.alarm));
    this.mark.node.hidden = false;
    this.mark.show(alarm.priority);
    this.place.hidden = false;
    const to = alarmAddress(alarm);
    if (to === "") this.place.removeAttribute("href");
    else setAttribute(this.place, "href", to);
    this.place.toggleAttribute("data-device", alarm.bed === "" && alarm.device !== "");
    const { name, address } = placeParts(shown.view, alarm);
    setText(this.placeName, name);
    setText(this.placeAddress, address);
    setText(this.what, alarmText(shown.view, alarm));
    setText(this.do, stateOf(alarm, shown));
    this.showMore(shown);
    this.ack.hidden = answered;
    setText(this.ack, this.desk.isChosen(alarm) ? say("acknowledge_again") : `${say("acknowledge")} (A)`);
    this.ack.toggleAttribute("data-chosen", this.desk.isChosen(alarm));
    this.showHush(alarm, shown);
  }

  /** showMore says how many alarms stand beside the one in the banner. */
  private showMore(shown: Shown): void {
    const others = ordered(shown.view.alarms).length - 1 + shown.view.alarms_more;
    setText(this.more, others === 0 ? "" : others === 1 ? say("more_one") : say("more_many", { n: String(others) }));
  }

  /** showHush says whose sound the button pauses, where that is not the bed in the banner. */
  private showHush(alarm: Alarm, shown: Shown): void {
    const place = this.desk.hushed(shown.view, shown.now);
    this.hush.hidden = place === null;
    if (place === null) return;
    const where = place.bed === alarm.bed ? "" : ` · ${placeName(place.bed)}`;
    const what = place.until > 0 ? `${say("paused", { left: remaining(place.until - shown.now) })}${where} · ${say("resume")}` : `${say("pause", { n: String(pauseSeconds) })}${where}`;
    setText(this.hush, `${what} (S)`);
  }
}

/** callText says whom an alarm calls; empty for nobody yet. */
function callText(alarm: Alarm): string {
  const called = callOf(alarm) > 0;
  if (alarm.level === 0) return "";
  return alarm.level >= 2 ? say(called ? "called_2" : "level_2") : say(called ? "called_1" : "level_1");
}

/** stateOf says how long an alarm has stood, who answered, whom it calls, and what to do. */
function stateOf(alarm: Alarm, shown: Shown): string {
  const parts: string[] = [];
  const calls = callText(alarm);
  if (calls !== "") parts.push(calls);
  parts.push(alarm.present ? say("since", { age: duration(shown.now - alarm.raised, language()) }) : say("latched"));
  parts.push(...pastOf(alarm));
  parts.push(...answeredText(alarm, clock));
  const remedy = alarmRemedy(shown.view, alarm);
  parts.push(remedy === "" ? say(alarm.bed === "" ? "go_find" : "go_see") : remedy);
  return parts.join(" · ");
}

export class FootView {
  private readonly speed = h("span", { class: "speed" });
  private readonly seal = h("span", { class: "unsealed" });
  readonly node = h("footer", { class: "foot" }, h("strong", {}, say("listens")), " ", h("span", { class: "legal" }, say("legal")), this.seal, this.speed);

  show(mmPerSecond: number, shown: Shown | null): void {
    const unsealed = shown?.view.alarms.some((alarm) => alarm.origin === "station" && alarm.condition === "seal" && alarm.present) ?? false;
    setText(this.seal, unsealed ? say("unsealed") : "");
    setText(this.speed, mmPerSecond > 0 ? say("speed", { n: decimal(mmPerSecond, language(), { most: 1 }) }) : "");
  }
}
