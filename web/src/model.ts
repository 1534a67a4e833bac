// SPDX-License-Identifier: Apache-2.0
// What the server says, as it says it. Times are seconds since 1970 UTC. Not for words: those are in words.ts.

export type Mode = "watch" | "guard" | "island";
export type Level = "quiet" | "suspect" | "infected";
export type CutState =
  | "decided"
  | "applied"
  | "holds"
  | "unproven"
  | "failed"
  | "rehearsed"
  | "lifted"
  | "expired"
  | "lifting"
  | "withheld";

export interface Source {
  kind: "live" | "replay" | "none";
  name: string;
  packets: number;
  drops: number;
  gaps: number;
}

export interface ProcessState {
  name: string;
  state: "up" | "down";
  since: number;
  detail?: { fr: string; en: string }; // what it does not do, or did not agree with, though it is up
}

/** lateLiftingS: a cut that is being lifted for longer does not come off by itself. */
const lateLiftingS = 10;

/** isStuck says that a person wanted a cut lifted, and it is in place all the same. */
export function isStuck(cut: Cut, now: number): boolean {
  return cut.state === "lifting" && now - cut.changed > lateLiftingS;
}

export interface Headline {
  level: "calm" | "suspect" | "attack" | "contained";
  host: string;
  share: string;
  files: number;
}

export interface Host {
  host: string;
  name: string;
  mac: string;
  role: string;
  protected: boolean;
  level: Level;
  users: string[];
  score: number;
  files_touched: number;
  first_seen: number;
  last_seen: number;
}

export interface Look {
  look: string;
  finding: string;
  detail: string;
}

export interface Evidence {
  sequence: number;
  ts: number;
  kind: string;
  path: string;
  new_path?: string;
  llr: number;
  score: number;
  confirmed: boolean;
  user: string;
  looks: Look[];
}

export interface Verdict {
  sequence: number;
  ts: number;
  host: string;
  level: Level;
  score: number;
  threshold: number;
  files_touched: number;
  rule: string;
  evidence: Evidence[];
}

/** Names are what people call a host by; empty where nobody declared it. */
export interface Names {
  name: string;
  role: string;
  unit: string;
}

export interface Cut extends Partial<Names> {
  id: string;
  sequence: number;
  verdict: number;
  host: string; // its address; of a border none
  key?: string; // of the line that it carries out; empty: a first answer to a verdict
  action: string;
  means: readonly string[];
  macs: string[];
  ips: string[];
  users: string[]; // who is refused where he comes from, by end_sessions
  decided: number;
  until: number;
  state: CutState;
  changed: number; // when it came into this state, or into this detail
  detail: string | { fr: string; en: string };
  drops: number;
  can_roll_back: boolean;
}

export type LineState = "cut" | "waits" | "advised" | "withheld";

export interface PlanLine extends Partial<Names> {
  key: string; // what is done to what, the same in every plan
  action: string;
  subject: string;
  state: LineState;
  harm: number; // patient-hours
  saves?: number | null; // patient-hours that would also be lost without it; null: not known
  saved?: { fr: string[]; en: string[] };
  by_hand?: boolean; // no enforcer carries it out: a person must
  needs: string[];
  care: { fr: string[]; en: string[] };
  why: { fr: string; en: string };
  one_sided?: boolean; // it rests on a suspicion that no server's answers confirm
  approval: { id: string; digest: string; given: string[]; open: boolean; until: number } | null;
}

/** waitsFor gives what a line waits for, while somebody can still answer. */
export function waitsFor(line: PlanLine): NonNullable<PlanLine["approval"]> | null {
  return line.state === "waits" && line.approval?.open === true ? line.approval : null;
}

/** Hand is what a person says they did, or undid not yet, by hand. */
export interface Hand {
  key: string;
  by: string;
  at: number;
  until: number; // when a cut would end, and a person is asked whether it is still in place
  remark: string;
}

/** Unneeded is what is in force and saves nothing any more. */
export interface Unneeded extends Partial<Names> {
  cut: string; // its id; empty: done by hand
  key: string;
  harm: number; // patient-hours that care gets back
}

/** PlanHarm: cut and left add up line by line; together counts once what two lines end, and compares with the others. */
export interface PlanHarm {
  cut: number;
  left: number;
  together: number | null; // null: a plan that an older version made
}

export interface Plan {
  id: string; // empty: nothing had to be planned yet
  frozen: boolean;
  frozen_by: string;
  budget: number;
  budget_left: number;
  lone_left: number; // patient-hours that may still be cut on one person's word each
  harm?: PlanHarm & { nothing: number; infected: number; all: number };
  lines: PlanLine[];
  lines_more?: number;
  before?: { at: number; harm: PlanHarm; added: string[]; done?: string[]; gone: string[] }; // the plan before it
  by_hand?: Hand[];
  no_longer_needed?: Unneeded[];
  overruled: { key: string; wish: string; by: string; reason: string }[];
}

/** MarkedCut: its id, or empty for what was done by hand; the key of a line of a plan, or empty for a first answer. */
export interface MarkedCut {
  id: string;
  state: CutState | "by_hand";
  action: string;
  key: string;
}

/** What of one host or network is not quiet now. Names are those of the estate. */
export interface NetworkMark {
  host?: string;
  network?: string;
  level?: Level;
  one_sided?: boolean; // suspected on frames that no server confirmed
  verdict?: number; // its entry in the logbook
  cuts?: MarkedCut[]; // not over
  lines?: { key: string; state: LineState }[];
}

export interface NetworkNow {
  revision: string; // of the estate that can be read; empty: none
  counts: Record<"infected" | "suspect" | "holds" | "unproven" | "pending" | "rehearsed" | "waits" | "advised" | "by_hand", number>;
  marks: NetworkMark[];
  marks_more: number;
}

export interface Situation {
  type: "situation";
  box: string;
  version: string;
  sequence: number;
  at: number;
  mode: Mode;
  mode_chosen?: { by: string; at: number; reason: string }; // by nobody: as configured, since the start
  source: Source;
  trouble: string; // why the logbook cannot be written, empty when it can
  clock_ahead_s: number; // by how much the box's clock was set since the start
  clock_was_behind_s: number; // by how much it stood behind the logbook at the start
  processes: ProcessState[];
  headline: Headline;
  hosts: Host[];
  verdicts: Verdict[];
  cuts: Cut[];
  plan?: Plan;
  network?: NetworkNow;
}

export interface Entry {
  type: "entry";
  sequence: number;
  epoch: number;
  ts: number;
  kind: string;
  text: { fr: string; en: string };
  body: unknown;
}

export type Message =
  | Situation
  | { type: "recent" | "entries"; entries: Entry[] }
  | { type: "beat"; sequence: number; at: number };

/** States in which a cut is, as far as anybody knows, in force. */
export function inForce(cut: Cut): boolean {
  return cut.state === "applied" || cut.state === "holds" || cut.state === "unproven" || cut.state === "lifting";
}

/** States in which a cut is over, or never was one. */
export function isPast(cut: Cut): boolean {
  return cut.state === "lifted" || cut.state === "expired";
}

/** The cut of a host that says most about it now: one that is not over, else the latest. */
export function cutOf(situation: Situation, host: string): Cut | undefined {
  const cuts = situation.cuts.filter((cut) => cut.host === host).sort((a, b) => b.sequence - a.sequence);
  return cuts.find((cut) => !isPast(cut)) ?? cuts[0];
}
