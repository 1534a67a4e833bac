// SPDX-License-Identifier: Apache-2.0
// Trends of one bed: a band for each quantity over some hours. Drawn by ourselves: a few thousand points that change once a
// second need no chart library, and the product takes none (docs/decisions/0004-esbuild-without-npm.md).

import { h, setText } from "../dom";
import { clock, visible } from "../format";
import { language } from "../language";
import { amount, toldFactor, toldUnit } from "./amount";
import type { Bed, Channel, Review, Validity } from "./model";
import { colorOf, measured, numberPlace, termPlace, unitText, type Quantity } from "./quantities";
import { lineLabel, linesOf } from "./readings";
import { ownAll, type Own } from "./stays";
import { say } from "./words";

const pointsMax = 20000; // of one channel: 5 h at one a second
const gapSeconds = 90; // a line does not bridge more
const bandsMax = 6;
const labelWidth = 130;
const marginShare = 0.15;
const axisHeight = 22;
const unnamedColor = "#a0a9b1";
const stepsHours = [1, 4, 12, 24] as const;

interface Line extends Channel {
  quantity: Quantity;
  points: [at: number, value: number | null][]; // null breaks the line
}

function kept(validity: Validity, value: number | null): number | null {
  return validity === "valid" || validity === "questionable" || validity === "unconfirmed" ? value : null;
}

/** since gives the points from a time on. */
function since(points: Line["points"], from: number): Line["points"] {
  const first = points.findIndex(([at]) => at >= from);
  return first === 0 ? points : first < 0 ? [] : points.slice(first);
}

/** TrendStore holds the values of one bed: what the recorder gave, and what came since. */
export class TrendStore {
  private readonly lines = new Map<string, Line>();

  private line(channel: Channel): Line {
    const key = `${channel.device} ${channel.handle}`;
    let line = this.lines.get(key);
    if (line === undefined) {
      const { device, handle, code, label, unit } = channel;
      line = { device, handle, code, label, unit, quantity: measured(channel).quantity, points: [] };
      this.lines.set(key, line);
    }
    if (channel.group !== undefined) line.group = channel.group;
    return line;
  }

  /** older puts what the recorder kept before what came live. */
  older(review: Review): void {
    const found = new Map<Line, Line["points"]>();
    for (const [index, at, value, validity] of review.numerics) {
      const channel = review.channels[index];
      if (channel === undefined) continue;
      const line = this.line(channel);
      const points = found.get(line) ?? [];
      points.push([at, kept(validity, value)]);
      found.set(line, points);
    }
    for (const [line, points] of found) {
      const first = line.points[0]?.[0] ?? Number.POSITIVE_INFINITY;
      line.points = [...points.filter(([at]) => at < first), ...line.points].slice(-pointsMax);
    }
  }

  live(bed: Bed, at: number): void {
    for (const numeric of bed.numerics) {
      const { points } = this.line(numeric);
      const heard = at - numeric.age;
      if (heard - (points[points.length - 1]?.[0] ?? 0) < 0.9) continue;
      points.push([heard, kept(numeric.validity, numeric.value)]);
      if (points.length > pointsMax) points.shift();
    }
  }

  /** bands gives what is drawn together of what came since `shows`, in its order: of one device what is of one quantity, but each pressure and each term of a ventilator by itself. */
  bands(shows = Number.NEGATIVE_INFINITY): Line[][] {
    const bands = new Map<string, Line[]>();
    const own = [...this.lines.values()].map((line) => ({ ...line, points: since(line.points, shows) }));
    for (const lines of linesOf(own.filter((line) => line.points.length > 0))) {
      const [first] = lines;
      if (first === undefined || first.quantity === "other") continue;
      const alone = measured(first).part !== "" || first.quantity === "ventilation";
      const key = JSON.stringify(alone ? [first.device, first.handle] : [first.device, first.quantity, first.unit]);
      bands.set(key, [...(bands.get(key) ?? []), ...lines]);
    }
    const place = ([first]: Line[]): number => numberPlace(first?.quantity ?? "other");
    const term = ([first]: Line[]): number => termPlace(first?.code ?? 0);
    return [...bands.values()].sort((a, b) => place(a) - place(b) || term(a) - term(b)).slice(0, bandsMax);
  }
}

export class TrendView {
  private readonly canvas = h("canvas", { class: "trend", role: "img", "aria-label": say("trends") });
  private readonly frame = h("div", { class: "trend-frame" }, this.canvas);
  private readonly none = h("p", { class: "none" });
  private readonly whose = h("span", { class: "trend-whose" });
  private readonly steps = stepsHours.map((hours) =>
    h("button", { type: "button", class: "choice", "aria-pressed": "false", click: () => this.choose(hours) }, say("trends_hours", { n: String(hours) })),
  );
  readonly node = h("section", { class: "trends" }, h("div", { class: "section-head" }, h("h2", {}, say("trends")), this.whose, h("div", { class: "choices" }, ...this.steps)), this.none, this.frame);
  hours: number = stepsHours[0];
  private pointer: number | null = null;
  private store: TrendStore | null = null;
  private sources: ReadonlyMap<string, string> = new Map();
  private now = 0;
  private own: Own = ownAll;

  constructor(private readonly onHours: (hours: number) => void) {
    this.canvas.addEventListener("pointermove", (event) => this.point(event.offsetX));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.mark();
  }

  /** `sources` names the devices of the bed where it has several, `own` says what of it is the present patient's. */
  show(store: TrendStore, now: number, failed: boolean, sources: ReadonlyMap<string, string>, own: Own): void {
    this.store = store;
    this.own = own;
    this.sources = sources;
    this.now = now;
    const bands = store.bands(own.shows);
    const time = clock(own.begins).slice(0, 5);
    setText(this.whose, own.begins <= now - this.hours * 3600 ? "" : say(own.shows < own.begins ? "trends_unnamed" : "trends_own", { time }));
    this.none.hidden = bands.length > 0 && !failed;
    this.none.textContent = failed ? say("trends_failed") : say("trends_none");
    this.draw();
  }

  private choose(hours: number): void {
    this.hours = hours;
    this.mark();
    this.onHours(hours);
    this.draw();
  }

  private mark(): void {
    this.steps.forEach((button, i) => button.setAttribute("aria-pressed", String(stepsHours[i] === this.hours)));
  }

  private point(x: number | null): void {
    this.pointer = x;
    this.draw();
  }

  private draw(): void {
    const pen = this.canvas.getContext("2d");
    if (pen === null || this.store === null) return;
    const ratio = window.devicePixelRatio;
    const width = this.frame.clientWidth;
    const height = this.frame.clientHeight;
    if (width === 0 || height === 0) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `13px ${getComputedStyle(this.canvas).fontFamily}`;
    const { begins, shows } = this.own;
    const bands = this.store.bands(shows);
    const each = (height - axisHeight) / Math.max(1, bands.length);
    const from = this.now - this.hours * 3600;
    const x = (at: number): number => labelWidth + ((at - from) / (this.now - from)) * (width - labelWidth);
    this.axis(pen, from, x, width, height);
    bands.forEach((lines, i) => band(pen, lines, bandName(lines, bands, this.sources), { top: i * each, height: each, from, begins, x, width, at: this.pointed(width, from) }));
    if (begins > from) border(pen, x(begins), height - axisHeight);
    if (shows <= from) return;
    pen.fillStyle = "#1c2125";
    pen.fillRect(labelWidth, 0, x(shows) - labelWidth, height - axisHeight);
  }

  private pointed(width: number, from: number): number | null {
    if (this.pointer === null || this.pointer < labelWidth) return null;
    return from + ((this.pointer - labelWidth) / (width - labelWidth)) * (this.now - from);
  }

  private axis(pen: CanvasRenderingContext2D, from: number, x: (at: number) => number, width: number, height: number): void {
    const step = this.hours * 600; // six marks
    pen.fillStyle = "#a0a9b1";
    pen.strokeStyle = "#33393f";
    pen.textAlign = "center";
    for (let at = Math.ceil(from / step) * step; at < this.now; at += step) {
      pen.beginPath();
      pen.moveTo(x(at), 0);
      pen.lineTo(x(at), height - axisHeight);
      pen.stroke();
      if (x(at) < width - 40) pen.fillText(hourText(at), x(at), height - 6);
    }
    if (this.pointer !== null && this.pointer > labelWidth) {
      pen.strokeStyle = "#d9dee2";
      pen.beginPath();
      pen.moveTo(this.pointer, 0);
      pen.lineTo(this.pointer, height - axisHeight);
      pen.stroke();
      pen.fillStyle = "#ffffff";
      pen.fillText(hourText(this.pointed(width, from) ?? 0), this.pointer, height - 6);
    }
  }
}

function hourText(at: number): string {
  return new Date(at * 1000).toLocaleTimeString(language() === "fr" ? "fr-FR" : "en-GB", { hour: "2-digit", minute: "2-digit" });
}

interface Area {
  top: number;
  height: number;
  from: number;
  begins: number; // earlier, nobody was recorded
  x: (at: number) => number;
  width: number;
  at: number | null; // the time that a person points at
}

/** marginOf is what a band has above its highest and below its lowest value: 1 at least of the unit in which it is told, less of what is small. */
export function marginOf(low: number, high: number, quantity: Quantity, unit: string): number {
  const least = Math.min(1 / toldFactor(quantity, unit), Math.max(Math.abs(low), Math.abs(high)) * marginShare);
  return Math.max((high - low) * marginShare, least) || 1;
}

/** marksOf gives what stands beside a band: its lowest and its highest value, or one where they are written alike. */
export function marksOf(low: number, high: number, quantity: Quantity, unit: string): string[] {
  return [...new Set([low, high].map((value) => amount(value, quantity, unit)))];
}

/** bandName says what a band is of, and of which device or which of its lines where others have the same name. */
export function bandName(lines: readonly Channel[], bands: readonly (readonly Channel[])[], sources: ReadonlyMap<string, string>): { label: string; source: string } {
  const all = bands.flat();
  const own = (band: readonly Channel[]): string => [...new Set(linesOf(band).map((line) => lineLabel(line, all)))].join("/");
  const device = lines[0]?.device ?? "";
  const twice = bands.some((other) => other !== lines && other[0]?.device === device && own(other) === own(lines));
  return { label: own(lines), source: [sources.get(device) ?? "", twice ? (lines[0]?.group ?? "") : ""].filter((text) => text !== "").join(" ") };
}

/** band draws the lines of one quantity, its name, its range and the value pointed at, or the last one. */
function band(pen: CanvasRenderingContext2D, lines: readonly Line[], name: { label: string; source: string }, area: Area): void {
  const points = lines.flatMap((line) => line.points.filter(([at, value]) => at >= area.from && value !== null));
  const values = points.map(([, value]) => value ?? 0);
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const first = lines[0];
  if (first === undefined) return;
  const color = colorOf(first.quantity);
  const marks = high < low ? [] : marksOf(low, high, first.quantity, first.unit);
  const room = labelWidth - 16 - Math.max(0, ...marks.map((mark) => pen.measureText(mark).width)); // the numbers stand to the right of the name
  pen.textAlign = "left";
  pen.fillStyle = color;
  const tall = area.height > 32;
  pen.fillText(visible(tall ? name.label : `${name.label} ${name.source}`).slice(0, 14), 4, area.top + 14, room);
  pen.fillStyle = "#a0a9b1";
  if (tall) pen.fillText(visible([name.source, unitText(toldUnit(first.quantity, first.unit))].filter((text) => text !== "").join(" ")), 4, area.top + 30, room);
  pen.strokeStyle = "#33393f";
  pen.strokeRect(labelWidth, area.top, area.width - labelWidth, area.height);
  if (high < low) return;
  const margin = marginOf(low, high, first.quantity, first.unit);
  const y = (value: number): number => area.top + area.height - ((value - low + margin) / (high - low + 2 * margin)) * area.height;
  pen.textAlign = "right";
  if (marks.length === 1) pen.fillText(marks[0] ?? "", labelWidth - 6, Math.max(area.top + 14, y((low + high) / 2) + 5));
  else pen.fillText(marks[1] ?? "", labelWidth - 6, area.top + 14);
  if (marks.length > 1 && area.height > 34) pen.fillText(marks[0] ?? "", labelWidth - 6, area.top + area.height - 5);
  pen.lineWidth = 1.5;
  for (const line of lines) {
    pen.strokeStyle = unnamedColor;
    const own = since(line.points, area.begins);
    if (own.length < line.points.length) stroke(pen, line.points.slice(0, line.points.length - own.length), area, y);
    pen.strokeStyle = color;
    stroke(pen, own, area, y);
  }
  if (area.at !== null) {
    const shown = lines.map((line) => valueAt(line, area.at ?? 0)).filter((value) => value !== null);
    const text = shown.length === 0 ? say("no_value") : shown.map((value) => amount(value ?? 0, first.quantity, first.unit)).join(" / ");
    pen.fillStyle = "#ffffff";
    pen.textAlign = "left";
    pen.fillText(text, Math.min(area.x(area.at) + 6, area.width - 90), area.top + 14);
  }
}

/** border is a line where another patient's time begins. */
export function border(pen: CanvasRenderingContext2D, x: number, height: number): void {
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 2;
  pen.setLineDash([6, 4]);
  pen.beginPath();
  pen.moveTo(x, 0);
  pen.lineTo(x, height);
  pen.stroke();
  pen.setLineDash([]);
}

function stroke(pen: CanvasRenderingContext2D, points: Line["points"], area: Area, y: (value: number) => number): void {
  pen.beginPath();
  let before = Number.NEGATIVE_INFINITY;
  for (const [at, value] of points) {
    if (at < area.from || value === null) {
      if (value === null) before = Number.NEGATIVE_INFINITY;
      continue;
    }
    if (at - before > gapSeconds) pen.moveTo(area.x(at), y(value));
    else pen.lineTo(area.x(at), y(value));
    before = at;
  }
  pen.stroke();
}

function valueAt(line: Line, at: number): number | null {
  let best: number | null = null;
  let off = gapSeconds;
  for (const [time, value] of line.points) {
    if (Math.abs(time - at) >= off) continue;
    off = Math.abs(time - at);
    best = value;
  }
  return best;
}
