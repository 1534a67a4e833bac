// SPDX-License-Identifier: Apache-2.0
// Waves as a bedside monitor draws them: one canvas for the whole page, on which each wave runs from left to right behind an
// erase bar. A frame draws the new samples and wipes the bar, nothing else, and waits until they go on by a pixel: a frame that
// changes less costs the browser as much. A flat line is flat, a gap stays empty.

import type { Trace, TraceBook } from "./trace";

export const pixelsPerMm = 96 / 25.4; // a CSS pixel is 1/96 inch
const barPixels = 14;
const fitEverySeconds = 0.5;
const lineWidth = 1.6;
const edge = 1; // pixels at both ends of a lane that stay free: its line has round caps, and only the lane is wiped
const pixelMin = 1; // by which the fastest wave goes on from one frame to the next

export interface Place {
  node: HTMLElement; // the empty box that the wave is drawn over
  wave: number;
  color: string;
  mmPerSecond: number;
}

interface Lane extends Place {
  left: number;
  top: number;
  width: number;
  height: number;
  until: number; // station time up to which it is drawn
  drawn: number; // index of the last sample drawn
  trace: Trace | null;
  epoch: number;
  scaled: number;
}

export class Sweep {
  readonly canvas = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D;
  private lanes: Lane[] = [];
  private fitted = 0;
  private drew = 0; // station time of the last frame
  private running = true;

  constructor(
    private readonly host: HTMLElement,
    private readonly book: TraceBook,
  ) {
    this.canvas.className = "sweep";
    this.canvas.setAttribute("aria-hidden", "true");
    const pen = this.canvas.getContext("2d");
    if (pen === null) throw new Error("no canvas");
    this.pen = pen;
    new ResizeObserver(() => this.layout()).observe(host);
  }

  /** show says which waves are drawn where, from now on. */
  show(places: readonly Place[]): void {
    const before = new Map(this.lanes.map((lane) => [lane.node, lane]));
    const same = places.length === this.lanes.length && places.every((place) => {
      const lane = before.get(place.node);
      return lane !== undefined && lane.wave === place.wave && lane.color === place.color && lane.mmPerSecond === place.mmPerSecond;
    });
    if (same) {
      if (this.lanes.some((lane) => this.moved(lane))) this.layout();
      return;
    }
    this.lanes = places.map((place) => ({
      ...place, left: 0, top: 0, width: 0, height: 0, until: 0, drawn: -1, trace: null, epoch: -1, scaled: -1,
    }));
    this.layout();
  }

  private boxOf(place: Place): { left: number; top: number; width: number; height: number } {
    const home = this.host.getBoundingClientRect();
    const box = place.node.getBoundingClientRect();
    return {
      left: Math.round(box.left - home.left + this.host.scrollLeft),
      top: Math.round(box.top - home.top + this.host.scrollTop),
      width: Math.floor(box.width),
      height: Math.floor(box.height),
    };
  }

  private moved(lane: Lane): boolean {
    const box = this.boxOf(lane);
    return box.left !== lane.left || box.top !== lane.top || box.width !== lane.width || box.height !== lane.height;
  }

  /** layout measures every place anew and draws what is known of it. */
  layout(): void {
    const ratio = window.devicePixelRatio;
    const width = Math.round(this.host.clientWidth * ratio);
    const height = Math.round(this.host.scrollHeight * ratio);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${width / ratio}px`;
      this.canvas.style.height = `${height / ratio}px`;
    }
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.drew = 0;
    for (const lane of this.lanes) {
      Object.assign(lane, this.boxOf(lane));
      lane.until = 0;
    }
  }

  /** run goes on, or wipes everything and stands still. */
  run(running: boolean): void {
    if (running === this.running) return;
    this.running = running;
    this.layout();
  }

  frame(): void {
    if (!this.running || this.lanes.length === 0) return;
    const now = this.book.clock.now();
    const fastest = Math.max(...this.lanes.map((lane) => lane.mmPerSecond)) * pixelsPerMm;
    if (now >= this.drew && (now - this.drew) * fastest < pixelMin) return;
    this.drew = now;
    const fit = now - this.fitted > fitEverySeconds || now < this.fitted;
    if (fit) this.fitted = now;
    for (const lane of this.lanes) {
      const trace = this.book.trace(lane.wave) ?? null;
      if (trace === null || lane.width < 8 || !Number.isFinite(now)) {
        if (lane.trace !== null) this.wipe(lane, 0, lane.width);
        lane.trace = null;
        lane.until = 0;
        continue;
      }
      const seconds = lane.width / (lane.mmPerSecond * pixelsPerMm);
      const time = now - trace.pace.delay;
      if (fit && trace.next >= 0) trace.fit(time - seconds);
      const fresh = lane.trace !== trace || lane.scaled !== trace.scaled || lane.until === 0 || time - lane.until > seconds / 2;
      if (fresh) this.whole(lane, trace, time, seconds);
      else this.more(lane, trace, time, seconds);
    }
  }

  private whole(lane: Lane, trace: Trace, time: number, seconds: number): void {
    this.wipe(lane, 0, lane.width);
    lane.trace = trace;
    lane.scaled = trace.scaled;
    lane.epoch = trace.epoch;
    const bar = barPixels / (lane.mmPerSecond * pixelsPerMm);
    this.stroke(lane, trace, Math.max(trace.first, trace.indexAt(time - seconds + bar)), trace.indexAt(time), seconds);
    lane.until = time;
  }

  private more(lane: Lane, trace: Trace, time: number, seconds: number): void {
    if (time <= lane.until) return;
    const speed = lane.width / seconds;
    const from = (lane.until % seconds) * speed + barPixels;
    this.wipe(lane, from, (time - lane.until) * speed + 1);
    if (trace.epoch !== lane.epoch) {
      lane.epoch = trace.epoch;
      lane.drawn = trace.first - 1;
    }
    this.stroke(lane, trace, lane.drawn, trace.indexAt(time), seconds);
    lane.until = time;
  }

  /** wipe clears `width` pixels from x on, around the right edge; whole pixels, since half of one would leave its other half. */
  private wipe(lane: Lane, x: number, width: number): void {
    const from = Math.floor(x);
    const wide = Math.min(lane.width, Math.ceil(x + width) - from);
    const left = from % lane.width;
    const here = Math.min(wide, lane.width - left);
    this.pen.clearRect(lane.left + left, lane.top, here, lane.height);
    if (here < wide) this.pen.clearRect(lane.left, lane.top, wide - here, lane.height);
  }

  /** stroke draws from one sample to another, both included; a sample that is not there breaks the line. */
  private stroke(lane: Lane, trace: Trace, from: number, to: number, seconds: number): void {
    const pen = this.pen;
    const speed = lane.width / seconds;
    const { low, high } = trace.scale;
    const rise = (lane.height - 4) / (high - low);
    const floor = lane.top + lane.height - 2;
    const last = Math.min(to, trace.next - 1);
    pen.beginPath();
    pen.strokeStyle = lane.color;
    pen.lineWidth = lineWidth;
    pen.lineJoin = "round";
    pen.lineCap = "round";
    let open = false;
    let before = 0;
    for (let i = Math.max(from, trace.first); i <= last; i += 1) {
      const value = trace.at(i);
      if (Number.isNaN(value)) {
        open = false;
        continue;
      }
      const x = Math.min(lane.width - edge, Math.max(edge, (trace.timeOf(i) % seconds) * speed));
      const y = Math.min(floor, Math.max(lane.top + 2, floor - (value - low) * rise));
      if (!open || x < before) pen.moveTo(lane.left + x, y);
      pen.lineTo(lane.left + x, y);
      open = true;
      before = x;
    }
    pen.stroke();
    if (last >= from) lane.drawn = last;
    else if (lane.drawn > trace.next || lane.drawn < 0) lane.drawn = last;
  }
}
