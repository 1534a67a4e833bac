// SPDX-License-Identifier: Apache-2.0
// The language a person chose, and how a table of words is read in it. The words themselves stand in words.ts and station/words.ts.

import type { Language } from "./format";

let current: Language = "fr";
const remembered = "cordon.language";

export function language(): Language {
  return current;
}

/** languageOf gives the first language of a browser's list that there are words in; French when there is none. */
export function languageOf(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag): tag is Language => tag === "fr" || tag === "en") ?? "fr";
}

/** restoreLanguage takes the language chosen last time, else the browser's. */
export function restoreLanguage(): void {
  current = languageOf(navigator.languages);
  try {
    const kept = localStorage.getItem(remembered);
    if (kept === "fr" || kept === "en") current = kept;
  } catch {
    // The browser keeps nothing.
  }
}

export function chooseLanguage(chosen: Language): void {
  current = chosen;
  try {
    localStorage.setItem(remembered, chosen);
  } catch {
    // Remembering is a comfort; the choice holds for this page.
  }
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Teller reads one table: French first, English second. */
export interface Teller<Word extends string> {
  /** say gives a word or sentence in the language chosen. */
  say: (word: Word, values?: Record<string, string>) => string;
  /** sayMaybe looks up a word that came from the server; undefined when the table does not know it. */
  sayMaybe: (word: string, values?: Record<string, string>) => string | undefined;
}

export function teller<Word extends string>(table: Record<Word, readonly [string, string]>): Teller<Word> {
  const say = (word: Word, values: Record<string, string> = {}): string => fill(table[word][current === "fr" ? 0 : 1], values);
  const known = (word: string): word is Word => Object.prototype.hasOwnProperty.call(table, word);
  return { say, sayMaybe: (word, values = {}) => (known(word) ? say(word, values) : undefined) };
}
