// SPDX-License-Identifier: Apache-2.0
// Hours of one bed at a glance: a band from the lowest to the highest of each wave, the numbers as trends, and when an alarm was
// there. Nothing is averaged or bridged: where nothing came nothing is drawn, and where a part is missing a mark says so.

import { clock, visible } from "../format";
import { rank } from "./alarms";
import { amount, unitOf } from "./amount";
import type { Doubt } from "./doubts";
import type { Alarm, Lane, Overview, Priority, Stay, Validity } from "./model";
import { colorOf, labelOf, measured, numberPlace, spanMin, wavePlace, type Quantity } from "./quantities";
import { rangeOf } from "./range";
import { goneText } from "./readings";
import { bordersOf } from "./stays";
import { isPlain, silentColor, waveDoubt } from "./tile";
import { niceSpan } from "./trace";
import { marginOf } from "./trend";
import { say } from "./words";

export const labelWidth = 130;
const axisHeight = 22;
const barHeight = 14;
const barsOf: readonly (readonly [Priority, string, string])[] = [["high", "!!!", "#ff4a4d"], ["medium", "!!", "#f2c200"], ["low", "!", "#3fd0e0"]];
const barsHeight = barsOf.length * barHeight + 6;
const bandMin = 40;
const gapSeconds = 90; // a line does not bridge more, as in trend.ts
const quiet = "#a0a9b1";
const ruled = "#33393f";

/** A Band is one wave, or the numbers of one quantity together. */
interface Band {
  lanes: Lane[];
  quantity: Quantity;
  wave: boolean;
  low: number;
  high: number;
}

/** A NumberThen is what a number was in a column, or in all of the time. */
export interface NumberThen {
  label: string;
  text: string;
  doubt: "" | "device" | Exclude<Validity, "valid">;
}

/** tag writes in a box what keeps a wave from being believed, and gives where it ends. */
export function tag(pen: CanvasRenderingContext2D, word: string, x: number, top: number): number {
  const width = pen.measureText(word).width + 8;
  pen.fillStyle = "#c8d2da";
  pen.fillRect(x + 4, top + 4, width, 19);
  pen.fillStyle = "#000000";
  pen.fillText(word, x + 8, top + 18);
  return x + 4 + width;
}

function bandsOf(lanes: readonly Lane[]): Band[] {
  const bands = new Map<string, Band>();
  lanes.forEach((lane, i) => {
    const { quantity } = measured(lane.channel);
    const wave = lane.channel.kind === "wave";
    const key = wave || quantity === "other" ? String(i) : `${quantity} ${lane.channel.unit.replace(/\{[^}]*\}/g, "")}`;
    const band = bands.get(key) ?? { lanes: [], quantity, wave, low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
    band.lanes.push(lane);
    for (const value of lane.low) if (value !== null) band.low = Math.min(band.low, value);
    for (const value of lane.high) if (value !== null) band.high = Math.max(band.high, value);
    bands.set(key, band);
  });
  const place = (band: Band): number => (band.wave ? wavePlace(band.quantity) : 100 + numberPlace(band.quantity));
  return [...bands.values()].sort((a, b) => place(a) - place(b));
}

/** scaleOf gives what the lowest and the highest line of a band stand for. */
function scaleOf({ low, high, quantity, wave, lanes }: Band): [low: number, high: number] {
  if (high < low) return [0, 1];
  if (!wave) {
    const margin = marginOf(low, high, quantity, lanes[0]?.channel.unit ?? "");
    return [low - margin, high + margin];
  }
  const channel = lanes[0]?.channel;
  const least = channel === undefined ? 0 : spanMin(channel);
  const [from, to] = rangeOf(lanes.flatMap((lane) => [...lane.low, ...lane.high]), least) ?? [low, high];
  const wanted = Math.max((to - from) * 1.1, least);
  const span = wanted > 0 ? niceSpan(wanted) : 1;
  return [(from + to - span) / 2, (from + to + span) / 2];
}

export class OverviewPicture {
  private readonly bands: Band[];
  private readonly validities = new Map<Lane, Map<number, Validity>>();
  readonly heightMin: number;

  constructor(
    private readonly overview: Overview,
    private readonly doubts: readonly Doubt[],
    private readonly from: number,
    private readonly span: number,
  ) {
    this.bands = bandsOf(overview.lanes);
    for (const lane of overview.lanes) this.validities.set(lane, new Map(lane.doubts));
    this.heightMin = axisHeight + barsHeight + this.bands.length * bandMin;
  }

  private get empty(): boolean {
    return this.overview.lanes.length === 0;
  }

  private columns(lane: Lane): number {
    return lane.held.length;
  }

  private validity(lane: Lane, column: number): Validity {
    return this.validities.get(lane)?.get(column) ?? "valid";
  }

  /** label is what a lane is called, as on the bed's page. */
  private label(lane: Lane): string {
    return labelOf(lane.channel, this.overview.lanes.map((other) => other.channel).filter((other) => other.kind === lane.channel.kind));
  }

  /** foreign tells whether a lane's device was in doubt in some part of a column. */
  private foreign(lane: Lane, column: number): boolean {
    const each = this.span / this.columns(lane);
    const begin = this.from + column * each;
    return this.doubts.some((doubt) => doubt.device === lane.channel.device && doubt.from < begin + each && doubt.to > begin);
  }

  /** numbersAt gives each number as it was in the column of `at`, or the last before it in the same stay, or over all of the time where there is no `at`. A column in which another stay began is of nobody. */
  numbersAt(at: number | null, stays: readonly Stay[]): NumberThen[] {
    return this.bands.filter((band) => !band.wave).flatMap((band) => band.lanes).map((lane) => {
      const all = this.columns(lane);
      const each = this.span / all;
      const last = at === null ? all - 1 : Math.min(all - 1, Math.max(0, Math.floor((at - this.from) / each)));
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      let doubt: NumberThen["doubt"] = "";
      for (let i = last; i >= 0 && (at === null || (last - i) * each <= gapSeconds); i -= 1) {
        const held = lane.held[i];
        const begin = this.from + i * each;
        if (bordersOf(stays).some((border) => border >= begin && border < begin + each)) break;
        if (held === "-" && at !== null) break;
        if (held === " " || held === "-") continue;
        low = Math.min(low, lane.low[i] ?? low);
        high = Math.max(high, lane.high[i] ?? high);
        const validity = this.validity(lane, i);
        if (this.foreign(lane, i)) doubt = "device";
        else if (doubt === "" && validity !== "valid") doubt = validity;
        if (at !== null) break;
      }
      const { quantity } = measured(lane.channel);
      const [least, most] = [low, high].map((value) => (Number.isFinite(value) ? amount(value, quantity, lane.channel.unit) : ""));
      const asks = doubt === "device" || doubt === "questionable" || doubt === "unconfirmed" ? "?" : "";
      const text = high < low ? goneText : `${least === most ? least : `${least} – ${most}`}${asks} ${unitOf(lane.channel)}`;
      return { label: visible(this.label(lane)), text, doubt: high < low ? "" : doubt };
    });
  }

  draw(pen: CanvasRenderingContext2D, width: number, height: number, at: number | null): void {
    const x = (time: number): number => labelWidth + ((time - this.from) / this.span) * (width - labelWidth);
    this.axis(pen, x, width, height);
    this.bars(pen, x, width);
    const top = axisHeight + barsHeight;
    const each = (height - top) / Math.max(1, this.bands.length);
    this.bands.forEach((band, i) => this.band(pen, band, { top: top + i * each, height: each, width }));
    if (at === null || this.empty) return;
    pen.strokeStyle = "#ffffff";
    pen.beginPath();
    pen.moveTo(x(at), 0);
    pen.lineTo(x(at), height);
    pen.stroke();
    pen.fillStyle = "#000000";
    const text = clock(at);
    const wide = pen.measureText(text).width + 8;
    const left = Math.min(x(at), width - wide);
    pen.fillRect(left, 0, wide, axisHeight - 2);
    pen.fillStyle = "#ffffff";
    pen.fillText(text, left + 4, 15);
  }

  private axis(pen: CanvasRenderingContext2D, x: (at: number) => number, width: number, height: number): void {
    const step = this.span > 7200 ? 1800 : this.span > 900 ? 300 : 60;
    pen.strokeStyle = ruled;
    pen.fillStyle = quiet;
    for (let at = Math.ceil(this.from / step) * step; at < this.from + this.span; at += step) {
      pen.beginPath();
      pen.moveTo(x(at), axisHeight - 4);
      pen.lineTo(x(at), height);
      pen.stroke();
      const text = clock(at).slice(0, 5);
      const half = pen.measureText(text).width / 2;
      if (x(at) - half > labelWidth && x(at) + half < width) pen.fillText(text, x(at) - half, 15);
    }
  }

  /** bars shows when an alarm of each priority was there, at its gravest. */
  private bars(pen: CanvasRenderingContext2D, x: (at: number) => number, width: number): void {
    const gravest = (alarm: Alarm): Priority => (rank(alarm.gravest) > rank(alarm.priority) ? alarm.gravest : alarm.priority);
    barsOf.forEach(([priority, marks, color], row) => {
      const top = axisHeight + row * barHeight;
      pen.fillStyle = color;
      pen.fillText(marks, 4, top + 12);
      for (const alarm of this.overview.alarms) {
        if (gravest(alarm) !== priority) continue;
        const left = Math.max(labelWidth, x(alarm.raised));
        const right = Math.min(width, alarm.present ? width : x(alarm.ended ?? this.from + this.span));
        pen.fillRect(Math.round(Math.min(left, width - 3)), top + 2, Math.max(3, Math.round(right - left)), barHeight - 4);
      }
    });
    pen.fillStyle = ruled;
    pen.fillRect(0, axisHeight + barsHeight - 3, width, 1);
  }

  private band(pen: CanvasRenderingContext2D, band: Band, area: { top: number; height: number; width: number }): void {
    const first = band.lanes[0];
    if (first === undefined) return;
    const [low, high] = scaleOf(band);
    const base = area.top + area.height - 5;
    const rise = (area.height - 9) / (high - low);
    const y = (value: number): number => Math.min(base + 2, Math.max(area.top + 2, base - (value - low) * rise));
    pen.fillStyle = colorOf(band.quantity);
    pen.fillText(visible(this.label(first)).slice(0, 10), 4, area.top + 15);
    pen.fillStyle = quiet;
    const unit = unitOf(first.channel);
    if (area.height > 36) pen.fillText(unit, 4, area.top + 31);
    if (band.high >= band.low) this.scale(pen, band, area);
    pen.fillStyle = ruled;
    pen.fillRect(0, area.top + area.height - 1, area.width, 1);
    for (const lane of band.lanes) this.lane(pen, lane, band, { ...area, y });
  }

  /** scale writes the highest and the lowest that a band holds beside it. */
  private scale(pen: CanvasRenderingContext2D, band: Band, area: { top: number; height: number }): void {
    const text = (value: number): string => amount(value, band.quantity, band.lanes[0]?.channel.unit ?? "");
    const right = (words: string, y: number): void => pen.fillText(words, labelWidth - 6 - pen.measureText(words).width, y);
    right(text(band.high), area.top + 15);
    if (text(band.low) !== text(band.high)) right(text(band.low), area.top + area.height - 6);
  }

  private lane(pen: CanvasRenderingContext2D, lane: Lane, band: Band, area: { top: number; height: number; width: number; y: (value: number) => number }): void {
    const columns = this.columns(lane);
    const each = (area.width - labelWidth) / columns;
    const reach = (gapSeconds * columns) / this.span; // in columns
    const tags: [word: string, x: number][] = [];
    let before = -1; // the last column that holds a value and may be joined with the next
    let told = "";
    for (let i = 0; i < columns; i += 1) {
      const held = lane.held[i] ?? " ";
      const left = labelWidth + i * each;
      const [low, high] = [lane.low[i] ?? null, lane.high[i] ?? null];
      if (held === "~" || (held !== "#" && (band.wave || held === "-"))) {
        pen.fillStyle = quiet;
        pen.fillRect(left, area.top + area.height - 4, Math.max(1, each), 3);
      }
      if (held === "-") before = -1;
      if (low === null || high === null) continue;
      const [validity, foreign] = [this.validity(lane, i), this.foreign(lane, i)];
      const plain = band.wave ? isPlain(validity, foreign) : validity === "valid" && !foreign;
      pen.fillStyle = plain ? colorOf(band.quantity) : silentColor;
      const top = area.y(high);
      pen.fillRect(left, top - 0.75, Math.max(band.wave ? 1 : 1.5, each), area.y(low) - top + 1.5);
      if (!band.wave && before >= 0 && i - before <= reach) {
        pen.strokeStyle = pen.fillStyle;
        pen.lineWidth = 1.5;
        pen.beginPath();
        pen.moveTo(labelWidth + (before + 0.5) * each, area.y(((lane.low[before] ?? low) + (lane.high[before] ?? high)) / 2));
        pen.lineTo(left + each / 2, area.y((low + high) / 2));
        pen.stroke();
      }
      before = i;
      const word = waveDoubt(validity, foreign);
      if (word !== told && word !== "") tags.push([word, left]);
      told = word;
    }
    let free = labelWidth;
    for (const [word, left] of tags) if (left >= free) free = tag(pen, word, left, area.top);
  }
}

/** nameOf writes a span: 10 s, 5 min, 4 h. */
export function nameOf(seconds: number): string {
  if (seconds <= 30) return say("review_span", { n: String(seconds) });
  return seconds < 3600 ? say("review_minutes", { n: String(seconds / 60) }) : say("review_hours", { n: String(seconds / 3600) });
}
