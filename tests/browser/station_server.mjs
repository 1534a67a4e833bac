// SPDX-License-Identifier: Apache-2.0
// A station for the screens alone: serves the page as http::Server does, tells a World over /live (text and binary), and
// keeps what a person asked for. WebSocket frames after RFC 6455 5.2; the page sends none.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../web/src", import.meta.url));
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const viewEveryMs = 200;
const samplesEveryMs = 40;
const token = "desk-token";

function frame(payload, opcode) {
  const size = payload.length;
  const head = size < 126 ? Buffer.from([0x80 | opcode, size]) : size < 65536 ? Buffer.alloc(4) : Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  if (size >= 126 && size < 65536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else if (size >= 65536) {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
}

export class StationServer {
  wishes = []; // {path, body}
  reviews = []; // {bed, from, to, columns, gone}: what was asked of the past, and whether whoever asked hung up before the answer
  reviewTakesMs = 0;
  denies = null; // why everything is refused
  refuses = () => null; // the word and more for one wish, of (path, body)
  tells = true; // the station behind the server lives
  setUp = true; // there is an account
  reads = true; // whoever sits there may look
  roles = []; // of who is signed in; none: nobody is, at the box's own screen
  sockets = new Set();
  live = new Set();

  static async start(bundle, world, port = 0) {
    const server = new StationServer();
    server.world = world;
    server.bundle = bundle;
    server.http = createServer((request, response) => server.answer(request, response));
    server.http.on("connection", (socket) => {
      if (server.gone) socket.destroy();
      server.sockets.add(socket);
      socket.on("close", () => server.sockets.delete(socket));
    });
    server.http.on("upgrade", (request, socket) => server.upgrade(request, socket));
    await new Promise((resolve) => server.http.listen(port, "127.0.0.1", resolve));
    server.port = server.http.address().port;
    server.origin = `http://127.0.0.1:${server.port}`;
    server.until = Date.now() / 1000;
    server.timers = [
      setInterval(() => server.tell(), viewEveryMs),
      setInterval(() => server.stream(), samplesEveryMs),
      setInterval(() => server.send(JSON.stringify({ type: "beat", sequence: 1, at: Date.now() / 1000 })), 1000),
    ];
    return server;
  }

  /** end ends the session of whoever looks, as the door does. */
  end() {
    this.reads = false;
    for (const socket of this.live) socket.destroy();
  }

  send(data) {
    const message = typeof data === "string" ? frame(Buffer.from(data), 1) : frame(data, 2);
    for (const socket of this.live) socket.write(message);
  }

  tell() {
    if (!this.tells) return;
    this.last = JSON.stringify(this.world.view());
    this.send(this.last);
  }

  stream() {
    const now = Date.now() / 1000;
    if (this.tells) this.send(this.world.samples(this.until, now));
    this.until = now;
  }

  /** pause has it gone from the network: nobody is answered; resume has it back. */
  async pause() {
    this.gone = true;
    for (const socket of this.sockets) socket.destroy();
  }

  resume() {
    this.gone = false;
    this.tells = true;
  }

  /** stop ends it as a power cut does. */
  async stop() {
    for (const timer of this.timers) clearInterval(timer);
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.http.close(resolve));
  }

  upgrade(request, socket) {
    socket.on("error", () => undefined);
    if (request.url !== "/live" || request.headers.origin !== this.origin || !this.reads) {
      socket.destroy();
      return;
    }
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    this.live.add(socket);
    socket.on("close", () => this.live.delete(socket));
    if (this.last !== undefined) socket.write(frame(Buffer.from(this.last), 1)); // what it kept
  }

  answer(request, response) {
    const url = new URL(request.url, this.origin);
    const give = (type, body, status = 200) => {
      response.writeHead(status, { "Content-Type": type, "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store" });
      response.end(body);
    };
    const json = (value, status = 200) => give("application/json", JSON.stringify(value), status);
    const files = {
      "/": ["text/html; charset=utf-8", join(source, "station/station.html")],
      "/app.js": ["text/javascript; charset=utf-8", join(this.bundle, "station.js")],
      "/tick.js": ["text/javascript; charset=utf-8", join(this.bundle, "tick.js")],
      "/style.css": ["text/css; charset=utf-8", join(this.bundle, "station.css")],
      "/favicon.svg": ["image/svg+xml", join(source, "favicon.svg")],
    };
    const file = files[url.pathname];
    if (request.method === "POST") this.take(request, url.pathname, json);
    else if (file !== undefined) give(file[0], readFileSync(file[1]));
    else if (url.pathname === "/api/me") {
      const { roles } = this;
      json({ type: "me", signed_in: roles.length > 0, acts: true, name: "", roles, may: ["see", "attend"], reads: this.reads, set_up: this.setUp, second: false, token });
    } else if (url.pathname === "/api/station/review") {
      const q = url.searchParams;
      const [bed, from, to] = [q.get("bed"), Number(q.get("from")), Number(q.get("to"))];
      const asked = { bed, from, to, columns: q.has("columns") ? Number(q.get("columns")) : null, gone: false };
      this.reviews.push(asked);
      request.on("close", () => (asked.gone = !response.writableEnded));
      setTimeout(() => response.destroyed || json(asked.columns === null ? this.world.review(bed, from, to, q.get("waves") !== "0") : this.world.overview(bed, from, to, asked.columns)), this.reviewTakesMs);
    } else if (url.pathname === "/api/station/export.csv") give("text/csv; charset=utf-8", `time\n${url.searchParams.get("bed")}\n`);
    else if (url.pathname === "/api/station/list.pdf") give("application/pdf", "%PDF-1.4\n");
    else json({ ok: false }, 404);
  }

  take(request, path, json) {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      if (request.headers["x-cordon-token"] !== token || request.headers.origin !== this.origin) {
        json({ ok: false, why: "token" }, 403);
        return;
      }
      const body = JSON.parse(Buffer.concat(parts).toString());
      this.wishes.push({ path, body });
      const refusal = this.refuses(path, body) ?? (this.world.changed(path, body) ? { word: "changed" } : null);
      if (refusal !== null) {
        json({ ok: false, ...refusal }, 409);
        return;
      }
      if (this.denies !== null) {
        json({ ok: false, why: this.denies }, 409);
        return;
      }
      this.world.wish(path, body);
      this.tell();
      json({ ok: true });
    });
  }
}
