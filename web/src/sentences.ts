// SPDX-License-Identifier: Apache-2.0
// From a situation to sentences: the head line, the one thing to do next, and what each look saw. Pure functions of the
// data and the language. A sentence never claims more than the state of the cut proves.

import type { Tone } from "./dom";
import { size, tenth, visible, whole } from "./format";
import { hasEnds, subjectText } from "./key_text";
import { cutOf, isStuck, type Cut, type Evidence, type Look, type Names, type ProcessState, type Situation } from "./model";
import { language, say, sayMaybe, type Word } from "./words";

export interface HeadlineText {
  text: string;
  tail: string; // after the dash; what became of the cut
  next: string;
  tone: Tone;
}

export function filesText(n: number): string {
  if (n === 0) return say("files_none");
  return n === 1 ? say("files_one") : say("files_many", { n: whole(n, language()) });
}

/** hostText names a host as people and switches do: "ws2 (10.77.0.12)". */
export function hostText(situation: Situation, address: string): string {
  const name = situation.hosts.find((host) => host.host === address)?.name ?? "";
  return name === "" ? visible(address) : `${visible(name)} (${visible(address)})`;
}

export function roleText(role: string): string {
  return sayMaybe(`role_${role}`) ?? visible(role);
}

/** aboutText says what a host is, and whose: "automate · Dépôt de sang"; empty where nobody declared it. */
export function aboutText({ role = "", unit = "" }: Partial<Names>): string {
  return [role === "" ? "" : roleText(role), visible(unit)].filter((part) => part !== "").join(" · ");
}

/** CutSubject is whom or what a cut is about: what is read first, what stands beside it, and both in a few words. */
export interface CutSubject {
  name: string;
  about: string;
  short: string;
}

export function cutSubject(situation: Situation, cut: Cut): CutSubject {
  const key = cut.key ?? "";
  if (key === "firebreak" || hasEnds(key)) {
    const what = key === "firebreak" ? "" : subjectText(key);
    return { name: what, about: "", short: what === "" ? say("action_firebreak") : what };
  }
  const address = visible(cut.host);
  const name = visible(cut.name ?? situation.hosts.find((host) => host.host === cut.host)?.name ?? "");
  if (name === "") return { name: address, about: cut.name === undefined ? "" : say("not_declared"), short: address };
  const about = [aboutText(cut), address].filter((part) => part !== "" && part !== name).join(" · ");
  return { name, about, short: `${name} (${address})` };
}

/** kindOf says what a host is, as the head line begins: "Serveur", "Poste"; "Machine" where it is not known. */
function kindOf(situation: Situation, address: string): string {
  const role = situation.hosts.find((host) => host.host === address)?.role ?? "";
  return sayMaybe(`head_${role}`) ?? say("head_host");
}

type HeadWord = "suspect" | "suspect_bare" | "encrypts" | "encrypts_bare" | "encrypted" | "encrypted_bare";

function plain(text: string, next: string, tone: Tone): HeadlineText {
  return { text, tail: "", next, tone };
}

const clockAstrayS = 60;

/** noteOf is what a process says though it is up: who does not answer it, what it does not take back, what it put right. */
export function noteOf(process: ProcessState): string {
  return visible(process.detail?.[language()] ?? "");
}

const putRightNewsS = 600;

/** isNews: a process says what goes on, or what it put right a short while ago. */
function isNews(process: ProcessState, at: number): boolean {
  if (process.state !== "up" || noteOf(process) === "") return false;
  return !process.detail?.en.startsWith("reconciled") || at - process.since < putRightNewsS;
}

/** broken is what keeps Cordon itself from its work, the worst first; null when nothing does. */
function broken(situation: Situation): HeadlineText | null {
  if (situation.trouble !== "") {
    const reserve = situation.trouble.includes("set aside");
    return plain(say(reserve ? "on_reserve" : "unwritten"), say("do_free_space"), reserve ? "warn" : "alarm");
  }
  if (situation.source.kind === "none") return plain(say("no_source"), say("do_source"), "warn");
  const down = situation.processes.filter((process) => process.state === "down").map((process) => visible(process.name));
  const sensor = down.find((name) => name.includes("sensor"));
  const enforcer = down.find((name) => !name.includes("sensor") && name !== "cordon-seal");
  if (sensor !== undefined) return plain(say("blind", { process: sensor }), say("do_restart", { process: sensor }), "warn");
  if (enforcer !== undefined) return plain(say("helpless", { process: enforcer }), say("do_restart", { process: enforcer }), "warn");
  if (down.length > 0) return plain(say("unsealed"), say("do_restart", { process: "cordon-seal" }), "warn");
  const noted = situation.processes.find((process) => isNews(process, situation.at));
  if (noted !== undefined) {
    const stuck = situation.cuts.some((cut) => isStuck(cut, situation.at));
    return plain(say("noted", { process: visible(noted.name), note: noteOf(noted) }), say("do_noted"), stuck ? "alarm" : "warn");
  }
  if (Math.abs(situation.clock_ahead_s) > clockAstrayS) return plain(say("clock_set"), say("do_clock_set"), "warn");
  if (situation.clock_was_behind_s > clockAstrayS) return plain(say("clock_behind"), say("do_clock_behind"), "warn");
  return null;
}

/** headline says what is happening and what to do next. What breaks Cordon itself stands alone, or before what to do about an attack. */
export function headline(situation: Situation): HeadlineText {
  const own = broken(situation);
  if (situation.headline.level === "calm") {
    return own ?? plain(say("calm"), say(situation.mode === "watch" ? "do_nothing_watch" : "do_nothing"), "quiet");
  }
  const told = attack(situation);
  return own === null ? told : { ...told, next: `${own.text}. ${own.next} ${told.next}` };
}

function attack(situation: Situation): HeadlineText {
  const { level, host, share, files } = situation.headline;
  const who = hostText(situation, host);
  const others = situation.hosts.filter((h) => h.host !== host && h.level === "infected").length;
  const also = others === 0 ? "" : others === 1 ? say("and_other") : say("and_others", { n: String(others) });
  const named = `${kindOf(situation, host)} ${who}${also}`;
  const told = (word: HeadWord): Word => (others === 0 ? word : `many_${word}`);
  const values = { host: named, share: visible(share) };
  if (level === "suspect") {
    const user = situation.hosts.find((h) => h.host === host)?.users[0];
    const next = say("do_suspect", { user: user === undefined || user === "" ? say("somebody") : visible(user) });
    return plain(say(told(share === "" ? "suspect_bare" : "suspect"), values), next, "warn");
  }

  // The least good cut among the infected hosts is the one that is told.
  const infected = new Set([host, ...situation.hosts.filter((h) => h.level === "infected").map((h) => h.host)]);
  const states = [...infected].map((address) => ({ address, cut: cutOf(situation, address) }));
  const worst = states.reduce((a, b) => (rank(b.cut) > rank(a.cut) ? b : a));
  const state = worst.cut?.state ?? "none";
  const still = !(state === "holds" || state === "applied" || state === "lifting" || state === "lifted" || state === "expired");
  const word: HeadWord = still ? (share === "" ? "encrypts_bare" : "encrypts") : share === "" ? "encrypted_bare" : "encrypted";
  return {
    text: say(told(word), values),
    tail: say(`tail_${state}`),
    next: say(todo[state], { host: hostText(situation, worst.address), files: filesText(files), why: worst.cut === undefined ? "" : whyText(worst.cut) }),
    tone: cutTones[state],
  };
}

/** whyText is what is said of a cut's state, in the page's language. */
export function whyText(cut: Cut): string {
  return visible(typeof cut.detail === "string" ? cut.detail : cut.detail[language()]);
}

type CutOrNone = Cut["state"] | "none";

const order: CutOrNone[] = [
  "holds",
  "applied",
  "expired",
  "lifted",
  "lifting",
  "unproven",
  "decided",
  "rehearsed",
  "withheld",
  "none",
  "failed",
];
function rank(cut: Cut | undefined): number {
  return order.indexOf(cut?.state ?? "none");
}

const todo: Record<CutOrNone, Word> = {
  none: "do_unplug",
  decided: "do_await_proof",
  applied: "do_await_proof",
  holds: "do_contained",
  unproven: "do_check_proof",
  failed: "do_unplug_failed",
  rehearsed: "do_rehearsed",
  lifting: "do_await_lift",
  lifted: "do_over",
  expired: "do_over",
  withheld: "do_withheld",
};

/** How much an infected host wants a person, by its cut. Red is kept for an attack that nothing stops. */
export const cutTones: Record<CutOrNone, Tone> = {
  none: "alarm",
  decided: "alarm",
  applied: "warn",
  holds: "info",
  unproven: "alarm",
  failed: "alarm",
  rehearsed: "warn",
  lifting: "warn",
  lifted: "warn",
  expired: "warn",
  withheld: "alarm",
};

// --- what was seen in one file ---

/** How files of a kind begin, as a hex editor shows it. */
const beginnings: Record<string, [fr: string, en: string]> = {
  zip: ["PK 03 04 (zip, docx, xlsx, odt)", "PK 03 04 (zip, docx, xlsx, odt)"],
  ole2: ["D0 CF 11 E0 (doc, xls, msg)", "D0 CF 11 E0 (doc, xls, msg)"],
  pdf: ["%PDF", "%PDF"],
  rtf: ["{\\rtf", "{\\rtf"],
  xml: ["<?xml", "<?xml"],
  png: ["89 PNG", "89 PNG"],
  jpeg: ["FF D8 FF (jpeg)", "FF D8 FF (jpeg)"],
  gif: ["GIF8", "GIF8"],
  bmp: ["BM (bitmap)", "BM (bitmap)"],
  tiff: ["II 2A 00 (tiff)", "II 2A 00 (tiff)"],
  dicom: ["DICM à l’octet 128", "DICM at byte 128"],
  gzip: ["1F 8B (gzip)", "1F 8B (gzip)"],
  bzip2: ["BZh (bzip2)", "BZh (bzip2)"],
  xz: ["FD 7zXZ (xz)", "FD 7zXZ (xz)"],
  seven_zip: ["37 7A BC AF (7z)", "37 7A BC AF (7z)"],
  rar: ["Rar!", "Rar!"],
  sqlite: ["SQLite format 3", "SQLite format 3"],
  media: ["un en-tête audio ou vidéo", "an audio or video header"],
  executable: ["MZ ou ELF (programme)", "MZ or ELF (program)"],
  text: ["du texte lisible", "readable text"],
  unknown: ["aucun format connu", "no known format"],
  random: ["des octets aléatoires", "random bytes"],
  unseen: ["un début non vu", "an unseen beginning"],
};

function beginning(kind: string): string {
  const known = beginnings[kind];
  return known === undefined ? visible(kind) : known[language() === "fr" ? 0 : 1];
}

function detailText(look: Look): string {
  if (look.look === "structure") {
    const change = /^(\w+) (?:→|->) (\w+)$/u.exec(look.detail);
    if (change !== null) {
      return say("structure_change", { before: beginning(change[1] ?? ""), after: beginning(change[2] ?? "") });
    }
  }
  const chi = /^(?:chi2|χ²) ([\d.]+) over (\d+) bytes$/u.exec(look.detail);
  if (chi !== null) {
    return say("chi_squared", { chi: whole(Number(chi[1]), language()), bytes: size(Number(chi[2]), language()) });
  }
  const promise = /^\.(\S+) promises (\w+), found no known beginning$/u.exec(look.detail);
  if (promise !== null) {
    return say("structure_promise", { extension: visible(promise[1] ?? ""), kind: beginning(promise[2] ?? "") });
  }
  const kept = /^(\d+) % of (\d+) bytes kept$/u.exec(look.detail);
  if (kept !== null) return say("kept_share", { share: kept[1] ?? "", bytes: size(Number(kept[2]), language()) });
  const folders = /^(?:the same new text in )?(\d+) folders(?: altered)?$/u.exec(look.detail);
  if (folders !== null) return say("folders", { n: whole(Number(folders[1]), language()) });
  const ending = /^(?:appended|replaced by|new file ends in) (\..+)$/u.exec(look.detail);
  if (ending !== null) return visible(ending[1] ?? "");
  if (look.detail === "extension of unusual length") return say("unusual_length");
  if (look.look === "structure") return beginning(look.detail);
  return visible(look.detail);
}

/** lookText says one look's finding; a look this page does not know is shown as it came. */
export function lookText(look: Look): string {
  const detail = detailText(look);
  const known = sayMaybe(`${look.look}.${look.finding}`, { detail });
  if (known !== undefined) return known.replace(/\s*:\s*$/u, "");
  const bare = `${visible(look.look)} : ${visible(look.finding).replace(/_/g, " ")}`;
  return detail === "" ? bare : `${bare}, ${detail}`;
}

export function kindText(kind: string): string {
  return sayMaybe(`kind.${kind}`) ?? visible(kind).replace(/_/g, " ");
}

export function sumText(evidence: Evidence, threshold: number): string {
  return `${tenth(evidence.score, language())} / ${tenth(threshold, language())}`;
}
