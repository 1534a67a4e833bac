// SPDX-License-Identifier: Apache-2.0
// The link to the server: one WebSocket that comes back by itself, and the judgement whether what is shown is still true.
// A page may be open on a wall for weeks, so silence counts as loss even while the socket is open. News is a message that
// was made since the last one (News::type): the web server's own beats go on when whoever makes the news hangs.

const giveUpAfterMs = 6000; // an open socket that stays silent is closed and made anew
const retryFirstMs = 500;
const retryMaxMs = 5000;

/** liveAddress is where this page's server speaks. */
export function liveAddress(): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`;
}

export interface LinkState {
  lost: boolean;
  everHeard: boolean;
  silenceMs: number; // since the last news
  retryInMs: number; // until the next attempt; 0 while one is under way
}

/** What every text message has. */
export interface Dated {
  type: string;
  at?: number;
}

/** News says what counts as a sign of life. */
export interface News {
  type: string;
  lostAfterMs: number;
  /** True where beats carry the clock of the news: a message that the server kept is then seen to be old. Where they do not, the first one of a connection counts only when another follows. */
  beatsTell: boolean;
}

export class Link<M extends Dated> {
  private socket: WebSocket | null = null;
  private heardAt = performance.now(); // news
  private spokenAt = performance.now(); // anything
  private told = 0; // the time of the box in the last news
  private toldHere = false; // some came by this socket
  private everHeard = false;
  private attempts = 0;
  private retryAt = 0;
  private closedAt = 0; // 0 while open

  constructor(
    private readonly url: string,
    private readonly news: News,
    private readonly onMessage: (message: M) => void,
    private readonly onBytes: (bytes: ArrayBuffer) => void = () => undefined,
    private readonly onClosed: () => void = () => undefined, // the server closed it, or nobody answers
  ) {
    this.connect();
  }

  /** tick is called a few times a second; it notices silence and makes new attempts. */
  tick(): void {
    const now = performance.now();
    if (this.socket === null) {
      if (now >= this.retryAt) this.connect();
    } else if (now - Math.max(this.spokenAt, this.openedAt) > giveUpAfterMs) {
      this.lose();
    }
  }

  /** close ends the link for good: nobody here may look any more. */
  close(): void {
    const socket = this.socket;
    this.socket = null;
    this.retryAt = Number.POSITIVE_INFINITY;
    socket?.close();
  }

  state(): LinkState {
    const now = performance.now();
    const silenceMs = now - this.heardAt;
    const closedFor = this.closedAt === 0 ? 0 : now - this.closedAt;
    return {
      lost: silenceMs > this.news.lostAfterMs || closedFor > 1000,
      everHeard: this.everHeard,
      silenceMs,
      retryInMs: this.socket === null ? Math.max(0, this.retryAt - now) : 0,
    };
  }

  private openedAt = 0;

  private connect(): void {
    this.openedAt = performance.now();
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.toldHere = false;
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      if (event.data instanceof ArrayBuffer) {
        this.spokenAt = performance.now();
        this.onBytes(event.data);
      }
      if (typeof event.data !== "string") return;
      const message = JSON.parse(event.data) as M;
      this.spokenAt = performance.now();
      this.attempts = 0;
      this.closedAt = 0;
      this.judge(message);
      this.onMessage(message);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.lose();
      this.onClosed();
    };
  }

  private judge(message: Dated): void {
    const now = performance.now();
    const at = message.at ?? 0;
    if (message.type === this.news.type) {
      const kept = !this.news.beatsTell && !this.toldHere;
      this.toldHere = true;
      if (at === this.told) return;
      this.told = at;
      if (kept) return;
      this.heardAt = now;
      this.everHeard = true;
    } else if (message.type === "beat" && this.everHeard && this.news.beatsTell) {
      this.heardAt = Math.min(this.heardAt, now - (at - this.told) * 1000); // what came first may have been kept
    }
  }

  private lose(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    const now = performance.now();
    if (this.closedAt === 0) this.closedAt = now;
    const wait = Math.min(retryMaxMs, retryFirstMs * 2 ** this.attempts);
    this.attempts += 1;
    this.retryAt = now + wait * (0.8 + 0.4 * Math.random());
  }
}
