// SPDX-License-Identifier: Apache-2.0
// One bed: all its waves, numbers, trends, alarms, and what can be done for it.

import { h, Keyed, setAttribute, setText, type Row } from "../dom";
import { decimal, duration, moment, visible } from "../format";
import { language } from "../language";
import { pause, pauseSeconds } from "./act";
import { flash, gravest, information, ofBed, pausedUntil, PriorityMark, remaining } from "./alarms";
import { openLimits } from "./dialog_limits";
import { openCarried, openUnconfirmed } from "./dialog_over";
import { openPatient } from "./dialog_patient";
import { fetchReview, printing, stripAddress } from "./history";
import { awayAt } from "./label";
import type { Alarm, Bed, Device, Numeric, Wave } from "./model";
import { NumberView } from "./number";
import { labelOf, measured, unitText, wavePlace } from "./quantities";
import { deviceOf, read, slotsOf, sourceNames, type Slot } from "./readings";
import { alarmRemedy, alarmText, answeredText, deviceName, noneText, pastOf, patientText, silenceText } from "./sentences";
import { unitAddress, type Shown } from "./shown";
import type { Place } from "./sweep";
import { AwayMark, fromDoubted, stillNote, WaveBox } from "./tile";
import type { Scale } from "./trace";
import { ownAll, ownOf, type Own } from "./stays";
import { TrendStore, TrendView } from "./trend";
import { say } from "./words";

const stripSeconds = 30;
const trendEveryMs = 1000;
const readEveryMs = 5 * 60 * 1000;
const readAgainMs = 3000;
const wavesMax = 12; // legible at once on 1920 × 1080
const silenceUsual = 3; // seconds after which silence is told, unless a device's protocol pauses longer

/** latched: over, and it stays until somebody acknowledges it (bedside::Alarm::dangerous). */
function latched(alarm: Alarm): boolean {
  return !alarm.present && alarm.acknowledged === null && alarm.priority === "high" && alarm.kind === "physiological";
}

class AlarmRow implements Row<Alarm> {
  private readonly mark = new PriorityMark();
  private readonly what = h("strong");
  private readonly state = h("span", { class: "alarm-state" });
  private readonly remedy = h("span", { class: "alarm-state" });
  private readonly over = h("button", { type: "button", "data-over": true, hidden: true, click: () => this.end() }, say("unconfirmed_over"));
  private readonly then = h("a", { class: "alarm-then" }, say("review_then"));
  readonly node = h("li", { class: "alarm-row" }, this.mark.node, h("div", {}, this.what, this.state, this.remedy, this.then, this.over));
  private alarm: Alarm | null = null;

  constructor(private readonly shown: () => Shown | null) {}

  private end(): void {
    const shown = this.shown();
    if (this.alarm !== null && shown !== null) openUnconfirmed(this.alarm, shown);
  }

  update(alarm: Alarm): void {
    const shown = this.shown();
    if (shown === null) return;
    this.alarm = alarm;
    this.over.hidden = !shown.live || alarm.unconfirmed === null;
    this.then.href = `#review/${encodeURIComponent(alarm.bed)}/${Math.floor(alarm.raised)}`;
    this.mark.show(alarm.priority);
    setText(this.what, alarmText(shown.view, alarm));
    const parts = [moment(alarm.raised, shown.now)];
    if (alarm.present) parts.push(say("since", { age: duration(shown.now - alarm.raised, language()) }));
    else if (latched(alarm)) parts.push(say("latched"));
    else if (alarm.ended !== null) parts.push(say("ended", { time: moment(alarm.ended, shown.now) }));
    parts.push(...pastOf(alarm));
    parts.push(...answeredText(alarm, (at) => moment(at, shown.now)));
    setText(this.state, parts.join(" · "));
    setText(this.remedy, alarm.present ? alarmRemedy(shown.view, alarm) : "");
    flash(this.node, alarm.present || latched(alarm) ? alarm.priority : "none", false);
  }
}

/** deviceLine says which device that is, whether it is heard, and how late its silence is told where that is later than usual. */
function deviceLine(device: Device, shown: Shown): string {
  const slow = (device.silence ?? 0) > silenceUsual ? silenceText(device) : "";
  const state = say(!shown.live ? "device_unknown" : device.live ? "device_live" : "device_silent");
  return [deviceName(device), state, slow].filter((part) => part !== "").join(" · ");
}

/** CarriedOff stands at a number that its device has not sent since its link was cut, and has a person take it off. */
class CarriedOff {
  readonly node = h("button", { type: "button", class: "number-off", hidden: true, click: () => this.ask() }, say("carried_off"));
  private slot: Slot | null = null;

  constructor(private readonly shown: () => Shown | null) {}

  show(slot: Slot, shown: Shown): void {
    this.slot = slot;
    this.node.hidden = !shown.live || !missed(slot, shown).length;
  }

  private ask(): void {
    const shown = this.shown();
    if (this.slot !== null && shown !== null) openCarried(this.slot.label, missed(this.slot, shown), shown);
  }
}

/** missed gives the values of a place that their device has not sent since its link was cut, once that is long enough to be seen. */
function missed(slot: Slot, shown: Shown): Numeric[] {
  return slot.parts.map((part) => part.numeric).filter((numeric) => numeric.carried && read(numeric, shown.device(numeric.device), shown.since, shown.live).freshness !== "now");
}

/** WavePages turns the pages of a bed that has more waves than one page shows legibly, and says how many there are. */
class WavePages {
  private readonly text = h("span", { class: "wave-pages-text" });
  private readonly back = h("button", { type: "button", class: "large", "aria-keyshortcuts": "PageUp", click: () => this.turn(-1) }, `‹ ${say("waves_back")}`);
  private readonly on = h("button", { type: "button", class: "large", "aria-keyshortcuts": "PageDown", click: () => this.turn(1) }, `${say("waves_on")} ›`);
  readonly node = h("div", { class: "wave-pages", hidden: true }, this.text, this.back, this.on);
  private page = 0;
  private pages = 1;

  constructor(private readonly changed: () => void) {}

  first(): void {
    this.page = 0;
  }

  /** turn goes to another page, round about. */
  turn(by: number): void {
    this.page = (this.page + by + this.pages) % this.pages;
    this.changed();
  }

  /** of gives the waves of the page shown. */
  of(waves: readonly Wave[]): Wave[] {
    this.pages = Math.max(1, Math.ceil(waves.length / wavesMax));
    this.page = Math.min(this.page, this.pages - 1);
    const from = this.page * wavesMax;
    const shown = waves.slice(from, from + wavesMax);
    this.node.hidden = this.pages === 1;
    setText(this.text, say("waves_of", { from: String(from + 1), to: String(from + shown.length), n: String(waves.length) }));
    return shown;
  }
}

export class BedView {
  private readonly back = h("a", { class: "button large" }, `‹ ${say("to_unit")}`);
  private readonly title = h("h1", { class: "bed-title" });
  private readonly away = new AwayMark();
  private readonly awayLine = h("p", { class: "bed-away-line" });
  private readonly patient = h("span", { class: "bed-patient" });
  private readonly line = h("p", { class: "bed-devices" });
  private readonly pauseButton = h("button", { type: "button", class: "large" });
  private readonly waves = h("div", { class: "waves" });
  private readonly wavePages = new WavePages(() => this.shown !== null && this.fresh(this.shown));
  private readonly noWave = h("p", { class: "none" }, say("no_signal"));
  private readonly numbers = h("div", { class: "numbers" });
  private readonly alarms = h("ul", { class: "alarm-list" });
  private readonly noAlarm = h("p", { class: "none" });
  private readonly more = h("p", { class: "none" });
  private readonly strip = h("a", { class: "button large", target: "_blank", rel: "noopener" }, say("strip"));
  private readonly reviewLink = h("a", { class: "button large" }, say("review"));
  private readonly limits: HTMLElement;
  private readonly boxes: Keyed<Wave>;
  private readonly slots: Keyed<Slot>;
  private readonly list: Keyed<Alarm>;
  private readonly trend = new TrendView((hours) => this.read(hours));
  readonly node: HTMLElement;
  private store = new TrendStore();
  private sources = new Map<string, string>(); // names of the devices, where there are several
  private past: Alarm[] = [];
  private own: Own = ownAll;
  private seen: string | null = null; // who is placed here, in the last view
  private failed = false;
  private name = "";
  private shown: Shown | null = null;
  private drawnAt = 0;
  private readAt = Number.NEGATIVE_INFINITY;
  private open: number[] = []; // numbers of the alarms that were open in the last view

  /** `scaleOf` gives what the height of a wave stands for, null while nothing of it is drawn. */
  constructor(private readonly scaleOf: (wave: number) => Scale | null) {
    this.boxes = new Keyed(this.waves, (wave) => String(wave.id), () => new WaveBox((wave) => [this.ownText(wave), stillNote(this.shown, wave) || this.scaleText(wave)].filter((text) => text !== "").join(" · "), (wave) => fromDoubted(this.shown, wave), () => this.bed()?.waves ?? []));
    this.slots = new Keyed(this.numbers, (slot) => slot.key, () => {
      const number = new NumberView();
      const off = new CarriedOff(() => this.shown);
      number.node.append(off.node);
      return {
        node: number.node,
        update: (slot) => {
          if (this.shown === null) return;
          number.show({ ...slot, source: this.sources.get(deviceOf(slot)) ?? "" }, this.shown);
          off.show(slot, this.shown);
        },
      };
    });
    this.list = new Keyed(this.alarms, (alarm) => String(alarm.alarm), () => new AlarmRow(() => this.shown));
    const button = (text: string, act: (bed: Bed, shown: Shown) => void): HTMLElement =>
      h("button", { type: "button", class: "large", click: () => this.act(act) }, text);
    this.limits = button(say("limits"), (bed, shown) => openLimits(bed, shown, () => this.shown));
    const patient = button(say("patient"), (bed, shown) => openPatient(bed, bed.devices.flatMap((name) => shown.device(name) ?? []), shown.view, () => this.bed() ?? bed));
    this.pauseButton.addEventListener("click", () => this.act((bed, shown) => void pause(bed.bed, pausedUntil(ofBed(shown.view, bed.bed), shown.now) > 0 ? 0 : pauseSeconds, shown.view.change)));
    this.strip.addEventListener("click", () => {
      if (this.shown !== null) this.strip.href = stripAddress(this.name, this.shown.now - stripSeconds, stripSeconds);
    });
    this.node = h("div", { class: "bed-page" },
      h("div", { class: "bed-head" }, this.back, this.title, this.away.node, this.patient, h("div", { class: "buttons", role: "group", "aria-label": say("acts") }, this.pauseButton, this.limits, patient, this.strip, this.reviewLink)),
      this.line,
      this.awayLine,
      h("div", { class: "bed-main" },
        h("div", { class: "bed-left" }, this.noWave, this.wavePages.node, this.waves, this.trend.node),
        h("div", { class: "bed-right" }, this.numbers, h("section", { class: "bed-alarms" }, h("h2", {}, say("history")), this.noAlarm, this.alarms, this.more))));
  }

  /** at takes the bed that the address names. */
  at(name: string): void {
    this.back.setAttribute("href", unitAddress());
    if (name === this.name) return;
    this.name = name;
    this.store = new TrendStore();
    this.past = [];
    this.own = ownAll;
    this.seen = null;
    this.failed = false;
    this.drawnAt = 0;
    this.readAt = Number.NEGATIVE_INFINITY;
    this.open = [];
    this.wavePages.first();
    this.reviewLink.setAttribute("href", `#review/${encodeURIComponent(name)}`);
    this.strip.href = stripAddress(name, 0, stripSeconds);
    this.strip.hidden = !printing();
    this.slots.show([]);
    this.boxes.show([]);
    this.list.show([]);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const bed = this.bed();
    setText(this.title, visible(this.name));
    if (bed === null) {
      setText(this.patient, say("bed_unknown", { bed: visible(this.name) }));
      return;
    }
    const open = [...ofBed(shown.view, bed.bed), ...information(shown.view, bed.bed)].map((alarm) => alarm.alarm);
    const closed = this.open.some((alarm) => !open.includes(alarm)); // it is in the recorder's list now
    this.open = open;
    // Until the history says more, what was is of somebody else.
    if (this.seen !== null && this.seen !== bed.seen) {
      this.own = { begins: shown.view.at, shows: shown.view.at };
      this.readAt = Number.NEGATIVE_INFINITY;
    }
    this.seen = bed.seen;
    const since = performance.now() - this.readAt;
    if (since > readEveryMs || (closed && since > readAgainMs)) this.read(this.trend.hours);
    this.store.live(bed, shown.view.at);
    this.noWave.hidden = bed.waves.length > 0;
    this.fresh(shown);
  }

  /** fresh shows what changes with time alone. */
  fresh(shown: Shown): void {
    this.shown = shown;
    const bed = this.bed();
    if (bed === null) return;
    const alarms = ofBed(shown.view, bed.bed);
    setText(this.patient, bed.patient === null ? (bed.devices.length === 0 ? say("bed_free") : say("no_patient")) : patientText(bed.patient));
    const devices = bed.devices.flatMap((name) => shown.device(name) ?? []);
    const away = awayAt(bed, shown.view.beds, shown.device);
    this.away.show(away);
    setText(this.awayLine, away === null ? "" : `${say("away_full", { device: deviceName(away.device), label: away.label, bed: visible(bed.bed) })} ${say("away_look")}`);
    setText(this.line, devices.length === 0 ? `${say("no_device")} · ${say("no_device_hint")}` : devices.map((device) => deviceLine(device, shown)).join("   "));
    setText(this.limits, bed.limits.length === 0 ? say("limits") : say("limits_n", { n: String(bed.limits.length) }));
    this.sources = devices.length > 1 ? sourceNames(devices) : new Map();
    this.slots.show(slotsOf(bed));
    this.boxes.show(this.wavePages.of([...bed.waves].sort((a, b) => wavePlace(measured(a).quantity) - wavePlace(measured(b).quantity))));
    setAttribute(this.node, "data-priority", gravest(alarms));
    const until = pausedUntil(alarms, shown.now);
    setText(this.pauseButton, until > 0 ? `${say("resume")} · ${remaining(until - shown.now)}` : say("pause", { n: String(pauseSeconds) }));
    this.pauseButton.disabled = !shown.live || alarms.length === 0;
    const standing = [...alarms, ...information(shown.view, bed.bed)];
    const open = new Set(standing.map((alarm) => alarm.alarm));
    const past = this.past.filter((alarm) => !open.has(alarm.alarm)).sort((a, b) => b.raised - a.raised);
    this.list.show([...standing, ...past]);
    this.more.hidden = bed.more === 0;
    setText(this.more, say("more_many", { n: String(bed.more) }));
    this.noAlarm.hidden = standing.length + past.length > 0;
    setText(this.noAlarm, noneText(this.trend.hours));
    if (performance.now() - this.drawnAt < trendEveryMs) return;
    this.drawnAt = performance.now();
    this.trend.show(this.store, shown.now, this.failed, this.sources, this.own);
  }

  /** turn shows other waves of a bed that has more than one page of them. */
  turn(by: number): void {
    this.wavePages.turn(by);
  }

  places(): Place[] {
    const bed = this.bed();
    if (bed === null) return [];
    return bed.waves.flatMap((wave) => {
      const row = this.boxes.row(String(wave.id));
      return row instanceof WaveBox ? row.place(this.mmPerSecond) : [];
    });
  }

  readonly mmPerSecond = 25;

  /** scaleText writes the lowest and highest value of a wave's place, for a wave that has a unit. */
  private scaleText(wave: Wave): string {
    const scale = this.scaleOf(wave.id);
    const unit = unitText(wave.unit);
    if (scale === null || unit === "") return "";
    const text = (value: number): string => decimal(value, language(), { most: scale.high - scale.low < 10 ? 2 : 0 });
    return `${text(scale.low)} … ${text(scale.high)} ${unit}`;
  }

  /** ownText is the device's own word for a wave that is called otherwise here. */
  private ownText(wave: Wave): string {
    return labelOf(wave, this.bed()?.waves) === wave.label ? "" : visible(wave.label);
  }

  private bed(): Bed | null {
    return this.shown?.view.beds.find((bed) => bed.bed === this.name) ?? null;
  }

  private act(what: (bed: Bed, shown: Shown) => void): void {
    const bed = this.bed();
    if (bed !== null && this.shown !== null) what(bed, this.shown);
  }

  /** read asks the recorder for the hours shown. */
  private read(hours: number): void {
    if (this.shown === null) return;
    const { name, store, seen } = this;
    const now = this.shown.now;
    this.readAt = performance.now();
    fetchReview(name, now - hours * 3600, now, false)
      .then((review) => {
        if (name !== this.name || store !== this.store || seen !== this.seen) return;
        this.failed = false;
        this.own = ownOf(review.stays);
        this.past = review.alarms;
        this.store.older(review);
        this.drawnAt = 0; // the trends change at once
      })
      .catch(() => {
        this.failed = name === this.name;
      });
  }
}
