// SPDX-License-Identifier: Apache-2.0
// A page server and a browser for a test, both of its own and both ended by it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const chromiumPath = "/usr/bin/chromium";
const chromiumFlags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server",
];

/** missing says what keeps a browser test from running here; null when nothing does. */
export function missing() {
  if (!existsSync(chromiumPath)) return `${chromiumPath} is not installed`;
  try {
    createRequire(new URL("../../web/package.json", import.meta.url)).resolve("playwright-core");
  } catch {
    return "web/node_modules has no playwright-core: run npm ci in web/";
  }
  return null;
}

export async function launch() {
  const require = createRequire(new URL("../../web/package.json", import.meta.url));
  const { chromium } = require("playwright-core");
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: chromiumFlags });
}

/** PageServer runs the program page_server. */
export class PageServer {
  rollbacks = [];

  /** start runs it; with a folder there are accounts, and `code` is that of the set-up. */
  static async start(program, port = 0, folder = "") {
    const server = new PageServer();
    server.process = spawn(program, folder === "" ? [String(port)] : [String(port), folder], { stdio: ["pipe", "pipe", "inherit"] });
    server.ended = new Promise((resolve) => server.process.once("exit", resolve)).finally(() => server.hang());
    server.process.stdin.on("error", () => server.hang());
    const lines = createInterface({ input: server.process.stdout });
    server.port = await new Promise((resolve, reject) => {
      server.process.once("exit", () => reject(new Error("page_server ended before it listened")));
      lines.on("line", (line) => {
        if (line.startsWith("port ")) resolve(Number(line.slice(5)));
        if (line.startsWith("code ")) server.code = line.slice(5);
        if (line.startsWith("rollback ")) server.rollbacks.push(line.slice(9));
      });
    });
    server.origin = `http://127.0.0.1:${server.port}`;
    return server;
  }

  /** situation publishes it, and again each second with the time as it is then, as control does. */
  situation(value) {
    this.hang();
    const publish = (at) => this.process.stdin.write(`situation ${JSON.stringify({ ...value, at })}\n`);
    publish(value.at);
    this.control = setInterval(() => publish(Date.now() / 1000), 1000);
  }

  /** hang stops control: the web server goes on, and nothing new is said. */
  hang() {
    clearInterval(this.control);
  }

  entries(list) {
    for (const value of list) this.process.stdin.write(`entry ${JSON.stringify(value)}\n`);
  }

  command(word) {
    this.process.stdin.write(`${word}\n`);
  }

  freeze() {
    this.process.kill("SIGSTOP");
  }

  thaw() {
    this.process.kill("SIGCONT");
  }

  async kill() {
    this.hang();
    this.process.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.hang();
    this.process.kill("SIGCONT");
    this.process.stdin.end();
    await this.ended;
  }
}

/** until asks the page again and again; playwright's own waitForFunction needs eval, which the page's policy forbids. */
export async function until(page, question, argument) {
  for (let i = 0; i < 200; ++i) {
    if (await page.evaluate(question, argument)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`never true: ${question}`);
}

/** In the page: every visible text whose contrast is under WCAG AA (4.5, or 3 for large text). */
export function lowContrast() {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a), g: top.g * top.a + under.g * (1 - top.a), b: top.b * top.a + under.b * (1 - top.a), a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e !== null; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), { r: 18, g: 20, b: 22, a: 1 });
  };
  const bad = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === "" || !element.checkVisibility()) continue;
    if (element.closest("button:disabled") !== null) continue; // WCAG 1.4.3 leaves inactive controls out
    const style = getComputedStyle(element);
    const under = ground(element);
    const [a, b] = [luminance(over(parse(style.color), under)), luminance(under)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    seen += 1;
    if (ratio < (large ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} "${node.textContent.trim().slice(0, 40)}"`);
  }
  return { seen, bad };
}
