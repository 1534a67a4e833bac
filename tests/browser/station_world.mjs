// SPDX-License-Identifier: Apache-2.0
// A unit as the station says it (src/bedside/view.h), and the waves of its monitors: what a test shows on the screens.

export const codes = {
  rate: 147842, saturation: 150456, systolic: 150037, diastolic: 150038, mean: 150039, cuffSystolic: 150021, cuffDiastolic: 150022, cuffMean: 150023,
  breath: 151562, temperature: 150364, carbon: 151728, ecg: 131330, ecgV: 131395, pleth: 150452, arterial: 150036, carbonWave: 151724, breathing: 151552,
};
const names = [
  ["MARTIN", "Jeanne"], ["DUPONT", "Yves"], ["BERNARD", "Awa"], ["PETIT", "Louis"], ["ROBERT", "Lucie"], ["RICHARD", "Omar"], ["DURAND", "Hélène"], ["LEFÈVRE-DESNOYERS", "Marie-Christine"],
];
const silence = 3;

/** pulse gives one beat's shape at phase 0…1. */
const shapes = {
  ecg: (p) => 0.12 * bell(p, 0.18, 0.03) - 0.12 * bell(p, 0.27, 0.008) + 1.1 * bell(p, 0.3, 0.01) - 0.25 * bell(p, 0.33, 0.01) + 0.28 * bell(p, 0.55, 0.05),
  pleth: (p) => 0.5 + 0.45 * bell(p, 0.35, 0.1) + 0.15 * bell(p, 0.6, 0.08),
  arterial: (p) => 68 + 54 * bell(p, 0.3, 0.09) + 16 * bell(p, 0.52, 0.1),
  carbon: (p) => (p > 0.1 && p < 0.5 ? 36 + 4 * p : 0),
  breathing: (p) => Math.sin(2 * Math.PI * p),
};
function bell(p, at, width) {
  return Math.exp(-(((p - at) / width) ** 2));
}

export const waveKinds = {
  ecg: { code: codes.ecg, label: "II", unit: "mV", rate: 250, shape: shapes.ecg, every: "beat" },
  ecgV: { code: codes.ecgV, label: "V5", unit: "mV", rate: 250, shape: (p) => 0.7 * shapes.ecg(p), every: "beat" },
  pleth: { code: codes.pleth, label: "Pleth", unit: "1", rate: 125, shape: shapes.pleth, every: "beat" },
  arterial: { code: codes.arterial, label: "ABP", unit: "mm[Hg]", rate: 125, shape: shapes.arterial, every: "beat" },
  carbon: { code: codes.carbonWave, label: "CO2", unit: "mm[Hg]", rate: 62.5, shape: shapes.carbon, every: "breath" },
  breathing: { code: codes.breathing, label: "Resp", unit: "Ohm", rate: 62.5, shape: shapes.breathing, every: "breath" },
};

export function numeric(device, handle, code, label, unit, value, more = {}) {
  return { device, handle, code, label, unit, value, validity: "valid", age: 0.4, carried: false, ...more };
}

/** A World is the state that the server tells; a test changes it as it likes. */
export class World {
  beds = [];
  alarms = [];
  devices = [];
  sound = { works: true, detail: "" };
  names = "full";
  families = ["hl7", "intellivue", "sdc"];
  unit = "Réanimation A";
  shapes = new Map(); // wave id → value of (seconds) instead of its kind's; NaN: no sample
  stays = new Map(); // bed → stays, in their order
  silent = new Set(); // devices that say nothing more, and since when

  static of(count, { waves = ["ecg", "pleth", "arterial", "breathing"] } = {}) {
    const world = new World();
    for (let i = 0; i < count; ++i) world.addBed(`R${i + 1}`, i, waves);
    return world;
  }

  addBed(bed, i, waves) {
    const device = `sdc:urn:uuid:0000-${bed}`;
    const [family, given] = names[i % names.length];
    const rate = 62 + ((i * 7) % 40);
    const d = (handle, code, label, unit, value, more) => numeric(device, handle, code, label, unit, value, more);
    this.devices.push({
      device, protocol: "sdc", address: `10.9.0.${10 + i}`, maker: "Dräger", model: "M540", serial: `DE${1000 + i}`, bed_label: bed, bed, former_bed: "", doubted: false, claimed: null,
      link: i + 1, live: true, age: 0.2, silence, clock_ahead: 0.3, patient: null, trouble: null, beyond: 0, gave_way: 0,
    });
    this.beds.push({
      bed,
      patient: { identifier: `80012${i}`, family, given, born: `19${40 + (i % 50)}-0${1 + (i % 9)}-12` },
      more: 0,
      devices: [device],
      numerics: [
        d("hr", codes.rate, "HR", "/min", rate), d("spo2", codes.saturation, "SpO2", "%", 93 + (i % 6)),
        d("s", codes.systolic, "ABPs", "mm[Hg]", 122), d("d", codes.diastolic, "ABPd", "mm[Hg]", 68), d("m", codes.mean, "ABPm", "mm[Hg]", 86),
        d("ns", codes.cuffSystolic, "NBPs", "mm[Hg]", 118, { age: 640 }), d("nd", codes.cuffDiastolic, "NBPd", "mm[Hg]", 66, { age: 640 }), d("nm", codes.cuffMean, "NBPm", "mm[Hg]", 83, { age: 640 }),
        d("rr", codes.breath, "RR", "/min", 12 + (i % 9)), d("t", codes.temperature, "Temp", "Cel", 36.4 + (i % 5) / 5), d("co2", codes.carbon, "etCO2", "mm[Hg]", 38),
      ],
      waves: waves.map((kind, k) => {
        const { code, label, unit, rate: hertz } = waveKinds[kind];
        return { id: i * 16 + k + 1, device, link: i + 1, handle: kind, code, label, unit, rate: hertz, validity: "valid" };
      }),
      limits: [],
    });
  }

  bed(name) {
    return this.beds.find((bed) => bed.bed === name);
  }

  device(bed) {
    return this.devices.find((device) => device.bed === bed);
  }

  number(bed, handle) {
    return this.bed(bed).numerics.find((n) => n.handle === handle);
  }

  raise(bed, priority, text, more = {}) {
    const at = Date.now() / 1000;
    const alarm = {
      alarm: 1 + Math.max(0, ...this.alarms.map((a) => a.alarm)), bed, device: this.device(bed)?.device ?? "", origin: "device", condition: text, priority, gravest: priority, times: 1, former: false,
      kind: "physiological", code: 0, text, raised: at, ended: null, present: true, level: 0, acknowledged: null, answered: null, by: "", silent_until: null, audible: true, silenced: false, unconfirmed: null, ...more,
    };
    this.alarms.push(alarm);
    return alarm;
  }

  /** mute lets the device of a bed fall silent, as the station tells it. */
  mute(bed) {
    const device = this.device(bed);
    Object.assign(device, { live: false, age: 8 });
    for (const n of this.bed(bed).numerics) n.age = 8;
    this.silent.add(device.device);
    return this.raise(bed, "medium", "silent", { origin: "station", condition: "silent", kind: "technical" });
  }

  view() {
    const at = Date.now() / 1000;
    const rank = { none: 0, low: 1, medium: 2, high: 3 };
    const audible = (a) => a.present && a.priority !== "none" && (a.silent_until ?? 0) <= at;
    const alarms = this.alarms.map((a) => ({ ...a, audible: audible(a) })).sort((a, b) => rank[b.priority] - rank[a.priority] || b.alarm - a.alarm);
    const sounding = alarms.filter(audible);
    const paused = alarms.filter((a) => a.present && !audible(a));
    const signal = {
      priority: sounding[0]?.priority ?? "none", alarm: sounding[0]?.alarm ?? 0, audible: sounding.length, paused: paused.length,
      until: paused.length === 0 ? null : Math.min(...paused.map((a) => a.silent_until)),
    };
    const beds = this.beds.map((bed) => ({ ...bed, seen: this.seenOfBed(bed.bed) }));
    const devices = this.devices.map((device) => ({ ...device, seen: this.seenOf(device) }));
    return { type: "station", at, unit: this.unit, names: this.names, families: this.families, signal, sound: this.sound, change: this.alarms.length, beds, alarms, alarms_more: 0, devices };
  }

  /** seenOf and seenOfBed give what stands for a device, and for who lies in a bed (src/app/station_seen.h). */
  seenOf({ device, address, serial, bed, bed_label, patient }) {
    return JSON.stringify([device, address, serial, bed, bed_label, patient]);
  }

  seenOfBed(name) {
    return JSON.stringify([name, this.bed(name)?.patient ?? null]);
  }

  /** changed says whether what a wish is about is not what was seen. */
  changed(path, { device, bed, seen, bed_seen }) {
    const differs = (said, now) => said !== undefined && said !== now;
    if (path === "/act/assign") return differs(seen, this.seenOf(this.devices.find((one) => one.device === device))) || differs(bed_seen, this.seenOfBed(bed));
    return (path === "/act/patient" || path === "/act/limit") && differs(seen, this.seenOfBed(bed));
  }

  /** wish does what a person asked for, as the station would. */
  wish(path, body) {
    const at = Date.now() / 1000;
    if (path === "/act/acknowledge") {
      const alarm = this.alarms.find((a) => a.alarm === body.alarm);
      if (alarm !== undefined) Object.assign(alarm, { acknowledged: at, answered: at, by: body.who === undefined ? "desk" : `desk (${body.who})`, silent_until: at + body.seconds });
    } else if (path === "/act/over") {
      Object.assign(this.alarms.find((a) => a.alarm === body.alarm), { present: false, acknowledged: at, answered: at, by: "desk", ended: at });
    } else if (path === "/act/take-off") {
      for (const bed of this.beds) bed.numerics = bed.numerics.filter((n) => n.device !== body.device || n.handle !== body.handle);
    } else if (path === "/act/pause") {
      for (const alarm of this.alarms) if ((body.bed === "" && body.unplaced !== true) || alarm.bed === body.bed) alarm.silent_until = at + body.seconds;
    } else if (path === "/act/assign") {
      const device = this.devices.find((d) => d.device === body.device);
      for (const bed of this.beds) bed.devices = bed.devices.filter((d) => d !== body.device);
      Object.assign(device, { bed: body.bed, doubted: false });
      this.bed(body.bed)?.devices.push(body.device);
    } else if (path === "/act/patient") {
      const bed = this.bed(body.bed);
      bed.patient = Object.values(body.patient).every((v) => v === "") ? null : body.patient;
      bed.limits = bed.limits.filter((limit) => body.limits_kept.includes(limit.code));
    } else if (path === "/act/limit") {
      const { code, unit, low, high, priority } = body;
      const limits = this.bed(body.bed).limits.filter((limit) => limit.code !== code);
      this.bed(body.bed).limits = low === null && high === null ? limits : [...limits, { code, unit, low, high, priority }];
    }
  }

  /** value gives a wave's sample at a time. */
  value(bed, wave, seconds) {
    const own = this.shapes.get(wave.id);
    if (own !== undefined) return own(seconds);
    const kind = waveKinds[wave.handle];
    const perMinute = kind.every === "beat" ? (bed.numerics.find((n) => n.handle === "hr")?.value ?? 60) : (bed.numerics.find((n) => n.handle === "rr")?.value ?? 15);
    return kind.shape((((seconds * perMinute) / 60) % 1 + 1) % 1);
  }

  /** samples gives a binary message with what came between two times. */
  samples(from, to) {
    const blocks = [];
    for (const bed of this.beds) {
      for (const wave of bed.waves) {
        if (this.silent.has(wave.device)) continue;
        const first = Math.ceil(from * wave.rate);
        const values = [];
        for (let i = first; i < to * wave.rate; ++i) values.push(this.value(bed, wave, i / wave.rate));
        if (values.length > 0) blocks.push({ id: wave.id, first, at: (first + values.length - 1) / wave.rate, values });
      }
    }
    const out = Buffer.alloc(12 + blocks.reduce((sum, b) => sum + 24 + 4 * b.values.length, 0));
    out.writeUInt8(1, 0);
    out.writeDoubleLE(to, 4);
    let place = 12;
    for (const { id, first, at, values } of blocks) {
      out.writeUInt32LE(id, place);
      out.writeUInt32LE(values.length, place + 4);
      out.writeBigUInt64LE(BigInt(first), place + 8);
      out.writeDoubleLE(at, place + 16);
      values.forEach((value, i) => out.writeFloatLE(value, place + 24 + 4 * i));
      place += 24 + 4 * values.length;
    }
    return out;
  }

  /** review gives what a recorder would have kept of a bed. */
  review(name, from, to, withWaves) {
    const bed = this.bed(name);
    const channels = [
      ...bed.numerics.map(({ device, handle, code, label, unit }) => ({ device, handle, code, label, unit, rate: 0, kind: "numeric" })),
      ...bed.waves.map(({ device, handle, code, label, unit, rate }) => ({ device, handle, code, label, unit, rate, kind: "wave" })),
    ];
    const numerics = [];
    const step = Math.max(1, (to - from) / 600);
    for (let at = from; at < to; at += step) {
      bed.numerics.forEach((n, i) => {
        const lost = at > to - 0.45 * (to - from) && at < to - 0.4 * (to - from);
        if (!lost) numerics.push([i, at, n.value === null ? null : n.value + 3 * Math.sin(at / 400 + i) + Math.sin(at / 31 + i), n.validity, null]);
      });
    }
    const waves = !withWaves ? [] : bed.waves.map((wave, i) => {
      const first = Math.ceil(from * wave.rate);
      const samples = [];
      for (let k = first; k < to * wave.rate; ++k) {
        const value = this.value(bed, wave, k / wave.rate);
        samples.push(Number.isNaN(value) ? null : value);
      }
      return [bed.numerics.length + i, first / wave.rate, wave.rate, samples, wave.validity];
    });
    return { channels, numerics, waves, alarms: this.alarms.filter((a) => a.bed === name), stays: this.staysOf(name, from, to) };
  }

  /** overview gives the same in columns, as src/recorder/overview.h says it, from some samples of each column. */
  overview(name, from, to, columns) {
    const bed = this.bed(name);
    const width = (to - from) / columns;
    const number = (n, at, i) => (n.value === null || n.validity === "invalid" ? null : n.value + 3 * Math.sin(at / 400 + i));
    const lane = (channel, sampled, validity) => {
      const out = { channel, low: [], high: [], held: "", doubts: [] };
      for (let i = 0; i < columns; i += 1) {
        const values = sampled(from + i * width);
        const held = values.filter((value) => value !== null && !Number.isNaN(value));
        out.low.push(held.length > 0 ? Math.min(...held) : null);
        out.high.push(held.length > 0 ? Math.max(...held) : null);
        out.held += values.length === 0 ? " " : held.length === 0 ? "-" : held.length < values.length ? "~" : "#";
        if (validity !== "valid" && held.length > 0) out.doubts.push([i, validity]);
      }
      return out;
    };
    const numerics = bed.numerics.map((n, i) => lane({ ...n, rate: 0, kind: "numeric" }, (at) => (width < 1 && Math.floor(at) === Math.floor(at - width) ? [] : [number(n, at, i)]), n.validity));
    const waves = bed.waves.map((wave) => lane({ ...wave, kind: "wave" }, (at) => {
      const values = Array.from({ length: 24 }, (_, k) => this.value(bed, wave, at + (k * width) / 24));
      return values.every(Number.isNaN) ? [] : values;
    }, wave.validity));
    return { type: "overview", lanes: [...numerics, ...waves], alarms: this.alarms.filter((a) => a.bed === name && a.raised < to && (a.present || a.ended >= from)), stays: this.staysOf(name, from, to) };
  }

  /** staysOf gives whose a time was: what the test said, else the present patient's all the time. */
  staysOf(name, from, to) {
    const all = this.stays.get(name) ?? [{ stay: 1, from: null, patient: this.bed(name).patient }];
    const begun = all.filter((stay) => (stay.from ?? 0) < to);
    return begun.filter((stay, i) => (begun[i + 1]?.from ?? Infinity) > from);
  }
}
