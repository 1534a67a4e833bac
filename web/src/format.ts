// SPDX-License-Identifier: Apache-2.0
// Numbers, times and hostile text, as a person reads them. Times are local, 24 hours, with seconds.

export type Language = "fr" | "en";

const locales: Record<Language, string> = { fr: "fr-FR", en: "en-GB" };

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** clock writes 21:04:12. */
export function clock(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** moment writes 21:04:12, with the date before it when that is not the day of `today`. */
export function moment(seconds: number, today: number): string {
  const at = new Date(seconds * 1000);
  const same = new Date(today * 1000).toDateString() === at.toDateString();
  return same ? clock(seconds) : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(seconds)}`;
}

/** duration writes 12 s, 4 min 05 s, 3 h 07 min, 2 d 4 h. */
export function duration(seconds: number, language: Language): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s}\u00a0s`;
  if (s < 3600) return `${Math.floor(s / 60)}\u00a0min\u00a0${two(s % 60)}\u00a0s`;
  if (s < 86400) return `${Math.floor(s / 3600)}\u00a0h\u00a0${two(Math.floor(s / 60) % 60)}\u00a0min`;
  return `${Math.floor(s / 86400)}\u00a0${language === "fr" ? "j" : "d"}\u00a0${Math.floor(s / 3600) % 24}\u00a0h`;
}

const writers = new Map<string, Intl.NumberFormat>();

/** writer keeps what it made: made anew for each number, they were a quarter of the script's time at 64 beds. */
function writer(language: Language, least: number, most: number, grouped: boolean): Intl.NumberFormat {
  const key = `${language} ${least} ${most} ${grouped}`;
  let found = writers.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat(locales[language], { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: grouped });
    writers.set(key, found);
  }
  return found;
}

/**
 * decimal is how every number on a screen is written: the comma or point of the language, `least` to `most` decimals, a true
 * minus sign (U+2212), and none before what rounds to nothing.
 */
export function decimal(value: number, language: Language, { least = 0, most, grouped = false }: { least?: number; most: number; grouped?: boolean }): string {
  const text = writer(language, least, most, grouped).format(value);
  if (!text.startsWith("-")) return text;
  const bare = text.slice(1);
  return /^[0.,]*$/.test(bare) ? bare : `\u2212${bare}`;
}

export function whole(value: number, language: Language): string {
  return decimal(value, language, { most: 0, grouped: true });
}

/** hours gives patient-hours: a decimal under ten, and never a plain 0 for what is not nothing. */
export function hours(value: number, language: Language): string {
  if (value > 0 && value < 0.1) return language === "fr" ? "moins de 0,1" : "less than 0.1";
  return value < 10 ? tenth(value, language) : whole(Math.round(value), language);
}

/** size writes 64 Kio, 1,5 Mio; whole bytes below. */
export function size(bytes: number, language: Language): string {
  const units = language === "fr" ? ["octets", "Kio", "Mio", "Gio"] : ["bytes", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    unit += 1;
  }
  return `${decimal(value, language, { most: value < 10 && unit > 0 ? 1 : 0, grouped: true })}\u00a0${units[unit] ?? ""}`;
}

export function tenth(value: number, language: Language): string {
  return decimal(value, language, { least: 1, most: 1, grouped: true });
}

/** signed writes +8,0 or −1,2. */
export function signed(value: number, language: Language): string {
  return `${value < 0 ? "\u2212" : "+"}${tenth(Math.abs(value), language)}`;
}

/**
 * visible shows characters that would hide or reorder text (controls, zero width, bidirectional overrides) by their
 * number: a file called "facture\u202Efdp.exe" must not read as a PDF.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => {
    const code = c.codePointAt(0) ?? 0;
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, "0")}\u27e9`;
  });
}

/** fileName gives the last part of a UNC path. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
}

/** folderName gives everything before it, with the separator. */
export function folderName(path: string): string {
  return path.slice(0, path.length - fileName(path).length);
}
