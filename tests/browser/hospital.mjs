// SPDX-License-Identifier: Apache-2.0
// A hospital around the real engine: the program hospital_server on an estate, and here the world it lives in: hosts that
// are seen, one that encrypts files, and an enforcer that does what it is asked and reads it back.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const reference = fileURLToPath(new URL("../../examples/reference", import.meta.url));

/** declared gives the hosts of the reference hospital by name. */
export function declared() {
  const [head, ...lines] = readFileSync(join(reference, "hosts.csv"), "utf8").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const columns = head.split(",");
  const hosts = new Map();
  for (const line of lines) {
    if (line.includes('"')) continue; // none that a test needs
    const host = Object.fromEntries(line.split(",").map((value, i) => [columns[i], value]));
    hosts.set(host.name, host);
  }
  return hosts;
}

const now = () => Date.now() / 1000;
const reportEveryMs = 500;

export class Hospital {
  effects = [];
  holds = true; // the enforcer carries out what it is asked; else it is silent
  asked = new Map(); // cuts in force at the enforcer: id to means

  static async start(program, { estate = reference, port = 0, people = undefined, samba = false } = {}) {
    const hospital = new Hospital();
    hospital.people = people ?? mkdtempSync(join(tmpdir(), "cordon-hospital-"));
    hospital.process = spawn(program, [estate, hospital.people, String(port), ...(samba ? ["samba"] : [])], { stdio: ["pipe", "pipe", "inherit"] });
    hospital.ended = new Promise((resolve) => hospital.process.once("exit", resolve));
    hospital.process.stdin.on("error", () => undefined);
    const lines = createInterface({ input: hospital.process.stdout });
    hospital.port = await new Promise((resolve, reject) => {
      hospital.process.once("exit", () => reject(new Error("hospital_server ended before it listened")));
      lines.on("line", (line) => {
        if (line.startsWith("port ")) resolve(Number(line.slice(5)));
        else if (line.startsWith("code ")) hospital.code = line.slice(5);
        else if (line.startsWith("effect ")) hospital.carryOut(JSON.parse(line.slice(7)));
        else console.error(line);
      });
    });
    hospital.origin = `http://127.0.0.1:${hospital.port}`;
    hospital.world = setInterval(() => hospital.report(), reportEveryMs);
    hospital.report();
    return hospital;
  }

  say(type, body) {
    this.process.stdin.write(`${JSON.stringify({ type, ts: now(), ...body })}\n`);
  }

  static key({ addresses, macs }) {
    return { sensor: "span0", vlan: 0, mac: macs, ip: addresses, since: 1670000000 };
  }

  seen(host, user = "") {
    this.say("host_seen", { host: host.addresses, host_key: Hospital.key(host), user, server: false });
  }

  /** flow tells that a host opened a connection an hour ago, so that it is recorded with the next tick. */
  flow(host, server, port, transport = "tcp", state = "answered") {
    this.say("flow_seen", { ts: now() - 3600, host: host.addresses, host_key: Hospital.key(host), server, port, transport, state });
  }

  /** attack lets a host encrypt files: one makes it suspect, three infected. */
  attack(host, files = 3) {
    for (let i = 0; i < files; ++i) {
      const path = `\\\\10.16.1.11\\commun\\Réanimation\\planning_${i}.docx`;
      this.say("evidence", {
        first_altered: now(), host: host.addresses, host_key: Hospital.key(host), server: "10.16.1.11", user: "CHSO\\b.martin",
        share: "\\\\10.16.1.11\\commun", path, new_path: `${path}.verrou`, kind: "structure_lost",
        looks: [{ look: "structure", finding: "lost", detail: "zip → unknown" }], llr: 8, confirmed: true, new_file: true, altered: true,
      });
    }
  }

  carryOut(effect) {
    this.effects.push(effect);
    if (effect.type === "apply_cut" && this.holds) {
      this.asked.set(effect.id, effect.means);
      this.enforcer(effect.id, effect.means, "applied");
    } else if (effect.type === "lift_cut") {
      this.asked.delete(effect.id);
      this.enforcer(effect.id, effect.means, "lifted");
    }
  }

  enforcer(id, means, step) {
    this.say("enforcer", { id, step, drops: step === "read_back" ? 5 : 0, detail: "", means });
  }

  report() {
    this.say("sensor", {
      sensor: "span0", source_kind: "live", source_name: "mon0", packets: 48210, bytes: 1e7, drops: 0, gaps: 0, weird: {}, finished: false,
    });
    for (const [id, means] of this.asked) this.enforcer(id, means, "read_back");
  }

  async end(signal) {
    clearInterval(this.world);
    if (this.process.exitCode === null && this.process.signalCode === null) {
      if (signal === undefined) this.process.stdin.end();
      else this.process.kill(signal);
      await this.ended;
    }
  }

  async stop() {
    await this.end();
    rmSync(this.people, { recursive: true, force: true });
  }
}
