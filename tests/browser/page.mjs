// SPDX-License-Identifier: Apache-2.0
// A page server and a browser for a test, both of its own and both ended by it.
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
