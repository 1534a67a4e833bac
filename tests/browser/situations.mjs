// SPDX-License-Identifier: Apache-2.0
// The states of one night, as the server would tell them. Times are relative to `at`.

const share = "\\\\10.77.0.20\\commun\\";

function host(address, name, role, at, more = {}) {
  const last = Number(address.split(".")[3]).toString(16).padStart(2, "0");
  return {
    host: address, name, mac: `02:77:00:00:00:${last}`, role, protected: false, level: "quiet", users: [], score: 0,
    files_touched: 0, first_seen: at - 5400, last_seen: at, ...more,
  };
}

export function hosts(at, attacker = {}) {
  return [
    host("10.77.0.11", "ws1", "workstation", at, { users: ["CHV\\a.durand"], files_touched: 14 }),
    host("10.77.0.12", "ws2", "workstation", at, { users: ["CHV\\b.martin"], ...attacker }),
    host("10.77.0.13", "ws3", "workstation", at, { users: ["CHV\\c.petit"], files_touched: 6, first_seen: at - 1260 }),
    host("10.77.0.20", "fs", "server", at),
    host("10.77.0.30", "central-rea", "medical", at, { protected: true }),
  ];
}

const documents = [
  ["DRH\\Plannings\\planning_rea_décembre.docx", "zip → unknown", 251],
  ["DRH\\Plannings\\astreintes_S48.xlsx", "zip → unknown", 243],
  ["Pharmacie\\Commandes\\bon_2022-1187.pdf", "pdf → unknown", 262],
];

export function evidence(at) {
  return documents.map(([path, structure, chi], i) => ({
    sequence: 41 + i, ts: at - 9 + i * 0.31, kind: "structure_lost", path: share + path, new_path: `${share}${path}.verrou`,
    llr: 8.03, score: 8.03 * (i + 1), confirmed: true, user: "CHV\\b.martin",
    looks: [
      { look: "structure", finding: "lost", detail: structure },
      { look: "content", finding: "random", detail: `χ² ${chi} over 65536 bytes` },
      { look: "similarity", finding: "replaced", detail: "0 % of 65536 bytes kept" },
      { look: "name", finding: "novel", detail: "appended .verrou" },
      { look: "removal", finding: "written", detail: "written in place" },
      { look: "breadth", finding: "several", detail: "7 folders altered" },
    ],
  }));
}

function verdict(at, level, count) {
  return {
    sequence: 45, ts: at - 8, host: "10.77.0.12", level, score: 8.03 * count, threshold: 20.7, files_touched: count,
    rule: "cusum/1", evidence: evidence(at).slice(0, count),
  };
}

export function cut(at, state, more = {}) {
  return {
    id: "cut-46", sequence: 46, verdict: 45, host: "10.77.0.12", action: "block_spread", means: ["nftables"],
    macs: ["02:77:00:00:00:0c"], ips: ["10.77.0.12", "fe80::77:ff:fe00:c"], users: [], decided: at - 8, until: at + 4 * 3600 - 8, state,
    detail: "", drops: 0, can_roll_back: true, ...more,
  };
}

function situation(at, more) {
  return {
    type: "situation", box: "chv-1", version: "0.1.0", sequence: 48, at, mode: "guard",
    source: { kind: "live", name: "span0", packets: 48210, drops: 0, gaps: 0 },
    trouble: "", refused: 0,
    processes: [
      { name: "sensor span0", state: "up", since: at - 5400 },
      { name: "cordon-nft", state: "up", since: at - 5400 },
      { name: "cordon-seal", state: "up", since: at - 5400 },
    ],
    headline: { level: "calm", host: "", share: "", files: 0 }, hosts: hosts(at), verdicts: [], cuts: [], ...more,
  };
}

const victim = { host: "10.77.0.12", share: "commun", files: 3 };
const infected = { level: "infected", score: 24.09, files_touched: 3 };

export const states = {
  calm: (at) => situation(at, {}),
  blind: (at) => situation(at, { processes: [{ name: "sensor span0", state: "down", since: at - 12 }] }),
  noted: (at) =>
    situation(at, {
      processes: [{ name: "radius", state: "up", since: at - 40, detail: { fr: "pas encore levée : cut-46 (sw-2: Unsupported Attribute)", en: "not lifted yet: cut-46 (sw-2: Unsupported Attribute)" } }],
      cuts: [cut(at, "lifting", { changed: at - 30, can_roll_back: false })],
    }),
  put_right: (at) =>
    situation(at, {
      processes: [{ name: "cordon-nft", state: "up", since: at - 40, detail: { fr: "remis d'accord : 1 coupures redemandées", en: "reconciled: 1 cuts asked for again" } }],
    }),
  unsealed: (at) => situation(at, { processes: [{ name: "cordon-seal", state: "down", since: at - 12 }] }),
  unwritten: (at) =>
    situation(at, {
      trouble: "the logbook cannot be written: append: No space left on device; the disk is full: free some space there",
      refused: 12,
      processes: [{ name: "cordon-seal", state: "down", since: at - 12 }],
    }),
  on_reserve: (at) =>
    situation(at, { trouble: "the disk is full: the logbook lives on the space set aside for cuts; free some space" }),
  unwritten_attack: (at) => ({ ...states.attack(at), trouble: "the logbook cannot be written: append: No space left on device" }),
  suspect: (at) =>
    situation(at, {
      headline: { level: "suspect", ...victim, files: 1 },
      hosts: hosts(at, { level: "suspect", score: 8.03, files_touched: 1 }),
      verdicts: [verdict(at, "suspect", 1)],
    }),
  attack: (at) =>
    situation(at, {
      headline: { level: "attack", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [cut(at, "failed", { detail: { fr: "cordon-nft n’a pas répondu en 2 s", en: "cordon-nft did not answer within 2 s" } })],
    }),
  contained: (at) =>
    situation(at, {
      headline: { level: "contained", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [cut(at, "holds", { detail: { fr: "règle relue, aucune donnée acquittée depuis", en: "rule read back, no data acknowledged since" }, drops: 17 })],
    }),
  handed_on: (at) =>
    situation(at, {
      headline: { level: "attack", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [
        cut(at, "unproven", {
          means: ["nftables", "samba"],
          detail: {
            fr: "nftables : règle relue, mais elle n'a encore rien jeté : le poste est peut-être inactif; samba : le serveur de fichiers refuse le poste ; ce qu'il fait ailleurs n'est pas arrêté",
            en: "nftables: rule read back, but it has dropped nothing yet: the host may be idle; samba: the file server turns the host away; what it does elsewhere is not stopped",
          },
        }),
      ],
    }),
  rehearsed: (at) =>
    situation(at, {
      source: { kind: "replay", name: "night.pcap", packets: 48210, drops: 0, gaps: 2 },
      headline: { level: "attack", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [cut(at, "rehearsed", { means: ["dry-run"], can_roll_back: true })],
    }),
  lifting: (at) =>
    situation(at, {
      headline: { level: "contained", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [cut(at, "lifting", { detail: "fausse alerte vérifiée", drops: 17, can_roll_back: false })],
    }),
  two_withheld: (at) =>
    situation(at, {
      headline: { level: "attack", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [
        cut(at, "withheld", { id: "", sequence: 46, can_roll_back: false }),
        cut(at, "withheld", { id: "", sequence: 47, host: "10.77.0.30", ips: ["10.77.0.30"], can_roll_back: false }),
      ],
    }),
  lifted: (at) =>
    situation(at, {
      headline: { level: "contained", ...victim },
      hosts: hosts(at, infected),
      verdicts: [verdict(at, "infected", 3)],
      cuts: [cut(at, "lifted", { detail: "par astreinte réseau : fausse alerte vérifiée", drops: 17, can_roll_back: false })],
    }),
};

function entry(sequence, ts, kind, fr, en, body = {}) {
  return { type: "entry", sequence, epoch: 1, ts, kind, text: { fr, en }, body };
}

/** The first 40 entries, before anything happens. */
export function quietEntries(at) {
  const out = [entry(1, at - 5400, "started", "Cordon 0.1.0 démarre en mode garde", "Cordon 0.1.0 starts in guard mode", { version: "0.1.0" })];
  for (let i = 2; i <= 40; ++i) {
    const ws = 11 + (i % 3);
    out.push(
      entry(i, at - 5400 + i * 130, "work", `10.77.0.${ws} : ${i % 7 + 1} fichiers de travail ordinaire sur commun`,
        `10.77.0.${ws}: ${i % 7 + 1} files of ordinary work on commun`, { host: `10.77.0.${ws}`, files: i % 7 + 1, llr: -0.4 * i }));
  }
  return out;
}

export function attackEntries(at) {
  const seen = evidence(at).map((e) =>
    entry(e.sequence, e.ts, "evidence", `10.77.0.12 : structure perdue, ${e.path.split("\\").pop()} (+8,0)`,
      `10.77.0.12: structure lost, ${e.path.split("\\").pop()} (+8.0)`, e));
  return [
    ...seen,
    entry(44, at - 8.2, "host_seen", "10.77.0.12 parle à 10.77.0.20", "10.77.0.12 speaks to 10.77.0.20"),
    entry(45, at - 8, "verdict", "10.77.0.12 infecté : somme 24,1 pour un seuil de 20,7", "10.77.0.12 infected: sum 24.1 against a threshold of 20.7", { why: [41, 42, 43] }),
    entry(46, at - 8, "cut_decided", "Coupure cut-46 décidée pour 10.77.0.12, quatre heures", "Cut cut-46 decided for 10.77.0.12, four hours", { why: [45] }),
  ];
}

export function heldEntries(at) {
  return [
    entry(47, at - 7.9, "cut_changed", "Coupure cut-46 appliquée par nftables", "Cut cut-46 applied by nftables"),
    entry(48, at - 6.8, "cut_changed", "Coupure cut-46 tient : règle relue, 17 paquets rejetés", "Cut cut-46 holds: rule read back, 17 packets dropped"),
  ];
}
