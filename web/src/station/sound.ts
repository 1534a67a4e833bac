// SPDX-License-Identifier: Apache-2.0
// The browser's own sound beside the box's: the bursts of IEC 60601-1-8, for the priority that the station says sounds. What
// is silent, and for how long, the station alone decides. A browser makes no sound before somebody touches the page.

import type { Priority } from "./model";

interface Burst {
  starts: readonly number[]; // of each pulse, in seconds from the first
  pulse: number; // length of a pulse
  pitch: number; // fundamental, Hz
  every: number; // from the start of a burst to the next; 0: it is not repeated
}

/**
 * HIGH: ten pulses in groups of 3, 2, pause, 3, 2. MEDIUM: three. LOW: two, slowly. The box's own (src/bedside/burst.cpp): at one desk a
 * priority has one pattern.
 */
function high(): readonly number[] {
  const group = [0, 0.25, 0.5, 1, 1.25];
  return [...group, ...group.map((start) => start + 2.2)];
}
export const bursts: Record<Exclude<Priority, "none">, Burst> = {
  high: { starts: high(), pulse: 0.15, pitch: 550, every: 8 },
  medium: { starts: [0, 0.4, 0.8], pulse: 0.2, pitch: 440, every: 10 },
  low: { starts: [0, 0.4], pulse: 0.2, pitch: 330, every: 20 },
};
const gain = 0.6;
const calledGain = 1; // where the alarm calls whoever sits here
const edgeShare = 0.2; // rise and fall, of a pulse
const apartMin = 0.5; // seconds between a burst and one that begins before its time, as of the box (src/bedside/sounding.h)
export const harmonics = [0, 1, 1, 1, 1, 1]; // the fundamental and four above it

/** locked: nobody has touched the page yet. stuck: the browser has no output that takes sound. */
export type SoundState = "ready" | "locked" | "stuck";

export class Sound {
  private context: AudioContext | null = null;
  private pulses: OscillatorNode[] = [];
  private playing: Priority = "none";
  private alarm = 0;
  private call = 0;
  private nextBurst = 0; // performance.now() in seconds
  private began = 0; // likewise
  private clock = 0;
  private clockMovedAt = 0;

  /** unlock is called on a touch or a key: only then may a page make sound. */
  unlock(): void {
    this.context ??= new AudioContext();
    if (this.context.state !== "running") this.context.resume().catch(() => undefined); // stays locked, and the page says so
  }

  state(): SoundState {
    const context = this.context;
    if (context === null || context.state !== "running") return "locked";
    const now = performance.now() / 1000;
    if (context.currentTime !== this.clock || this.clockMovedAt === 0) {
      this.clock = context.currentTime;
      this.clockMovedAt = now;
    }
    return now - this.clockMovedAt > 2 ? "stuck" : "ready";
  }

  /**
   * play is called a few times a second with what sounds now; what is graver, or calls whoever sits here, begins a new burst at once, and so
   * does what is no alarm of the station. A new alarm of the same priority waits for the end of the burst under way, so that a flood of them
   * cuts no burst off.
   */
  play(priority: Priority, alarm: number, call = 0): void {
    const now = performance.now() / 1000;
    if (priority === "none") {
      this.silence();
      this.playing = "none";
      return;
    }
    const another = alarm !== this.alarm && this.takesUp(alarm, now);
    const other = priority !== this.playing || another || call > this.call;
    if (!other && (this.nextBurst === 0 || now < this.nextBurst)) return;
    if (other) this.silence();
    this.playing = priority;
    this.alarm = alarm;
    this.call = call;
    if (this.state() !== "ready") {
      this.nextBurst = now; // as soon as it may
      return;
    }
    const burst = bursts[priority];
    this.burst(burst);
    this.began = now;
    this.nextBurst = burst.every === 0 ? 0 : now + burst.every;
  }

  /** takesUp says whether another alarm of the priority that sounds begins a burst now; where a whole pulse is still to come it is heard by that, and taken as sounding. */
  private takesUp(alarm: number, now: number): boolean {
    const burst = this.playing === "none" ? undefined : bursts[this.playing];
    if (burst === undefined || alarm <= 0 || this.alarm <= 0) return true;
    const last = burst.starts[burst.starts.length - 1] ?? 0;
    const since = now - this.began;
    if (since < last) this.alarm = alarm;
    return since >= last + burst.pulse + apartMin;
  }

  private burst(burst: Burst): void {
    const context = this.context;
    if (context === null) return;
    const loudness = this.call > 0 ? calledGain : gain;
    const from = context.currentTime + 0.02; // once: it runs on
    const wave = context.createPeriodicWave(new Float32Array(harmonics), new Float32Array(harmonics.length));
    const edge = burst.pulse * edgeShare;
    for (const start of burst.starts) {
      const at = from + start;
      const volume = context.createGain();
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(loudness, at + edge);
      volume.gain.setValueAtTime(loudness, at + burst.pulse - edge);
      volume.gain.linearRampToValueAtTime(0, at + burst.pulse);
      const pulse = context.createOscillator();
      pulse.setPeriodicWave(wave);
      pulse.frequency.value = burst.pitch;
      pulse.connect(volume).connect(context.destination);
      pulse.start(at);
      pulse.stop(at + burst.pulse);
      this.pulses.push(pulse);
      pulse.onended = () => {
        this.pulses = this.pulses.filter((other) => other !== pulse);
        volume.disconnect();
      };
    }
  }

  private silence(): void {
    for (const pulse of this.pulses) {
      pulse.onended = null;
      pulse.disconnect();
    }
    this.pulses = [];
    this.nextBurst = 0;
  }
}
