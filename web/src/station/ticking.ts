// SPDX-License-Identifier: Apache-2.0
// What the page does a few times a second it does on the ticks of a worker (tick.ts), so that a tab that nobody sees notices a loss too.

/** startTicking calls `tick` from now on, by the page's own timer where there is no worker. */
export function startTicking(everyMs: number, tick: () => void): void {
  const byItself = (): void => void setInterval(tick, everyMs);
  try {
    const worker = new Worker("/tick.js");
    worker.onmessage = tick;
    worker.onerror = () => {
      worker.terminate();
      byItself();
    };
  } catch {
    byItself(); // this browser has none
  }
}
