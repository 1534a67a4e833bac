// SPDX-License-Identifier: Apache-2.0
// Who cannot be the same person, as the station judges it (src/bedside/patient.h).

import type { Patient } from "./model";

const spelled: Readonly<Record<string, string>> = { æ: "ae", œ: "oe", ß: "ss", þ: "th", ð: "d", đ: "d", ø: "o", ł: "l", ŀ: "l", ħ: "h", ı: "i", ĳ: "ij", ĸ: "k", ŉ: "n", ŋ: "n", ŧ: "t", ſ: "s" };

/** wordsOf gives a name's words in small letters without marks. `wide`: Ü is ue, as some write it. */
function wordsOf(name: string, wide = false): string[] {
  const written = wide ? name.normalize("NFC").replace(/[ÄÖØÜäöøü]/gu, "$&e") : name;
  const plain = written.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/\p{L}/gu, (letter) => spelled[letter] ?? letter).match(/[\p{L}\p{N}]+/gu) ?? [];
}

function hasAll(some: readonly string[], others: readonly string[], initials: boolean): boolean {
  return some.every((word) => others.some((other) => word === other || (initials && (word.length === 1 || other.length === 1) && word[0] === other[0])));
}

/** agree says whether two names may be one, written otherwise: one may be a part of the other, and of given names the beginning. */
function agree(a: string, b: string, given: boolean): boolean {
  const [x, y] = [wordsOf(a), wordsOf(b)];
  if (x.length === 0 || y.length === 0 || hasAll(x, y, given) || hasAll(y, x, given)) return true;
  const [one, other] = [x.join(""), y.join("")];
  return one === other || wordsOf(a, true).join("") === wordsOf(b, true).join("") || (given && (one.startsWith(other) || other.startsWith(one)));
}

function standsIn(patient: Patient): boolean {
  return patient.identifier.startsWith("(");
}

/** isAnother says whether two patients cannot be the same one, however each is written. What one side does not know speaks for nothing. */
export function isAnother(before: Patient, after: Patient): boolean {
  if (standsIn(before) || standsIn(after)) return before.identifier !== "" && after.identifier !== "" && before.identifier !== after.identifier;
  const family = !agree(before.family, after.family, false);
  const given = !agree(before.given, after.given, true);
  const born = before.born !== "" && after.born !== "" && before.born !== after.born;
  const [number, other] = [wordsOf(before.identifier).join(""), wordsOf(after.identifier).join("")];
  if (number !== "" && other !== "") return number !== other || (family && given) || (born && (family || given));
  const married = before.given !== "" && after.given !== "" && before.born !== "" && before.born === after.born;
  return born || given || (family && !married);
}
