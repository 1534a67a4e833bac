// SPDX-License-Identifier: Apache-2.0
// The page on what Cordon really says: ./run replays the bundled night, and the browser shows it as a person would see it.
// usage: node night_test.mjs FOLDER      FOLDER holds built programs: ./run --programs FOLDER
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, openSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { launch, missing } from "./page.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser.night skipped: ${why}`);
  process.exit(77);
}
const root = fileURLToPath(new URL("../../", import.meta.url));
const programs = process.argv[2];
const upMaxMs = 120000; // a sanitised build on a busy machine is slow
const nightMaxMs = 120000; // the workstation begins after 20 s

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** withNight runs ./run with a logbook of its own and gives the test a page of it. */
async function withNight(body) {
  const state = mkdtempSync("/var/tmp/cordon-night-");
  chmodSync(state, 0o755); // Cordon's users must reach it
  const port = await freePort();
  const said = openSync(`${state}/said`, "w");
  const run = spawn(`${root}run`, ["--programs", programs, "--port", String(port)], {
    stdio: ["ignore", said, said], detached: true,
    // Under the sensor's system-call filter LeakSanitizer cannot stop the other threads at the end, and waits for ever.
    env: { ASAN_OPTIONS: "detect_leaks=0", ...process.env, CORDON_STATE: state },
  });
  const ended = new Promise((resolve) => run.once("exit", resolve));
  let browser = null;
  try {
    const until = Date.now() + upMaxMs;
    while (!readFileSync(`${state}/said`, "utf8").includes(`Open http://127.0.0.1:${port}/`)) {
      assert.equal(run.exitCode, null, readFileSync(`${state}/said`, "utf8"));
      assert.ok(Date.now() < until, readFileSync(`${state}/said`, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    browser = await launch();
    const page = await (await browser.newContext({ viewport: { width: 1366, height: 1400 }, locale: "fr-FR" })).newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    });
    page.setDefaultTimeout(nightMaxMs);
    await page.goto(`http://127.0.0.1:${port}/`);
    await body(page);
    assert.deepEqual(complaints, []);
  } finally {
    if (browser !== null) await browser.close();
    if (run.exitCode === null) process.kill(-run.pid, "SIGINT");
    await ended;
    rmSync(state, { recursive: true, force: true });
  }
  assert.equal(run.exitCode, 0);
}

const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();

test("the recorded night, from calm to the rehearsed cut, down to the files", () =>
  withNight(async (page) => {
    const head = page.locator("#headline");
    await reads(page.locator(".flag"), "Relecture");
    await reads(head, "Poste ws2-qualite (10.77.0.12) chiffre le partage");
    await reads(head, "essai à blanc, rien n’est coupé");
    await page.locator('.cut[data-state="rehearsed"]').waitFor();
    const infected = page.locator('[data-host="10.77.0.12"]');
    await reads(infected, "infecté");
    assert.equal(await page.locator("[data-host]").filter({ hasText: "infecté" }).count(), 1);

    const open = page.locator("#verdicts button[aria-expanded=false]").first();
    if ((await open.count()) > 0) await open.click();
    const rows = page.locator(".evidence tbody tr");
    await rows.first().waitFor();
    const looks = (await page.locator(".evidence .looks li").allInnerTexts()).map((text) => text.trim());
    assert.ok(looks.some((text) => text.startsWith("structure perdue : commençait par")), looks.join("\n"));
    const words = /\b(lost|replaced|written|renamed|appended|altered|bytes|kept|several|same|over)\b/u;
    assert.deepEqual(looks.filter((text) => words.test(text)), [], "English on a French page");

    await reads(page.locator("tr[data-sequence]"), "Verdict : 10.77.0.12 infecté");
    await page.locator("#language").click();
    await reads(head, "Workstation ws2-qualite (10.77.0.12) is encrypting share");
    await reads(page.locator("tr[data-sequence]"), "Verdict: 10.77.0.12 infected");
  }));
