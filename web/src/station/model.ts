// SPDX-License-Identifier: Apache-2.0
// What the station says, as it says it (src/bedside/view.h). Times are seconds since 1970 UTC, ages and spans are seconds, a
// value that is not there is null. Not for words: those are in words.ts.

export type Priority = "none" | "low" | "medium" | "high";
export type Kind = "physiological" | "technical";
export type Origin = "device" | "limit" | "station";
export type Validity = "valid" | "questionable" | "calibrating" | "invalid" | "missing" | "demo" | "unconfirmed";
export type Protocol = "sdc" | "hl7" | "intellivue";

export interface Patient {
  identifier: string;
  family: string;
  given: string;
  born: string;
}

export interface Channel {
  device: string;
  handle: string;
  code: number; // MDC, 0 when the device gave none
  label: string;
  unit: string; // UCUM
  group?: string; // what of the device it stands in, a line or a sensor; not said of the past
}

export interface Numeric extends Channel {
  value: number | null;
  validity: Validity;
  age: number;
  carried: boolean; // from before its device's link was cut, and not again since
}

export interface Wave extends Channel {
  id: number; // of its samples in the binary messages
  link: number;
  rate: number;
  validity: Validity;
}

export interface Limit {
  code: number;
  unit: string;
  low: number | null;
  high: number | null;
  priority: Priority;
}

export interface Bed {
  bed: string;
  patient: Patient | null;
  seen: string; // stands for who is placed here, said back by whoever changes that
  more: number; // open alarms of this bed that are not in `alarms`
  devices: string[];
  numerics: Numeric[];
  waves: Wave[];
  limits: Limit[];
}

export interface Alarm {
  alarm: number;
  bed: string;
  device: string;
  origin: Origin;
  condition: string;
  priority: Priority;
  gravest: Priority; // that nobody has acknowledged
  times: number; // raised since somebody acknowledged it
  former: boolean; // ended before another patient was placed in this bed
  kind: Kind;
  code: number;
  text: string;
  raised: number;
  ended: number | null;
  present: boolean;
  level: number;
  acknowledged: number | null; // null: it wants an answer
  answered: number | null; // by somebody the last time, whatever came after
  by: string;
  silent_until: number | null;
  audible: boolean;
  silenced: boolean; // its sound is stopped at the bedside
  unconfirmed: number | null; // since when its device is heard without a word about it
}

export interface Trouble {
  code: string;
  text: string;
  remedy: string;
}

export interface Device {
  device: string;
  protocol: Protocol;
  address: string;
  maker: string;
  model: string;
  serial: string;
  bed_label: string;
  bed: string;
  former_bed: string; // that station.toml does not name any more, until a person places the device
  seen: string; // stands for what it says of itself and its patient, and where it stands, said back by whoever places it
  doubted: boolean;
  /** The address of who says that it is this device and was confirmed by nobody; of both where nobody confirmed either. */
  claimed: string | null;
  link: number | null;
  live: boolean;
  age: number | null;
  silence: number | null;
  pause: number | null; // so long it says no value, at most, unless it says less than it does else
  clock_ahead: number | null;
  patient: Patient | null;
  trouble: Trouble | null;
  beyond: number;
  gave_way: number; // values and traces from before a cut that are not missed any more, for want of room
}

export interface View {
  type: "station";
  at: number;
  unit: string;
  names: "full" | "initials" | "none";
  families: Protocol[]; // that the station listens for
  signal: { priority: Priority; alarm: number; audible: number; paused: number; until: number | null };
  sound: { works: boolean; detail: string };
  change: number; // of the last change of an alarm, said back by whoever pauses the sound
  beds: Bed[];
  alarms: Alarm[];
  alarms_more: number;
  devices: Device[];
}

export type Message = View | { type: "beat" | "recent" | "entries"; at?: number };

/** A Stay is a time in which one person lay in a bed, or nobody was recorded there (patient: null). */
export interface Stay {
  stay: number | null; // of the bed's placement that began it; null: what was then is not known any more
  from: number | null; // null: before the first that is known
  patient: Patient | null;
}

/** A Review is what the recorder kept of one bed in a span of time. */
export interface Review {
  channels: (Channel & { rate: number; kind: "wave" | "numeric" })[];
  numerics: [channel: number, at: number, value: number | null, validity: Validity, measured: number | null][];
  waves: [channel: number, firstAt: number, rate: number, samples: (number | null)[], validity: Validity][];
  alarms: Alarm[];
  alarms_whole?: boolean; // false: there were more
  stays: Stay[]; // whose it is, in their order
}

/** A Lane is one channel of an Overview, in columns of equal time. */
export interface Lane {
  channel: Channel & { rate: number; kind: "wave" | "numeric" };
  low: (number | null)[];
  high: (number | null)[];
  held: string; // a letter for each column: " " nothing came, "-" there was no value, "~" a part is missing, "#" whole
  doubts: [column: number, validity: Validity][]; // what is not plainly valid
}

/** An Overview is what the recorder kept of one bed in hours: of each channel the lowest and the highest in each column. */
export interface Overview {
  lanes: Lane[];
  alarms: Alarm[];
  alarms_whole?: boolean; // false: there were more
  stays: Stay[]; // whose it is, in their order
}
