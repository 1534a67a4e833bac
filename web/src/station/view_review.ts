// SPDX-License-Identifier: Apache-2.0
// Review: a window of the past of one bed, scrolled, with two cursors that measure time and amplitude; over more than a minute an
// overview (overview.ts), in which a click leads to that moment. The past is never shown in the colours of now: the page says PAST, and nothing in it moves.

import { h, setText } from "../dom";
import { clock, decimal, moment, visible } from "../format";
import { language } from "../language";
import { alarmText } from "./sentences";
import { PriorityMark } from "./alarms";
import { amount, unitOf } from "./amount";
import { doubtsOf, inDoubt, stretchesOf, type Doubt } from "./doubts";
import { csvAddress, fetchOverview, fetchReview, overviewColumns, printing, stripAddress } from "./history";
import type { Alarm, Overview, Review, Stay } from "./model";
import { labelWidth, nameOf, OverviewPicture, tag } from "./overview";
import { colorOf, labelOf, measured, spanMin, unitText, wavePlace } from "./quantities";
import { rangeOf } from "./range";
import type { Shown } from "./shown";
import { isPlain, silentColor, waveDoubt } from "./tile";
import { bordersOf, linesOf, numberText, stayAt } from "./stays";
import { niceSpan } from "./trace";
import { border } from "./trend";
import { say } from "./words";

const spans = [10, 30, 60, 300, 1800, 14400] as const; // seconds
const samplesMax = 60; // over more, columns of an overview
const stripMax = 120; // of paper (station_recorder.cpp)
const tenMinutes = 600;
const hour = 3600;
const cursorStep = 0.02; // seconds a key moves a cursor
const cursorShare = 1 / 240; // of an overview, likewise

interface Strip {
  channel: number;
  device: string;
  label: string;
  unit: string;
  color: string;
  low: number;
  high: number;
}

export class ReviewView {
  private readonly title = h("h1");
  private readonly when = h("span", { class: "review-when" });
  private readonly time = h("input", { type: "time", step: "1", change: () => this.goToTime() });
  private readonly hint = h("p", { class: "muted review-hint" });
  private readonly said = h("p", { class: "review-said", role: "status" });
  private readonly whose = h("ul", { class: "review-whose" });
  private readonly canvas = h("canvas", { class: "review-canvas", tabindex: "0" });
  private readonly frame = h("div", { class: "review-frame" }, this.canvas);
  private readonly numbersHead = h("h2");
  private readonly numbers = h("ul", { class: "review-numbers" });
  private readonly noAlarm = h("p", { class: "none" });
  private readonly measures = h("ul", { class: "review-measures" });
  private readonly alarms = h("ul", { class: "alarm-list" });
  private readonly back = h("a", { class: "button large" });
  private readonly strip = h("a", { class: "button large", target: "_blank", rel: "noopener" }, say("strip"));
  private readonly csv = h("a", { class: "button large", download: "" }, say("csv"));
  private readonly choices = spans.map((span) => h("button", { type: "button", class: "choice large", "data-span": String(span), click: () => this.choose(span) }, nameOf(span)));
  readonly node: HTMLElement;
  private name = "";
  private moment: number | null = null; // that the address names
  private from = 0;
  private span: number = spans[0];
  private review: Review | null = null;
  private picture: OverviewPicture | null = null;
  private strips: Strip[] = [];
  private doubts: Doubt[] = [];
  private stays: readonly Stay[] = [];
  private read = { from: 0, to: 0 }; // the time of what was read last
  private cursors: number[] = []; // times, at most two
  private shown: Shown | null = null;
  private asking: AbortController | null = null; // what is on its way
  private left = false; // while it was

  constructor() {
    const move = (text: string, act: () => void): HTMLElement => h("button", { type: "button", class: "large", click: act }, text);
    this.node = h("div", { class: "page review-page" },
      h("div", { class: "bed-head" }, this.back, this.title, h("strong", { class: "past" }, say("review_past")), this.when,
        h("div", { class: "buttons review-out" }, this.csv, this.strip),
        h("div", { class: "buttons" }, move("−1 h", () => this.go(this.from - hour)), move("−10 min", () => this.go(this.from - tenMinutes)), move(`‹ ${say("review_older")}`, () => this.scroll(-0.5)), move(`${say("review_newer")} ›`, () => this.scroll(0.5)), move("+10 min", () => this.go(this.from + tenMinutes)), move("+1 h", () => this.go(this.from + hour)), move(say("review_end"), () => this.end()), h("label", { class: "review-time" }, say("review_time"), this.time), h("div", { class: "choices" }, ...this.choices))),
      this.whose,
      this.hint,
      this.said,
      h("div", { class: "review-main" }, this.frame, h("aside", {}, this.measures, h("section", { class: "bed-alarms" }, h("h2", {}, say("review_alarms")), this.noAlarm, this.alarms), h("section", { class: "review-then" }, this.numbersHead, this.numbers))));
    this.canvas.addEventListener("pointerdown", (event) => this.touch(event));
    this.canvas.addEventListener("pointermove", (event) => (this.wide ? this.point(event.offsetX) : event.buttons === 1 && this.drag(event)));
    this.canvas.addEventListener("click", (event) => this.wide && this.enter(this.timeAt(event.offsetX)));
    this.canvas.addEventListener("pointerleave", () => this.wide && this.point(null));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.frame);
  }

  /** wide tells whether an overview is shown. */
  private get wide(): boolean {
    return this.span > samplesMax;
  }

  /** leave ends what is on its way: another page is shown. */
  leave(): void {
    this.left = this.left || this.asking !== null;
    this.asking?.abort();
    this.asking = null;
  }

  /** at takes a bed and, where the address names one, a moment: seconds since 1970. */
  at(name: string, moment: number | null = null): void {
    const newly = name !== this.name;
    if (!newly && moment === null) return;
    this.name = name;
    this.moment = moment;
    this.from = 0;
    if (moment !== null && this.wide) this.span = spans[0];
    if (!newly) return;
    this.review = null;
    this.picture = null;
    this.doubts = [];
    this.stays = [];
    this.whose.replaceChildren();
    this.cursors = [];
  }

  show(shown: Shown): void {
    this.shown = shown;
    setText(this.title, say("review_title", { bed: visible(this.name) }));
    this.back.href = `#bed/${encodeURIComponent(this.name)}`;
    setText(this.back, `‹ ${visible(this.name)}`);
    if (this.from !== 0) {
      if (this.left) this.go(this.from);
      return;
    }
    if (this.moment === null) this.end();
    else this.go(this.moment - this.span / 2);
  }

  /** goToTime goes to where it was so late last, today or yesterday. */
  private goToTime(): void {
    const { now } = this.shown ?? {};
    const [hours, minutes, seconds] = this.time.value.split(":").map(Number);
    if (now === undefined || hours === undefined || minutes === undefined) return;
    const then = new Date(now * 1000);
    then.setHours(hours, minutes, seconds ?? 0, 0);
    if (then.getTime() > now * 1000) then.setDate(then.getDate() - 1);
    this.time.value = "";
    this.go(then.getTime() / 1000 - this.span / 2);
  }

  private end(): void {
    if (this.shown !== null) this.go(this.shown.now - this.span);
  }

  private choose(span: number): void {
    const middle = this.from + this.span / 2;
    this.span = span;
    this.go(middle - span / 2);
  }

  private scroll(by: number): void {
    this.go(this.from + by * this.span);
  }

  /** enter leads from an overview to one moment of it, at the speed of a monitor. */
  private enter(at: number): void {
    this.span = spans[0];
    this.go(at - this.span / 2);
  }

  private go(from: number): void {
    this.left = false;
    this.from = Math.min(from, (this.shown?.now ?? from) - this.span);
    spans.forEach((span, i) => this.choices[i]?.setAttribute("aria-pressed", String(span === this.span)));
    this.strip.href = stripAddress(this.name, this.from, this.span);
    this.strip.hidden = !printing() || this.span > stripMax;
    this.csv.href = csvAddress(this.name, this.from, this.span, this.wide ? overviewColumns : null);
    const { from: begin, span, wide } = this;
    const end = begin + span;
    setText(this.hint, say(wide ? "review_hint_wide" : "review_hint"));
    setText(this.when, `${moment(begin, this.shown?.now ?? end)} – ${clock(end)}`);
    this.cursors = wide ? [] : this.cursors.filter((at) => at >= begin && at <= end); // one that is out of sight says nothing of what is seen
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    setText(this.said, say("review_loading"));
    const answer = wide ? fetchOverview(this.name, begin, end, asking.signal) : fetchReview(this.name, begin, end, true, asking.signal);
    answer
      .then((found) => {
        if (asking !== this.asking) return;
        this.asking = null;
        const now = this.shown?.view.alarms.filter((alarm) => alarm.bed === this.name) ?? []; // may not be in the logbook yet
        this.doubts = doubtsOf([...found.alarms, ...now]);
        this.read = { from: begin, to: end };
        this.tellWhose(found.stays);
        this.take(found);
        this.listAlarms(found.alarms, found.alarms_whole);
        this.draw();
      })
      .catch(() => {
        if (asking !== this.asking) return;
        this.asking = null;
        this.read = { from: begin, to: end };
        this.review = null; // nothing of another time stands under this one
        this.picture = null;
        this.listAlarms([], true);
        this.tellWhose([]);
        this.draw();
        setText(this.noAlarm, "");
        setText(this.said, say("review_failed"));
      });
  }

  /** tellWhose says whose it is that is seen, in each stretch. */
  private tellWhose(stays: readonly Stay[]): void {
    this.stays = stays;
    this.whose.replaceChildren(...linesOf(stays, this.read.from, this.read.to).map((line) => h("li", {}, line)));
  }

  private take(found: Review | Overview): void {
    this.picture = null;
    this.review = null;
    if ("lanes" in found) {
      this.picture = new OverviewPicture(found, this.doubts, this.from, this.span);
      setText(this.said, found.lanes.length === 0 ? say("review_empty") : "");
      return;
    }
    this.review = found;
    setText(this.said, found.waves.length === 0 ? say("review_empty") : "");
    this.fit(found);
  }

  /** fit gives each wave its strip, as high as what it shows. */
  private fit(review: Review): void {
    const used = [...new Set(review.waves.map(([channel]) => channel))];
    const strips = used.flatMap((channel) => {
      const about = review.channels[channel];
      if (about === undefined) return [];
      const values = review.waves.flatMap(([of, , , samples]) => (of === channel ? samples : []));
      const { quantity } = measured(about);
      const [low, high] = rangeOf(values, spanMin(about)) ?? [0, 0];
      const wanted = Math.max((high - low) * 1.2, spanMin(about));
      const span = Number.isFinite(wanted) && wanted > 0 ? niceSpan(wanted) : 1;
      const middle = (low + high) / 2;
      return [{ channel, device: about.device, label: labelThen(about, review), unit: about.unit, color: colorOf(quantity), low: middle - span / 2, high: middle + span / 2, place: wavePlace(quantity) }];
    });
    this.strips = strips.sort((a, b) => a.place - b.place);
  }

  private listAlarms(found: readonly Alarm[], whole: boolean | undefined): void {
    const end = this.from + this.span;
    const alarms = [...found].sort((a, b) => a.raised - b.raised);
    setText(this.noAlarm, whole === false ? say("review_alarms_cut") : alarms.length === 0 ? say("review_no_alarm") : "");
    this.alarms.replaceChildren(...alarms.map((alarm) => {
      const mark = new PriorityMark();
      mark.show(alarm.priority);
      const text = this.shown === null ? alarm.text : alarmText(this.shown.view, alarm);
      return h("li", { class: "alarm-row" }, mark.node, h("div", {}, h("strong", {}, text), h("span", { class: "alarm-state" }, alarm.ended === null ? say("review_alarm_from", { from: moment(alarm.raised, end) }) : say("review_alarm_span", { from: moment(alarm.raised, end), to: moment(alarm.ended, alarm.raised) }))));
    }));
  }

  private x(at: number): number {
    return labelWidth + ((at - this.from) / this.span) * (this.frame.clientWidth - labelWidth);
  }

  private timeAt(x: number): number {
    const at = this.from + ((x - labelWidth) / (this.frame.clientWidth - labelWidth)) * this.span;
    return Math.min(this.from + this.span, Math.max(this.from, at));
  }

  private touch(event: PointerEvent): void {
    if (this.wide) return; // a click enters
    this.canvas.setPointerCapture(event.pointerId);
    if (this.cursors.length >= 2) this.cursors = [];
    this.cursors.push(this.timeAt(event.offsetX));
    this.draw();
  }

  /** point moves the line in an overview to a place. */
  private point(x: number | null): void {
    this.cursors = x === null || x < labelWidth ? [] : [this.timeAt(x)];
    this.draw();
  }

  private drag(event: PointerEvent): void {
    if (this.cursors.length === 0) return;
    this.cursors[this.cursors.length - 1] = this.timeAt(event.offsetX);
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    const at = this.cursors[0];
    const wider = event.key === "-" ? 1 : event.key === "+" ? -1 : 0;
    const next = spans[spans.findIndex((span) => span === this.span) + wider];
    if ((event.key === "Enter" && this.wide && at !== undefined) || (wider !== 0 && next !== undefined)) {
      event.preventDefault();
      if (wider === 0) this.enter(at ?? this.from);
      else if (next !== undefined) this.choose(next);
      return;
    }
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    if (!event.shiftKey) {
      this.scroll(by * 0.25);
      return;
    }
    if (this.cursors.length === 0) this.cursors.push(this.from + this.span / 2);
    const last = this.cursors.length - 1;
    this.cursors[last] = Math.min(this.from + this.span, Math.max(this.from, (this.cursors[last] ?? 0) + by * (this.wide ? this.span * cursorShare : cursorStep)));
    this.draw();
  }

  /** sampleAt gives a wave's value at a time, and in words what keeps it from being believed. */
  private sampleAt(strip: Strip, at: number): { value: number | null; doubt: string } {
    for (const [of, first, rate, samples, validity] of this.review?.waves ?? []) {
      if (of !== strip.channel) continue;
      const index = Math.round((at - first) * rate);
      if (index >= 0 && index < samples.length) return { value: samples[index] ?? null, doubt: waveDoubt(validity, inDoubt(this.doubts, strip.device, at)) };
    }
    return { value: null, doubt: "" };
  }

  private draw(): void {
    const pen = this.canvas.getContext("2d");
    const { clientWidth: width, clientHeight } = this.frame;
    if (pen === null || width === 0) return;
    const height = Math.max(clientHeight, this.picture?.heightMin ?? 0); // the frame scrolls
    this.canvas.style.height = `${height}px`;
    const ratio = window.devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = `14px ${getComputedStyle(this.canvas).fontFamily}`;
    if (this.wide || this.review === null) {
      this.picture?.draw(pen, width, height, this.cursors[0] ?? null);
      this.drawStays(pen, height);
      this.measures.replaceChildren();
      this.numbersThen();
      return;
    }
    const each = height / Math.max(1, this.strips.length);
    this.seconds(pen, height);
    this.strips.forEach((strip, i) => this.drawStrip(pen, strip, i * each, each));
    this.drawStays(pen, height);
    this.drawCursors(pen, height);
    this.measure();
  }

  /** drawStays draws a line where another stay began, and names what is on each side of it. */
  private drawStays(pen: CanvasRenderingContext2D, height: number): void {
    const borders = bordersOf(this.stays);
    for (const at of borders) border(pen, this.x(at), height);
    if (borders.length === 0) return;
    this.stays.forEach((stay, i) => {
      const left = Math.max(labelWidth, this.x(borders[i - 1] ?? this.from));
      const right = this.x(borders[i] ?? this.from + this.span);
      const text = numberText(stay);
      if (right - left > pen.measureText(text).width + 16) tag(pen, text, left, height - 27);
    });
  }

  private seconds(pen: CanvasRenderingContext2D, height: number): void {
    pen.strokeStyle = "#2a2f34";
    const step = this.span > 30 ? 5 : 1;
    pen.beginPath();
    for (let at = Math.ceil(this.from / step) * step; at < this.from + this.span; at += step) {
      pen.moveTo(this.x(at), 0);
      pen.lineTo(this.x(at), height);
    }
    pen.stroke();
  }

  private drawStrip(pen: CanvasRenderingContext2D, strip: Strip, top: number, height: number): void {
    pen.fillStyle = strip.color;
    pen.fillText(visible(strip.label).slice(0, 16), 4, top + 18);
    pen.fillStyle = "#a0a9b1";
    pen.fillText(`${amountOf(strip.high)} ${unitText(strip.unit)}`, 4, top + 36);
    pen.fillText(amountOf(strip.low), 4, top + height - 6);
    const rise = (height - 8) / (strip.high - strip.low);
    pen.lineWidth = 1.5;
    const y = (value: number): number => Math.min(top + height - 2, Math.max(top + 2, top + height - 4 - (value - strip.low) * rise));
    for (const [channel, first, rate, samples, validity] of this.review?.waves ?? []) {
      if (channel !== strip.channel) continue;
      for (const { begin, end, doubted } of stretchesOf(this.doubts, strip.device, { first, rate, count: samples.length })) {
        const plain = isPlain(validity, doubted);
        pen.strokeStyle = plain ? strip.color : silentColor;
        pen.setLineDash(plain ? [] : [3, 4]);
        this.line(pen, samples.slice(begin, end).map((value, i) => [this.x(first + (begin + i) / rate), value === null ? null : y(value)]));
        const [left, right] = [this.x(first + begin / rate), this.x(first + end / rate)];
        const word = waveDoubt(validity, doubted);
        if (right > labelWidth && word !== "" && left < this.frame.clientWidth) tag(pen, word, Math.max(labelWidth, left), top);
      }
    }
    pen.setLineDash([]);
  }

  /** line draws points inside the frame; null breaks it. */
  private line(pen: CanvasRenderingContext2D, points: readonly (readonly [x: number, y: number | null])[]): void {
    pen.beginPath();
    let open = false;
    for (const [x, y] of points) {
      const inside = y !== null && x >= labelWidth && x <= this.frame.clientWidth;
      if (inside && open) pen.lineTo(x, y);
      else if (inside) pen.moveTo(x, y);
      open = inside;
    }
    pen.stroke();
  }

  private drawCursors(pen: CanvasRenderingContext2D, height: number): void {
    this.cursors.forEach((at, i) => {
      pen.strokeStyle = "#ffffff";
      pen.fillStyle = "#ffffff";
      pen.beginPath();
      pen.moveTo(this.x(at), 0);
      pen.lineTo(this.x(at), height);
      pen.stroke();
      pen.fillText(i === 0 ? "A" : "B", this.x(at) + 4, 16);
    });
  }

  /** numbersThen writes what each number was at the last cursor, else at the end; of an overview between what it was. */
  private numbersThen(): void {
    if (this.picture !== null) {
      const at = this.cursors[0] ?? null;
      const whole = at === null && this.stays.length > 1; // of several patients there is no one range
      const known = !whole && (at === null || (at >= this.read.from && at <= this.read.to)); // not while another time is read
      const rows = (known ? this.picture.numbersAt(at, this.stays) : []).map(({ label, text, doubt }) => h("li", { "data-doubt": doubt }, h("span", {}, label), h("strong", {}, doubt === "" ? text : `${text} ${say(`doubt_${doubt}`)}`)));
      setText(this.numbersHead, at === null ? say("review_between") : say("review_numbers", { time: clock(at) }));
      this.numbers.replaceChildren(...(rows.length > 0 ? rows : [h("li", { class: "none" }, say(whole ? "stays_several" : "no_value"))]));
      return;
    }
    const at = this.cursors[this.cursors.length - 1] ?? this.read.to;
    const last = new Map<number, Review["numerics"][number]>();
    const begun = this.stays.length > 1 ? (stayAt(this.stays, at)?.from ?? 0) : 0; // what was before is another patient's
    for (const numeric of at <= this.read.to ? (this.review?.numerics ?? []) : []) if (numeric[1] <= at && numeric[1] >= begun) last.set(numeric[0], numeric);
    const rows = [...last.values()].flatMap(([index, when, value, validity]) => {
      const channel = this.review?.channels[index];
      if (channel === undefined) return [];
      const none = value === null || validity === "invalid" || validity === "missing" || validity === "calibrating";
      const doubt = !none && inDoubt(this.doubts, channel.device, when) ? "device" : validity === "valid" ? "" : validity;
      const asks = doubt === "device" || doubt === "questionable" || doubt === "unconfirmed" ? "?" : "";
      const text = none ? "– – –" : `${amount(value, measured(channel).quantity, channel.unit)}${asks} ${unitOf(channel)}`;
      return [h("li", { "data-doubt": doubt }, h("span", {}, visible(labelThen(channel, this.review))), h("strong", {}, doubt === "" ? text : `${text} ${say(`doubt_${doubt}`)}`), h("span", { class: "muted" }, clock(when)))];
    });
    setText(this.numbersHead, say("review_numbers", { time: clock(at) }));
    this.numbers.replaceChildren(...(rows.length > 0 ? rows : [h("li", { class: "none" }, say("no_value"))]));
  }

  /** measure writes times, their distance as a rate, and each wave's height between the cursors. */
  private measure(): void {
    this.numbersThen();
    const [a, b] = this.cursors;
    if (a === undefined) {
      this.measures.replaceChildren();
      return;
    }
    const time = (at: number): string => `${clock(at)}${(at % 1).toFixed(2).slice(1).replace(".", language() === "fr" ? "," : ".")}`;
    const delta = b === undefined ? 0 : Math.abs(b - a);
    const head = b === undefined ? say("review_one", { a: time(a) }) : say("review_cursors", { a: time(a), b: time(b), delta: decimals(delta), rate: delta > 0 ? String(Math.round(60 / delta)) : "—" });
    const rows = this.strips.map((strip) => {
      const sa = this.sampleAt(strip, a);
      const sb = b === undefined ? null : this.sampleAt(strip, b);
      const text = (value: number | null): string => (value === null ? say("no_value") : amountOf(value));
      const difference = sb !== null && sa.value !== null && sb.value !== null ? ` · Δ ${amountOf(sb.value - sa.value)} ${unitText(strip.unit)}` : "";
      const doubt = [...new Set([sa.doubt, sb?.doubt ?? ""])].filter((word) => word !== "").map((word) => ` · ${word}`).join("");
      return h("li", {}, `${visible(strip.label)} : A ${text(sa.value)}${sb === null ? "" : ` · B ${text(sb.value)}`}${difference}${doubt}`);
    });
    const two = b !== undefined && stayAt(this.stays, a) !== stayAt(this.stays, b) ? [h("li", { class: "review-head" }, say("stays_differ"))] : [];
    this.measures.replaceChildren(h("li", { class: "review-head" }, head), ...two, ...rows);
  }
}

/** labelThen is what a channel of the past is called, as on the bed's page. */
function labelThen(channel: Review["channels"][number], review: Review | null): string {
  return labelOf(channel, review?.channels.filter((other) => other.kind === channel.kind));
}

function decimals(value: number): string {
  return decimal(value, language(), { least: 2, most: 2 });
}

function amountOf(value: number): string {
  return Math.abs(value) >= 20 ? decimal(value, language(), { most: 0 }) : decimals(value);
}
