// SPDX-License-Identifier: Apache-2.0
// A nurse at the desk: the station's own page in a real browser, a real `cordon station`, and beds of three families on real sockets.
//   node desk_test.mjs CORDON CORDON_LAB_BEDSIDE
// Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import dgram from "node:dgram";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { launch, missing, until } from "../browser/page.mjs";

const why = missing();
if (why !== null) {
  console.log(`station.desk skipped: ${why}`);
  process.exit(77);
}
const [cordon, bedside] = process.argv.slice(2);
const beds = ["R1", "R2", "R3"]; // by HL7, IntelliVue and SDC
const wide = { width: 1920, height: 1080 };

/** freePort gives one of loopback that nobody has, "tcp" or "udp". */
async function freePort(kind) {
  const probe = kind === "tcp" ? net.createServer() : dgram.createSocket("udp4");
  if (kind === "tcp") probe.listen(0, "127.0.0.1");
  else probe.bind(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  return port;
}

/** Box is a station in a folder of its own. */
class Box {
  static async make() {
    const box = new Box();
    box.folder = await mkdtemp(join(tmpdir(), "desk-"));
    box.ports = { web: await freePort("tcp"), hl7: await freePort("tcp"), beacon: await freePort("udp"), discovery: await freePort("udp"), data: await freePort("udp") };
    box.origin = `http://127.0.0.1:${box.ports.web}`;
    await writeFile(join(box.folder, "station.toml"), `box = "desk"
[unit]
name = "Réanimation A"
beds = ["R1", "R2", "R3"]
names = "full"
[web]
port = ${box.ports.web}
[data]
folder = "${join(box.folder, "var")}"
[sound]
device = "null"
[hl7]
address = "127.0.0.1"
port = ${box.ports.hl7}
[intellivue]
address = "127.0.0.1"
beacon_port = ${box.ports.beacon}
source_ports = ${25300 + 1024 * (process.pid % 7)}
[sdc]
address = "127.0.0.1"
discovery_port = ${box.ports.discovery}
`);
    await box.start();
    return box;
  }

  async start() {
    this.process = spawn(cordon, ["station", "--config", join(this.folder, "station.toml"), "--json"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(createInterface({ input: this.process.stdout }), "line");
    this.token = (await (await fetch(`${this.origin}/api/me`)).json()).token;
  }

  async kill() {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }

  async view() {
    return (await fetch(`${this.origin}/api/station`)).json();
  }

  async act(path, body) {
    const headers = { "Content-Type": "application/json", "X-Cordon-Token": this.token, Origin: this.origin };
    const answer = await fetch(`${this.origin}/act/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.text());
  }

}

/** soon asks until the answer is true. */
async function soon(what, ask, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const found = await ask().catch(() => null);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not within ${seconds} s: ${what}`);
}

let box, unit, browser, page;
const complaints = [];
const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
const tile = (bed) => page.locator(`.tile[data-bed="${bed}"]`);
const banner = () => page.locator("#banner");
const tell = (line) => unit.stdin.write(`${line}\n`);
const present = async (bed, text) => (await box.view()).alarms.filter((alarm) => alarm.bed === bed && alarm.present && alarm.text.includes(text));

before(async () => {
  browser = await launch();
  box = await Box.make();
  const own = `127.${16 + (process.pid % 200)}`;
  const { hl7, beacon, discovery, data } = box.ports;
  unit = spawn(bedside, ["--hl7", `127.0.0.1:${hl7}`, "--beds", "1",
    "--intellivue", `${own}.77.0`, "--beds", "1", "--data-port", String(data), "--beacon", `127.0.0.1:${beacon}`,
    "--sdc", `${own}.78.0`, "--beds", "1", "--discovery-port", String(discovery)].map(String), { stdio: ["pipe", "ignore", "inherit"] });
  const devices = await soon("three devices with their labels", async () => {
    const found = (await box.view()).devices.filter((device) => device.live && beds.includes(device.bed_label));
    return found.length === beds.length ? found : null;
  });
  for (const device of devices) await box.act("assign", { device: device.device, bed: device.bed_label });
  page = await (await browser.newContext({ viewport: wide, locale: "fr-FR", timezoneId: "Europe/Paris" })).newPage();
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.setDefaultTimeout(60000);
  await page.goto(`${box.origin}/#unit`);
  await until(page, () => document.body.dataset.page !== undefined && !document.body.hasAttribute("data-waiting"));
  await page.keyboard.press("x");
});

after(async () => {
  await browser?.close();
  unit?.kill("SIGKILL");
  box?.process.kill("SIGKILL");
  if (box) await rm(box.folder, { recursive: true, force: true });
});

test("every bed has its numbers, and its waves are drawn", async () => {
  for (const bed of beds) {
    await tile(bed).locator('.number[data-quantity="rate"] .number-value').filter({ hasText: /^\d+$/ }).waitFor();
    await soon(`a wave of ${bed} is drawn`, () => tile(bed).locator(".wave-box").first().evaluate((node) => {
      const sweep = document.querySelector("canvas.sweep");
      const [at, home] = [node.getBoundingClientRect(), sweep.getBoundingClientRect()];
      const scale = sweep.width / home.width;
      const image = sweep.getContext("2d").getImageData((at.left - home.left) * scale, (at.top - home.top) * scale, at.width * scale, at.height * scale);
      return image.data.some((octet) => octet !== 0);
    }));
  }
});

test("an alarm of each family is found and acknowledged within two keys, and the station knows it", async () => {
  for (const bed of beds) {
    tell(`${bed} alarm high VENT FIB`);
    await reads(banner(), "VENT FIB");
    await reads(page.locator(".banner-bed"), bed);
    await page.keyboard.press("a");
    await page.keyboard.press("a");
    await reads(page.locator(".said"), "Alarme acquittée");
    await soon("the station knows who has answered", async () => (await present(bed, "VENT FIB"))[0]?.acknowledged);
    tell(`${bed} calm`);
    await soon("it is over", async () => (await present(bed, "VENT FIB")).length === 0);
    await reads(banner(), "Aucune alarme");
  }
});

test("one key silences the bed that sounds, and the sound comes back by itself with the next alarm", async () => {
  tell("R2 alarm medium TACHY");
  await reads(banner(), "TACHY");
  await soon("it sounds", async () => (await box.view()).signal.priority === "medium");
  await page.keyboard.press("s");
  await reads(page.locator("#hush"), /Son en pause [12]:\d\d/);
  await soon("it is quiet", async () => (await box.view()).signal.priority === "none");
  tell("R2 alarm high VENT FIB");
  await soon("what is new sounds", async () => (await box.view()).signal.priority === "high");
  for (const text of ["VENT FIB", "TACHY"]) {
    await reads(banner(), text);
    await page.keyboard.press("a");
    await page.keyboard.press("a");
    await soon(`${text} is answered`, async () => (await present("R2", text))[0]?.acknowledged);
  }
  tell("R2 calm");
  await reads(banner(), "Aucune alarme");
});

test("kill -9 of the station: the page is grey and says so within 3 s, and each bed is live again, its alarm too", async () => {
  tell("R3 alarm high VENT FIB");
  await reads(banner(), "VENT FIB");
  await page.evaluate(() => {
    window.lost = new Promise((resolve) => new MutationObserver(() => document.body.hasAttribute("data-lost") && resolve(Date.now())).observe(document.body, { attributes: true }));
  });
  const killed = Date.now();
  await box.kill();
  const grey = await page.evaluate(() => window.lost);
  assert.ok(grey - killed <= 3000, `grey after ${grey - killed} ms`);
  await reads(banner(), /STATION PERDUE — R3 .*VENT FIB.*, état de \d\d:\d\d:\d\d/);
  await box.start();
  await page.locator("body:not([data-lost])").waitFor();
  await reads(banner(), "VENT FIB");
  for (const bed of beds) await tile(bed).locator('.number[data-quantity="rate"] .number-value').filter({ hasText: /^\d+$/ }).waitFor();
  assert.deepEqual(complaints, []);
});
