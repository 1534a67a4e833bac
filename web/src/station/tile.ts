// SPDX-License-Identifier: Apache-2.0
// One bed of the unit: whose it is, what it says, and what is wrong. What is wrong has its own line, which is there also
// when nothing is, so that nothing jumps.

import { h, Keyed, setAttribute, setText, type Row } from "../dom";
import { clock, duration, visible } from "../format";
import { language } from "../language";
import { flash, frozenWave, graverThanFirst, ofBed, pausedUntil, PriorityMark, remaining } from "./alarms";
import { awayAt, type Away } from "./label";
import type { Alarm, Bed, Validity, Wave } from "./model";
import { NumberView } from "./number";
import { colorOf, labelOf, measured, wavePlace, type Quantity } from "./quantities";
import { chosenFor, deviceOf, rowsOf, slotsOf, type Choice } from "./readings";
import { alarmText, answeredText, bornText, deviceName, firstStep, numberText, pastOf, shortState } from "./sentences";
import { bedAddress, type Shown } from "./shown";
import type { Place } from "./sweep";
import { say } from "./words";

/** Density is how much a tile has room for. */
export interface Density {
  numbers: number;
  waves: number;
  mmPerSecond: number;
}

/** chosenWaves gives the waves of a tile: one of each quantity, in their order, then further ones. */
export function chosenWaves(bed: Bed, most: number): Wave[] {
  const sorted = [...bed.waves].sort((a, b) => wavePlace(measured(a).quantity) - wavePlace(measured(b).quantity));
  const seen = new Set<Quantity>();
  const first = sorted.filter((wave) => {
    const { quantity } = measured(wave);
    return seen.has(quantity) ? false : seen.add(quantity) !== undefined;
  });
  const rest = sorted.filter((wave) => !first.includes(wave));
  return [...first, ...rest].slice(0, most).sort((a, b) => wavePlace(measured(a).quantity) - wavePlace(measured(b).quantity));
}

const rowsLeast = 2; // of numbers, whatever room there is: a rate and a saturation
const sourceToldSeconds = 60; // so long a tile says that a number is another device's than before

/** silentColor is that of a wave which may be no patient's, or not this one's. */
export const silentColor = "#79828a";

/** isPlain tells whether a wave is drawn as the patient's; `foreign`: another device than a person confirmed sends it. */
export function isPlain(validity: Validity, foreign: boolean): boolean {
  return (validity === "valid" || validity === "questionable" || validity === "unconfirmed") && !foreign;
}

/** waveDoubt says in words what keeps a wave from being believed; empty: nothing does. */
export function waveDoubt(validity: Validity, foreign: boolean): string {
  const own = validity === "valid" ? "" : validity === "demo" || validity === "invalid" ? say(`wave_${validity}`) : say(`doubt_${validity}`);
  return [foreign ? say("doubt_device") : "", own].filter((word) => word !== "").join(" · ");
}

/** WaveBox is the place of one wave, with its label; the wave itself is drawn by the page's Sweep. */
export class WaveBox implements Row<Wave> {
  private readonly label = h("span", { class: "wave-label" });
  private readonly box = h("div", { class: "wave-box" });
  readonly node = h("div", { class: "wave" }, this.box, this.label);
  private wave: Wave | null = null;

  /** `note` says what else a person has to know of the wave; empty when nothing. `doubted`: another device than a person confirmed sends it. `among`: all waves of its bed. */
  constructor(
    private readonly note: (wave: Wave) => string,
    private readonly doubted: (wave: Wave) => boolean,
    private readonly among: () => readonly Wave[],
  ) {}

  update(wave: Wave): void {
    this.wave = wave;
    setAttribute(this.node, "data-wave", String(wave.id));
    const foreign = this.doubted(wave);
    setAttribute(this.node, "data-doubt", foreign ? "device" : wave.validity === "valid" ? "" : wave.validity);
    this.node.style.setProperty("--own", colorOf(measured(wave).quantity));
    const name = labelOf(wave, this.among());
    setAttribute(this.label, "title", name === wave.label ? "" : visible(wave.label));
    setText(this.label, [visible(name), waveDoubt(wave.validity, foreign), this.note(wave)].filter((part) => part !== "").join(" · "));
  }

  place(mmPerSecond: number): Place[] {
    if (this.wave === null) return [];
    const plain = isPlain(this.wave.validity, this.doubted(this.wave));
    return [{ node: this.box, wave: this.wave.id, color: plain ? colorOf(measured(this.wave).quantity) : silentColor, mmPerSecond }];
  }
}

/** stillNote says why a wave does not go on: its device is silent, or it is frozen. While the station itself is lost, the banner says what is wrong. */
export function stillNote(shown: Shown | null, wave: Wave): string {
  if (shown === null || !shown.live) return "";
  if (shown.device(wave.device)?.live !== true) return say("device_silent");
  return shown.view.alarms.some((alarm) => alarm.present && frozenWave(shown.view, alarm)?.id === wave.id) ? say("wave_frozen") : "";
}

/** fromDoubted says that a wave comes from another device than a person confirmed. */
export function fromDoubted(shown: Shown | null, wave: Wave): boolean {
  return shown?.device(wave.device)?.doubted === true;
}

/** AwayMark stands beside a bed's name while a device there says that it is at another: ≠ and that name, or ≠ alone on a narrow tile. */
export class AwayMark {
  private readonly label = h("span", { class: "bed-away-label" });
  readonly node = h("span", { class: "bed-away", hidden: true }, "≠", this.label);

  show(away: Away | null): void {
    this.node.hidden = away === null;
    if (away === null) return;
    setText(this.label, ` ${away.label}`);
    setAttribute(this.node, "data-known", String(away.bed !== ""));
    setAttribute(this.node, "title", say("away_full", { device: deviceName(away.device), label: away.label, bed: visible(away.device.bed) }));
  }
}

export class Tile implements Row<Bed> {
  private readonly name = h("a", { class: "bed-name" });
  private readonly away = new AwayMark();
  private readonly family = h("span", { class: "bed-family" });
  private readonly second = h("span", { class: "bed-second" });
  private readonly patient = h("span", { class: "bed-patient" }, this.family, this.second);
  private readonly pause = h("span", { class: "bed-pause" });
  private readonly mark = new PriorityMark();
  private readonly what = h("span", { class: "bed-what" });
  private readonly since = h("span", { class: "bed-since" });
  private readonly step = h("span", { class: "bed-step" });
  private readonly stillMark = new PriorityMark();
  private readonly stillWhat = h("span", { class: "bed-still-what" });
  private readonly still = h("span", { class: "bed-still", hidden: true }, this.stillMark.node, this.stillWhat);
  private readonly more = h("span", { class: "bed-more" });
  readonly numbers = h("div", { class: "numbers" });
  private readonly waves = h("div", { class: "waves" });
  private readonly line = h("div", { class: "bed-line" }, this.mark.node, h("span", { class: "bed-text" }, this.what, " ", this.since, " ", this.step), this.still, this.more, this.pause);
  private readonly boxes: Keyed<Wave>;
  private readonly rows: Keyed<Choice>;
  private readonly hidden = h("span", {});
  private readonly hiddenWord = h("span", { class: "bed-values-word" });
  private readonly values = h("span", { class: "bed-values", hidden: true }, this.hidden, " ", this.hiddenWord);
  private readonly sources = new Map<Quantity, { device: string; since: number }>(); // of the numbers shown
  readonly node = h("section", { class: "tile" }, h("header", { class: "tile-head" }, this.name, this.away.node, this.patient, this.values), h("div", { class: "tile-body" }, this.waves, this.numbers), this.line);
  private bed: Bed | null = null;
  private shownWaves: Wave[] = [];
  private names = ""; // of the numbers that were chosen last, whatever room there was
  private room = Number.POSITIVE_INFINITY; // rows of numbers, as far as that is measured …
  private isMeasured = false;
  private form = ""; // … and of which form it was

  constructor(
    private readonly shown: () => Shown | null,
    private density: Density,
  ) {
    this.boxes = new Keyed(this.waves, (wave) => String(wave.id), () => new WaveBox((wave) => stillNote(this.shown(), wave), (wave) => fromDoubted(this.shown(), wave), () => this.bed?.waves ?? []));
    this.rows = new Keyed(this.numbers, (slot) => slot.key, () => {
      const number = new NumberView();
      return {
        node: number.node,
        update: (slot) => {
          const now = this.shown();
          if (now !== null) number.show(slot, now, !slot.second && now.now - (this.sources.get(slot.quantity)?.since ?? 0) < sourceToldSeconds);
        },
      };
    });
    this.node.addEventListener("click", () => this.name.click());
    this.name.addEventListener("click", (event) => event.stopPropagation());
  }

  fill(density: Density): void {
    this.density = density;
  }

  update(bed: Bed): void {
    this.bed = bed;
    const shown = this.shown();
    if (shown === null) return;
    setAttribute(this.node, "data-bed", bed.bed);
    setAttribute(this.name, "href", bedAddress(bed.bed));
    setText(this.name, visible(bed.bed));
    this.showPatient(bed, shown);
    const away = awayAt(bed, shown.view.beds, shown.device);
    this.away.show(away);
    const alarms = ofBed(shown.view, bed.bed);
    const first = alarms[0];
    flash(this.node, first?.priority ?? "none", shown.live && first?.acknowledged === null);
    const until = pausedUntil(alarms, shown.now);
    setText(this.pause, until > 0 && shown.live ? say("paused_bed", { left: remaining(until - shown.now) }) : "");
    const still = graverThanFirst(alarms);
    this.showLine(bed, first, alarms.length + bed.more - (still === undefined ? 0 : 1), shown, away);
    this.showStill(still, shown);
    this.showNumbers(bed, alarms, shown);
    this.shownWaves = chosenWaves(bed, this.density.waves);
    this.boxes.show(this.shownWaves);
  }

  places(): Place[] {
    return this.shownWaves.flatMap((wave) => {
      const box = this.boxes.row(String(wave.id));
      return box instanceof WaveBox ? box.place(this.density.mmPerSecond) : [];
    });
  }

  /** fresh shows what changes with time alone. */
  fresh(): void {
    if (this.bed !== null) this.update(this.bed);
  }

  /** refit has the numbers chosen anew, for their place is another. */
  refit(): void {
    this.isMeasured = false;
    this.room = Number.POSITIVE_INFINITY;
    this.showNumbersNow();
  }

  /** isCrowded tells whether a row of the numbers has no room, as far as that is not known yet. It costs a layout where something has changed before it. */
  isCrowded(): boolean {
    if (this.isMeasured) return false;
    const place = this.numbers.getBoundingClientRect();
    if (place.height === 0) return false;
    const bottom = Math.max(...[...this.numbers.querySelectorAll(".number-value")].map((value) => value.getBoundingClientRect().bottom));
    this.isMeasured = this.room <= rowsLeast || bottom <= place.bottom + 0.5;
    if (this.isMeasured) this.form = this.formNow();
    return !this.isMeasured;
  }

  /** leaveOut takes one row fewer, whole: half a digit reads as another one. What goes is counted with what the tile has no place for. */
  leaveOut(): void {
    this.room -= 1;
    this.showNumbersNow();
  }

  private showNumbersNow(): void {
    const shown = this.shown();
    if (this.bed !== null && shown !== null) this.showNumbers(this.bed, ofBed(shown.view, this.bed.bed), shown);
  }

  private showNumbers(bed: Bed, alarms: readonly Alarm[], shown: Shown): void {
    const slots = slotsOf(bed);
    const all = chosenFor(slots, shown.device, this.density.numbers, alarms);
    const rows = rowsOf(all);
    const names = JSON.stringify(all.map((choice) => [choice.key, choice.quantity, choice.second]));
    const place = (): void => this.place(this.room < rows ? chosenFor(slots, shown.device, this.density.numbers, alarms, this.room) : all, slots.length, shown);
    if (names !== this.names) this.isMeasured = false;
    this.room = names === this.names ? Math.min(this.room, rows) : rows;
    this.names = names;
    place();
    if (!this.isMeasured || this.formNow() === this.form) return;
    this.isMeasured = false;
    this.room = rows;
    place();
  }

  /** formNow is all by which the numbers may be higher or lower: their texts but for which digits, and how they are marked. */
  private formNow(): string {
    return [...this.numbers.children].map((number) => ["data-quantity", "data-freshness", "data-doubt", "data-tight"].map((name) => number.getAttribute(name) ?? "-").join(" ") + (number.textContent ?? "").replace(/\d/g, "0")).join("|");
  }

  private place(chosen: readonly Choice[], slots: number, shown: Shown): void {
    for (const choice of chosen.filter((one) => !one.second)) {
      const before = this.sources.get(choice.quantity);
      const device = deviceOf(choice);
      if (choice.quantity !== "ventilation" && before?.device !== device) this.sources.set(choice.quantity, { device, since: before === undefined ? 0 : shown.now });
    }
    this.rows.show(chosen);
    const more = slots - chosen.length;
    this.values.hidden = more === 0;
    setText(this.hidden, `+${more}`);
    setText(this.hiddenWord, say(more === 1 ? "values_one" : "values_word"));
    setAttribute(this.values, "title", say("values_more", { n: String(more) }));
  }

  private showPatient(bed: Bed, shown: Shown): void {
    const patient = bed.patient;
    if (patient === null) {
      setText(this.family, bed.devices.length === 0 ? say("bed_free") : say("no_patient"));
      setText(this.second, "");
    } else {
      const name = [patient.family, patient.given].filter((part) => part !== "").join(" ");
      const second = shown.view.names === "initials" ? [patient.born, patient.identifier].filter((part) => part !== "").join(" ") : patient.born !== "" ? bornText(patient.born) : patient.identifier;
      setText(this.family, visible(name === "" ? numberText(patient.identifier) : name));
      setText(this.second, name === "" || second === "" ? "" : visible(second));
    }
    this.patient.toggleAttribute("data-unknown", patient === null);
  }

  private showLine(bed: Bed, first: Alarm | undefined, count: number, shown: Shown, away: Away | null): void {
    this.mark.node.hidden = first === undefined;
    this.line.toggleAttribute("data-answered", first !== undefined && first.acknowledged !== null);
    setText(this.since, first === undefined ? "" : sinceOf(first, shown));
    setText(this.more, count > 1 ? `+${count - 1}` : "");
    setAttribute(this.line, "data-kind", first?.kind ?? "");
    this.line.toggleAttribute("data-over", first !== undefined && !first.present);
    this.line.toggleAttribute("data-former", first?.former === true); // so it is over, too
    setAttribute(this.since, "data-short", first?.former === true ? part("·", say("former_short")) : "");
    if (first === undefined) {
      setText(this.what, bed.devices.length === 0 ? say("no_device") : away === null ? "" : say("away_short", { label: away.label }));
      setText(this.step, away === null ? "" : part("→", say("away_step")));
      return;
    }
    setText(this.step, first.present ? part("→", firstStep(shown.view, first)) : "");
    this.mark.show(first.priority);
    setText(this.what, whatOf(first, shown));
  }

  /** showStill names what is graver than the alarm of the line and was answered: it is there still. */
  private showStill(alarm: Alarm | undefined, shown: Shown): void {
    this.still.hidden = alarm === undefined;
    if (alarm === undefined) return;
    setAttribute(this.still, "data-priority", alarm.priority);
    this.stillMark.show(alarm.priority);
    setText(this.stillWhat, whatOf(alarm, shown));
    setAttribute(this.still, "title", [whatOf(alarm, shown), ...answeredText(alarm, clock)].join(" · "));
  }
}

/** whatOf says on a tile what is wrong. */
function whatOf(alarm: Alarm, shown: Shown): string {
  return alarm.kind === "technical" ? shortState(shown.view, alarm) : alarmText(shown.view, alarm);
}

/** part is a text that stands in a tile's line whole, behind its sign, or not at all where there is no room. */
function part(sign: string, text: string): string {
  return text === "" ? "" : `${sign} ${text}`.replace(/ /g, "\u00a0");
}

/** sinceOf says for how long, or that it is over, and whether somebody has answered. */
function sinceOf(first: Alarm, shown: Shown): string {
  const silent = first.origin === "station" && first.condition === "silent";
  const age = first.present ? duration(silent ? silence(first, shown) : shown.now - first.raised, language()) : first.former ? "" : say("latched_short");
  const past = [...(first.former ? [say("former_patient")] : []), age, ...pastOf({ ...first, former: false }), ...(first.acknowledged === null ? [] : [say("answered_short")])];
  return past.filter((text) => text !== "").map((text) => part("·", text)).join(" ");
}

function silence(alarm: Alarm, shown: Shown): number {
  const age = shown.device(alarm.device)?.age;
  return age == null ? shown.now - alarm.raised : age + shown.since;
}
