// SPDX-License-Identifier: Apache-2.0
// The last seconds of each wave, by sample index, and the station's time beside this browser's.

import type { Block, Samples } from "./samples";
import type { View, Wave } from "./model";
import { spanMin } from "./quantities";

const keptSeconds = 30; // a sweep of the widest screen at 25 mm/s, and some
const rateMax = 4096;
const jumpMax = 0.5; // seconds: samples further from where they should be begin anew
const follow = 0.02; // how fast the time of an index follows what is told
const marginSeconds = 0.05;
const delayMin = 0.1;
const delayMax = 2.5;
const delayDecay = 0.98; // with each second
const usualShare = 0.25; // of the height that a wave without a unit usually has: the least that it is stretched over
const usualFall = 0.9995; // of that height, with each look
const usualRise = 1.02; // one bad sample stands in no more than sixty looks, and leaves that height as it is, near enough
const usualLooks = 121; // at first: so more than half of them are without that sample, whenever it came

/** StationClock follows the station's time: messages are late, never early. */
export class StationClock {
  private ahead = Number.NEGATIVE_INFINITY; // of performance.now(), in seconds

  note(at: number): void {
    const seen = at - performance.now() / 1000;
    const stepped = Math.abs(seen - this.ahead) > 1;
    this.ahead = stepped ? seen : Math.max(seen, this.ahead - 0.0005);
  }

  now(): number {
    return this.ahead + performance.now() / 1000;
  }
}

/** Pace is how far behind the station's time one link has to be drawn, so that its messages come before they are needed. */
class Pace {
  delay = delayMin;
  private needed = 0; // station time of the last need

  need(seconds: number, now: number): void {
    const decayed = this.delay * delayDecay ** Math.max(0, now - this.needed);
    this.needed = now;
    this.delay = Math.min(delayMax, Math.max(delayMin, seconds + marginSeconds, decayed));
  }
}

/** Scale is the height of a wave: what its lowest and its highest line stand for. */
export interface Scale {
  low: number;
  high: number;
}

/** Trace is one wave: a ring of its last samples. The time of sample i is zero + i / rate. */
export class Trace {
  private ring: Float32Array;
  zero = 0;
  next = -1; // the index after the last sample; −1: none yet
  first = 0; // the index of the first one kept
  epoch = 0; // counts beginnings
  scale: Scale = { low: 0, high: 1 };
  scaled = 0; // counts changes of the scale
  private usual = 0; // its height, as it usually is
  private readonly seen: number[] = []; // its heights at first

  constructor(
    public wave: Wave,
    readonly pace: Pace,
  ) {
    this.ring = new Float32Array(Math.ceil(Math.min(rateMax, Math.max(1, wave.rate)) * keptSeconds));
  }

  get rate(): number {
    return this.wave.rate;
  }

  add(block: Block, now: number): void {
    const count = block.samples.length;
    if (count === 0 || !(this.rate > 0)) return;
    const zero = block.at - (block.first + count - 1) / this.rate;
    const end = block.first + count;
    const goesOn = this.next >= 0 && Math.abs(zero - this.zero) < jumpMax && end > this.next && block.first < this.next + this.ring.length;
    if (this.next >= 0 && !goesOn && end <= this.next && Math.abs(zero - this.zero) < jumpMax) return; // said again
    if (goesOn) {
      this.pace.need(now - this.timeOf(this.next - 1), now);
      this.zero += (zero - this.zero) * follow;
      for (let i = this.next; i < block.first; i += 1) this.put(i, Number.NaN);
    } else {
      this.zero = zero;
      this.first = block.first;
      this.epoch += 1;
    }
    for (let i = Math.max(0, count - this.ring.length); i < count; i += 1) this.put(block.first + i, block.samples[i] ?? Number.NaN);
    this.next = end;
    this.first = Math.max(this.first, end - this.ring.length);
  }

  timeOf(index: number): number {
    return this.zero + index / this.rate;
  }

  indexAt(time: number): number {
    return Math.floor((time - this.zero) * this.rate);
  }

  /** at gives a sample, NaN where there is none. */
  at(index: number): number {
    if (index < this.first || index >= this.next) return Number.NaN;
    return this.ring[index % this.ring.length] ?? Number.NaN;
  }

  /** fit looks at what is drawn and changes the scale where the wave leaves it or fills too little of it. */
  fit(from: number): void {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = Math.max(this.first, this.indexAt(from)); i < this.next; i += 1) {
      const value = this.at(i);
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high < low) return;
    this.look(high - low);
    const least = spanMin(this.wave) || this.usual * usualShare;
    const span = this.scale.high - this.scale.low;
    const wanted = Math.max((high - low) * 1.3, least);
    const fits = low >= this.scale.low && high <= this.scale.high && wanted > span * 0.4;
    if (fits && this.scaled > 0) return;
    const next = niceSpan(wanted === 0 ? 1 : wanted);
    const step = next / 16;
    const middle = Math.round((low + high) / 2 / step) * step;
    const scale = { low: middle - next / 2, high: middle + next / 2 };
    if (this.scaled > 0 && scale.low === this.scale.low && scale.high === this.scale.high) return;
    this.scale = scale;
    this.scaled += 1;
  }

  /** look learns the usual height: what half of the first ones exceed, then slowly, so that no spike makes a wave look flat that is not. Until then it is that of now. */
  private look(height: number): void {
    if (this.seen.length >= usualLooks) {
      this.usual = Math.max(this.usual * usualFall, Math.min(height, this.usual * usualRise));
      return;
    }
    this.usual = height;
    if (height > 0 && this.seen.push(height) === usualLooks) this.usual = this.seen.sort((a, b) => a - b)[(usualLooks - 1) / 2] ?? height;
  }

  private put(index: number, value: number): void {
    this.ring[index % this.ring.length] = value;
  }
}

/** niceSpan rounds up to 1, 1.5, 2, 3, 5, 7.5 times a power of ten, so that a scale seldom changes. */
export function niceSpan(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span));
  const factor = [1, 1.5, 2, 3, 5, 7.5, 10].find((f) => f * power >= span) ?? 10;
  return factor * power;
}

/** TraceBook keeps the trace of every wave that the view names. */
export class TraceBook {
  readonly clock = new StationClock();
  private traces = new Map<number, Trace>();
  private readonly paces = new Map<number, Pace>();

  take(view: View): void {
    const kept = new Map<number, Trace>();
    const links = new Set<number>();
    for (const bed of view.beds) {
      for (const wave of bed.waves) {
        links.add(wave.link);
        let pace = this.paces.get(wave.link);
        if (pace === undefined) this.paces.set(wave.link, (pace = new Pace()));
        const before = this.traces.get(wave.id);
        const same = before !== undefined && before.rate === wave.rate;
        const trace = same ? before : new Trace(wave, pace);
        trace.wave = wave;
        kept.set(wave.id, trace);
      }
    }
    for (const link of this.paces.keys()) if (!links.has(link)) this.paces.delete(link);
    this.traces = kept;
  }

  add(samples: Samples): void {
    this.clock.note(samples.at);
    const now = this.clock.now();
    for (const block of samples.blocks) this.traces.get(block.wave)?.add(block, now);
  }

  trace(id: number): Trace | undefined {
    return this.traces.get(id);
  }

  /** forget drops every sample: what was drawn before a loss must not come back as if it were of now. */
  forget(): void {
    this.traces.clear();
  }
}
