// SPDX-License-Identifier: Apache-2.0
// The estate as the server tells it, and what the page makes of it: hosts in groups, the state of each, and a search.
// Pure but for reading it; nothing is drawn here.

import { visible } from "./format";
import type { MarkedCut, NetworkMark, NetworkNow } from "./model";
import { inBoth, say } from "./words";

export interface Unit {
  name: string;
  kind: string;
  beds: number;
  building?: string;
  site?: string;
}

export interface Net {
  name: string;
  prefixes: string[];
  borders: number; // that can be closed to spreading protocols
  vlan?: number;
  site?: string;
}

type HostRow = [name: string, role: number, unit: number, net: number, addresses: string, macs: string, grain: number, flags: number];
const isProtected = 1;
const isSeen = 2;
const isImported = 4;
const isStranger = 8;

interface EstateMessage {
  revision: string;
  units: Unit[];
  networks: Net[];
  roles: string[];
  grains: string[];
  hosts: HostRow[];
  hosts_more: number;
}

/** Machine is one host of the estate. */
export interface Machine {
  name: string;
  role: string;
  unit: Unit | undefined;
  net: Net | undefined;
  addresses: string;
  macs: string;
  grain: string;
  protected: boolean;
  seen: boolean;
  imported: boolean;
  stranger: boolean; // seen, not declared
  searched: readonly string[]; // what a search looks through, what names it best first
}

export interface Estate {
  revision: string;
  machines: Machine[]; // by name
  byName: Map<string, Machine>;
  more: number; // not listed
}

/** natural orders pc-9 before pc-10. */
const natural = new Intl.Collator("fr", { numeric: true });

/** plain is text as a search compares it: small letters without accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** stranger makes a machine of a name that the estate does not list (yet). */
export function strangerNamed(name: string): Machine {
  return {
    name, role: "unknown", unit: undefined, net: undefined, addresses: name, macs: "", grain: "", protected: false, seen: true,
    imported: false, stranger: true, searched: [plain(name)],
  };
}

function readEstate(message: EstateMessage): Estate {
  const machines = message.hosts.map((row): Machine => {
    const [name, role, unitAt, netAt, addresses, macs, grain, flags] = row;
    const unit = message.units[unitAt];
    const net = message.networks[netAt];
    const roleWord = message.roles[role] ?? "";
    const vlan = net?.vlan === undefined ? "" : `vlan ${net.vlan}`;
    return {
      name, role: roleWord, unit, net, addresses, macs, grain: message.grains[grain] ?? "",
      protected: (flags & isProtected) !== 0, seen: (flags & isSeen) !== 0,
      imported: (flags & isImported) !== 0, stranger: (flags & isStranger) !== 0,
      searched: [name, `${addresses} ${macs}`, unit?.name ?? "", inBoth(`role_${roleWord}`), `${net?.name ?? ""} ${vlan}`].map(plain),
    };
  });
  machines.sort((a, b) => natural.compare(a.name, b.name));
  return {
    revision: message.revision, machines, more: message.hosts_more,
    byName: new Map(machines.map((machine) => [machine.name, machine])),
  };
}

export async function fetchEstate(): Promise<Estate> {
  const response = await fetch("/api/network", { cache: "no-store" });
  if (!response.ok) throw new Error(`network ${response.status}`);
  return readEstate((await response.json()) as EstateMessage);
}

/** Offer is what a person may order, with what it costs; or why it cannot be done. */
export interface Offer {
  key: string;
  action: string;
  subject: string;
  harm: number; // patient-hours
  needs: string[]; // roles, one person each; empty: done when one person orders it
  why_not: string;
  care: { fr: string[]; en: string[] };
  flow?: FlowEnds;
}

/** FlowEnds is what one flow is, seen from the host whose panel is open. */
export interface FlowEnds {
  outgoing: boolean;
  other: string;
  port: number; // 0: any
  udp: boolean;
  service: string;
  unit: string;
}

export interface Offers {
  revision: string;
  offers: Offer[];
  offers_more: number;
  flows?: { list: Offer[]; more: number };
  lost?: number; // patient-hours if the host were lost
  attached_to?: string;
  administered_by?: string;
  seen_as?: { address: string; mac: string; vlan: number; sensor: string; since: number }[];
  seen_flows?: { list: SeenFlow[]; more: number }; // of a host: what was seen and nobody declared, latest first
}

/** FlowState is how far a seen flow is proven: answered; over UDP also: who serves is taken from the ports, or no answer was seen. */
export type FlowState = "answered" | "unclear" | "one_way";

/** SeenFlow is a flow that a sensor saw and nobody declared; no care hangs on it as far as is known. */
export interface SeenFlow {
  opened: boolean; // by this host, else by the peer
  peer: string;
  port: number; // of who was opened to; 0: one that it gives out anew
  udp: boolean;
  state: FlowState;
  first: number;
  last: number;
  undeclared_way: boolean; // attacks spread by it, and nothing declared permits it
}

export async function fetchOffers(of: "host" | "network", name: string): Promise<Offers> {
  const response = await fetch(`/api/offers?${of}=${encodeURIComponent(name)}`, { cache: "no-store" });
  if (!response.ok) throw new Error(`offers ${response.status}`);
  return (await response.json()) as Offers;
}

// --- states ---

/** The columns of the map, in the order in which they want a person. */
export const columns = ["infected", "suspect", "unproven", "waits", "holds", "protected", "stranger"] as const;
export type Column = (typeof columns)[number];
export type Tally = Record<Column, number>;

export function nothing(): Tally {
  return { infected: 0, suspect: 0, unproven: 0, waits: 0, holds: 0, protected: 0, stranger: 0 };
}

/** stopsHost: this kind of cut is about what a host does to others. */
function stopsHost(action: string): boolean {
  return action === "block_spread" || action === "block_out" || action === "isolate";
}

const doubted: readonly MarkedCut["state"][] = ["unproven", "failed"];

/** held: a cut is proven to stop what the host does to others. */
export function held(mark: NetworkMark): boolean {
  return (mark.cuts ?? []).some((cut) => cut.state === "holds" && stopsHost(cut.action));
}

export const urgencyMax = 6;

/** urgency orders what wants a person; 0 wants nobody. The server orders its marks alike (network_marks.cpp). */
export function urgency(mark: NetworkMark | undefined): number {
  if (mark === undefined) return 0;
  const infected = mark.level === "infected";
  if (infected && !held(mark)) return urgencyMax;
  if ((mark.cuts ?? []).some((cut) => doubted.includes(cut.state))) return 5;
  if ((mark.lines ?? []).some((line) => line.state === "waits")) return infected ? 4 : 3;
  return infected ? 2 : mark.level === "suspect" ? 1 : 0;
}

/** count adds what a mark says to a tally. A cut that is not proven to hold counts as unproven, whatever the reason. */
export function count(tally: Tally, machine: Machine | undefined, mark: NetworkMark | undefined): void {
  if (machine?.protected === true) tally.protected += 1;
  if (machine?.stranger === true) tally.stranger += 1;
  if (mark === undefined) return;
  if (mark.level === "infected") tally.infected += 1;
  if (mark.level === "suspect") tally.suspect += 1;
  const cuts = mark.cuts ?? [];
  if (cuts.some((cut) => cut.state !== "holds")) tally.unproven += 1;
  else if (cuts.length > 0) tally.holds += 1;
  if ((mark.lines ?? []).some((line) => line.state === "waits")) tally.waits += 1;
}

// --- groups ---

export type Grouping = "unit" | "network";

export interface Group {
  key: string;
  name: string;
  unit: Unit | undefined;
  net: Net | undefined;
  machines: Machine[]; // all, or those a search found, by name
  total: number;
  tally: Tally;
  urgency: number;
  hit: number; // the best of its hosts
}

/** marksByName is what is not quiet, by host and by network. */
export class Marks {
  readonly hosts = new Map<string, NetworkMark>();
  readonly networks = new Map<string, NetworkMark>();

  constructor(now: NetworkNow | undefined) {
    for (const mark of now?.marks ?? []) {
      if (mark.host !== undefined) this.hosts.set(mark.host, mark);
      if (mark.network !== undefined) this.networks.set(mark.network, mark);
    }
  }
}

/** plainWords are the words of a search. */
function plainWords(search: string): string[] {
  return plain(search).split(/\s+/u).filter((word) => word !== "");
}

const begun = 1; // at the beginning of a word, or after a hyphen

/** standsIn tells where a word stands in a text: nowhere, inside a word, or where one begins. */
function standsIn(text: string, word: string): number {
  let best = -1;
  for (let at = text.indexOf(word); at >= 0 && best < begun; at = text.indexOf(word, at + 1)) {
    best = at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1)) ? begun : 0;
  }
  return best;
}

/** wordHit tells how well one word of a search names a machine: by its name, address, unit, role or network, best first; 0: not at all. */
function wordHit(machine: Machine, word: string): number {
  const ranks = machine.searched.length * 2;
  for (const [i, text] of machine.searched.entries()) {
    const how = standsIn(text, word);
    if (how >= 0) return ranks - i * 2 - 1 + how;
  }
  return 0;
}

const wholeName = 100; // more than all words of a search together

/** hit tells how well a search names a machine; 0 where a word of it stands nowhere in what is known of the machine. */
export function hit(machine: Machine, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const one = wordHit(machine, word);
    if (one === 0) return 0;
    sum += one;
  }
  const isWhole = words.length === 1 && machine.searched.slice(0, 2).some((text) => text.split(" ").includes(words[0] ?? ""));
  return isWhole ? sum + wholeName : sum;
}

/**
 * groupsOf puts the hosts into groups: whom a search names best first, then those that want a person, the calm ones by
 * name.
 */
export function groupsOf(estate: Estate, marks: Marks, by: Grouping, search: string): Group[] {
  const words = plainWords(search);
  const groups = new Map<string, Group>();
  const groupFor = (machine: Machine): Group => {
    const place = by === "unit" ? machine.unit : machine.net;
    const key = `${by} ${place?.name ?? ""}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        key, name: place === undefined ? say(by === "unit" ? "unit_none" : "network_none") : visible(place.name),
        unit: by === "unit" ? machine.unit : undefined, net: by === "network" ? machine.net : undefined,
        machines: [], total: 0, tally: nothing(), urgency: 0, hit: 0,
      };
      groups.set(key, group);
    }
    return group;
  };
  const take = (machine: Machine): void => {
    const group = groupFor(machine);
    group.total += 1;
    const hits = words.length === 0 ? 0 : hit(machine, words);
    if (words.length > 0 && hits === 0) return;
    const mark = marks.hosts.get(machine.name);
    group.machines.push(machine);
    count(group.tally, machine, mark);
    group.urgency = Math.max(group.urgency, urgency(mark));
    group.hit = Math.max(group.hit, hits);
  };
  for (const machine of estate.machines) take(machine);
  for (const name of marks.hosts.keys()) if (!estate.byName.has(name)) take(strangerNamed(name));
  for (const group of groups.values()) {
    const mark = group.net === undefined || words.length > 0 ? undefined : marks.networks.get(group.net.name);
    count(group.tally, undefined, mark);
    group.urgency = Math.max(group.urgency, urgency(mark));
  }
  return [...groups.values()]
    .filter((group) => group.machines.length > 0)
    .sort((a, b) => b.hit - a.hit || b.urgency - a.urgency || natural.compare(a.name, b.name));
}

/** inOrder puts the hosts of a group in the same order; they come by name. */
export function inOrder(machines: readonly Machine[], marks: Marks, search: string): Machine[] {
  const words = plainWords(search);
  const weighed = machines.map((machine) => {
    const hits = words.length === 0 ? 0 : hit(machine, words);
    return { machine, weight: hits * (urgencyMax + 1) + urgency(marks.hosts.get(machine.name)) };
  });
  return weighed.sort((a, b) => b.weight - a.weight).map(({ machine }) => machine);
}
