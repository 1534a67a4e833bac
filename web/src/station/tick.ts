// SPDX-License-Identifier: Apache-2.0
// The page's clock, in a worker: a browser slows the timers of a tab that nobody sees to one a minute, and those of its workers not.

const tickMs = 250;
setInterval(() => postMessage(null), tickMs);

export {};
