// SPDX-License-Identifier: Apache-2.0
// The map of the page "Network": how it stands in one line, the hosts in groups by unit or by network, a search, and the
// panel of what was chosen. What is calm stays folded.

import { h, icon, Mark, setAttribute, setText, type Row, type Shape, type Tone } from "./dom";
import { visible, whole } from "./format";
import type { NetworkMark, NetworkNow } from "./model";
import {
  columns, count, groupsOf, held, inOrder, Marks, nothing, plain, urgency, urgencyMax,
  type Column, type Estate, type Group, type Grouping, type Machine, type Net, type Tally,
} from "./network";
import { roleText } from "./sentences";
import type { CutContext } from "./view_cuts";
import { DetailView, type Subject } from "./view_detail";
import { Tree, type TreeRow } from "./view_tree";
import { language, say, sayMaybe, type Word } from "./words";

const looks: Record<Column, [Shape, Tone]> = {
  infected: ["diamond", "warn"],
  suspect: ["triangle", "warn"],
  unproven: ["cross", "alarm"],
  waits: ["clock", "warn"],
  holds: ["check", "info"],
  protected: ["shield", "quiet"],
  stranger: ["ring", "quiet"],
};

interface GroupRow extends TreeRow {
  kind: "group";
  group: Group;
  searching: boolean;
}
interface BordersRow extends TreeRow {
  kind: "borders";
  net: Net;
}
interface MachineRow extends TreeRow {
  kind: "machine";
  machine: Machine;
  mark: NetworkMark | undefined;
  chosen: boolean;
}
type MapRow = GroupRow | BordersRow | MachineRow;

/** What a person chose on the map; kept when the page is made anew in another language. */
const kept = { by: "unit" as Grouping, opened: new Set<string>(), search: "", chosen: null as Subject | null };

/** Cells are the counts of a group, or the states of a host, under the columns of the map. */
class Cells {
  readonly nodes = columns.map((column) => h("span", { class: "cell", "data-column": column, role: "img" }));
  private shown = "";

  show(tally: Tally, alarm: boolean, counted: boolean): void {
    const text = `${JSON.stringify(tally)}${alarm}`;
    if (text === this.shown) return;
    this.shown = text;
    columns.forEach((column, i) => {
      const node = this.nodes[i];
      const n = tally[column];
      if (node === undefined) return;
      node.hidden = false;
      if (n === 0) {
        node.replaceChildren();
        node.removeAttribute("aria-label");
        return;
      }
      const [shape, tone] = looks[column];
      node.replaceChildren(icon(shape), ...(counted ? [whole(n, language())] : []));
      setAttribute(node, "data-tone", alarm && column === "infected" ? "alarm" : tone);
      setAttribute(node, "aria-label", counted ? `${whole(n, language())} ${say(`column_${column}`)}` : say(`column_${column}`));
    });
  }
}

class MapRowView implements Row<MapRow> {
  private readonly name = h("span", { class: "row-name" });
  private readonly about = h("span", { class: "row-about muted" });
  private readonly total = h("span", { class: "row-total number" });
  private readonly cells = new Cells();
  readonly node = h("div", { class: "row" }, h("span", { class: "chevron" }), this.name, this.about, this.total, ...this.cells.nodes);

  update(row: MapRow): void {
    setAttribute(this.node, "data-kind", row.kind);
    if (row.kind === "group") this.showGroup(row.group, row.searching);
    else if (row.kind === "borders") this.showBorders(row.net);
    else this.showMachine(row);
  }

  private showGroup(group: Group, searching: boolean): void {
    setAttribute(this.node, "data-group", group.name);
    setText(this.name, group.name);
    setText(this.about, groupAbout(group));
    const n = (value: number): string => whole(value, language());
    setText(this.total, searching ? say("of", { n: n(group.machines.length), total: n(group.total) }) : n(group.total));
    this.cells.show(group.tally, group.urgency === urgencyMax, true);
  }

  private showBorders(net: Net): void {
    setText(this.name, say("borders"));
    setText(this.about, say("borders_close", { n: String(net.borders) }));
    setText(this.total, "");
    this.cells.show(nothing(), false, false);
  }

  private showMachine({ machine, mark, chosen }: MachineRow): void {
    setAttribute(this.node, "data-machine", machine.name);
    setAttribute(this.node, "aria-selected", String(chosen));
    setText(this.name, visible(machine.name));
    setText(this.about, [machine.addresses === machine.name ? "" : visible(machine.addresses), roleText(machine.role)].filter((part) => part !== "").join(" · "));
    setText(this.total, "");
    const tally = nothing();
    count(tally, machine, mark);
    this.cells.show(tally, mark?.level === "infected" && !held(mark), false);
  }
}

function groupAbout({ unit, net }: Group): string {
  if (unit !== undefined) {
    const kind = sayMaybe(`kind_of_${unit.kind}`) ?? visible(unit.kind);
    const beds = unit.beds > 0 ? say(unit.beds === 1 ? "beds_one" : "beds", { n: String(unit.beds) }) : "";
    return [plain(unit.name).includes(plain(kind)) ? "" : kind, beds].filter((part) => part !== "").join(" · ");
  }
  if (net === undefined) return "";
  const vlan = net.vlan === undefined ? "" : `VLAN ${net.vlan}`;
  return [vlan, ...net.prefixes.map(visible)].filter((part) => part !== "").join(" · ");
}

/** Summary is how it stands, in one line: what is zero is grey, and stays, so that the line reads the same every night. */
class Summary {
  private readonly infected = new Mark();
  private readonly suspect = new Mark();
  private readonly holds = new Mark();
  private readonly unproven = new Mark();
  private readonly waits = new Mark();
  private readonly total = h("span", { class: "muted" });
  readonly node = h(
    "p",
    { class: "summary", id: "network-summary" },
    this.infected.node, this.suspect.node, this.holds.node, this.unproven.node, this.waits.node, this.total,
  );

  show(now: NetworkNow | undefined, estate: Estate, alarm: boolean): void {
    const counts = now?.counts;
    const n = (value: number | undefined): string => whole(value ?? 0, language());
    const put = (mark: Mark, column: Column, value: number, word: Word, tone = looks[column][1]): void =>
      mark.show(looks[column][0], value === 0 ? "quiet" : tone, say(word, { n: n(value) }));
    put(this.infected, "infected", counts?.infected ?? 0, "sum_infected", alarm ? "alarm" : "warn");
    put(this.suspect, "suspect", counts?.suspect ?? 0, "sum_suspect");
    put(this.holds, "holds", counts?.holds ?? 0, "sum_holds");
    const pending = (counts?.pending ?? 0) + (counts?.rehearsed ?? 0) + (counts?.by_hand ?? 0);
    const doubted = (counts?.unproven ?? 0) + pending;
    put(this.unproven, "unproven", doubted, "sum_unproven", (counts?.unproven ?? 0) > 0 ? "alarm" : "warn");
    put(this.waits, "waits", counts?.waits ?? 0, "sum_waits");
    const strangers = estate.machines.filter((machine) => machine.stranger).length;
    const more = estate.more > 0 ? `${say("semicolon")}${say("sum_not_listed", { n: n(estate.more) })}` : "";
    const unmarked = (now?.marks_more ?? 0) > 0 ? `${say("semicolon")}${say("sum_not_marked", { n: n(now?.marks_more) })}` : "";
    const undeclared = strangers > 0 ? say("sum_strangers", { n: n(strangers) }) : "";
    setText(this.total, say("sum_total", { n: n(estate.machines.length) }) + undeclared + more + unmarked);
  }
}

export class NetworkView {
  private estate: Estate | null = null;
  private context: CutContext | null = null;
  private marks = new Marks(undefined);
  private detail: DetailView | null = null;
  private readonly summary = new Summary();
  private readonly search = h("input", {
    type: "search", id: "search", autocomplete: "off", spellcheck: "false", "aria-keyshortcuts": "/", value: kept.search,
  });
  private readonly found = h("span", { class: "muted", role: "status", id: "found" });
  private readonly byUnit = h("button", { type: "button", class: "choice", click: () => this.group("unit") }, say("by_unit"));
  private readonly byNetwork = h("button", { type: "button", class: "choice", click: () => this.group("network") }, say("by_network"));
  private readonly tree = new Tree<MapRow>({
    label: say("map"),
    make: () => new MapRowView(),
    chosen: (row) => this.choose(row),
    turn: (row, open) => this.turn(row, open),
    leave: () => this.back(),
  });
  private readonly none = h("p", { class: "none", role: "status" }, say("estate_asking"));
  private readonly panel = h("div", { class: "panel" });
  readonly map: HTMLElement;

  constructor() {
    this.search.addEventListener("input", () => {
      kept.search = this.search.value;
      this.tree.toTop();
      this.draw();
    });
    this.search.addEventListener("keydown", (event) => this.onSearchKey(event));
    const head = h(
      "div",
      { class: "row map-head", "aria-hidden": "true" },
      h("span"),
      h("span", { class: "map-name" }, say("map_name")),
      h("span", { class: "row-total" }, say("machines")),
      ...columns.map((column) => h("span", { class: "cell" }, say(`column_${column}`))),
    );
    this.map = h(
      "section",
      { id: "network", "aria-label": say("page_network") },
      this.summary.node,
      h(
        "div",
        { class: "map-tools" },
        h("div", { class: "choices", role: "group", "aria-label": say("grouping") }, this.byUnit, this.byNetwork),
        h("label", { class: "filter" }, `${say("search")} `, h("kbd", {}, "/"), this.search),
        this.found,
      ),
      head,
      this.none,
      this.tree.node,
      h("p", { class: "keys muted" }, say("map_keys")),
    );
    if (kept.chosen !== null) this.detail = this.panelOf(kept.chosen);
  }

  /** side is where the panel of what was chosen stands. */
  get side(): HTMLElement {
    return this.panel;
  }

  take(estate: Estate): void {
    this.estate = estate;
    if (this.detail?.subject.machine !== undefined) {
      this.detail.subject.machine = estate.byName.get(this.detail.subject.machine.name) ?? this.detail.subject.machine;
    }
    this.draw();
    this.showDetail();
  }

  revision(): string {
    return this.estate?.revision ?? "";
  }

  show(context: CutContext): void {
    const isNews = context.situation !== this.context?.situation;
    this.context = context;
    if (isNews) {
      this.marks = new Marks(context.situation.network);
      this.draw();
    }
    this.showDetail();
  }

  focusSearch(): void {
    this.search.focus();
    this.search.select();
  }

  private draw(): void {
    const { estate } = this;
    setAttribute(this.byUnit, "aria-pressed", String(kept.by === "unit"));
    setAttribute(this.byNetwork, "aria-pressed", String(kept.by === "network"));
    if (estate === null) return;
    const searching = kept.search.trim() !== "";
    const groups = groupsOf(estate, this.marks, kept.by, kept.search);
    const rows: MapRow[] = [];
    groups.forEach((group, i) => {
      const open = searching || kept.opened.has(group.key);
      rows.push({ kind: "group", key: group.key, level: 1, open, at: i + 1, of: groups.length, group, searching });
      if (open) rows.push(...this.inside(group, searching));
    });
    this.none.hidden = rows.length > 0;
    setText(this.none, say("search_none"));
    const machines = groups.reduce((sum, group) => sum + group.machines.length, 0);
    setText(this.found, searching ? say(machines === 1 ? "search_found_one" : "search_found", { n: whole(machines, language()) }) : "");
    this.tree.show(rows);
    const alarm = [...this.marks.hosts.values()].some((mark) => urgency(mark) === urgencyMax);
    this.summary.show(this.context?.situation.network, estate, alarm);
  }

  private inside(group: Group, searching: boolean): MapRow[] {
    const machines = inOrder(group.machines, this.marks, kept.search);
    const net = searching || group.net === undefined || group.net.borders === 0 ? undefined : group.net;
    const of = machines.length + (net === undefined ? 0 : 1);
    const chosen = this.detail?.subject.machine?.name;
    const rows: MapRow[] = net === undefined ? [] : [{ kind: "borders", key: `borders ${group.key}`, level: 2, at: 1, of, net }];
    for (const machine of machines) {
      const mark = this.marks.hosts.get(machine.name);
      rows.push({
        kind: "machine", key: `host ${machine.name}`, level: 2, at: rows.length + 1, of, machine, mark, chosen: chosen === machine.name,
      });
    }
    return rows;
  }

  private choose(row: MapRow): void {
    if (row.kind === "group") this.turn(row, row.open === false);
    else this.open(row.kind === "machine" ? { machine: row.machine } : { net: row.net });
  }

  private turn(row: MapRow, open: boolean): void {
    if (row.kind !== "group" || row.searching) return;
    if (open) kept.opened.add(row.key);
    else kept.opened.delete(row.key);
    this.draw();
  }

  /** open shows the panel and moves the focus to it; closing it gives the focus back to the map. */
  private open(subject: Subject): void {
    kept.chosen = subject;
    this.detail = this.panelOf(subject);
    this.draw();
    this.showDetail();
    this.detail.focus();
  }

  private panelOf(subject: Subject): DetailView {
    const detail = new DetailView(subject, () => this.close());
    this.panel.replaceChildren(detail.node);
    return detail;
  }

  private close(): void {
    this.detail = kept.chosen = null;
    this.panel.replaceChildren();
    this.draw();
    this.tree.focus();
  }

  private showDetail(): void {
    const { context, detail } = this;
    if (context === null || detail === null) return;
    const { machine, net } = detail.subject;
    const mark = machine === undefined ? this.marks.networks.get(net.name) : this.marks.hosts.get(machine.name);
    detail.show({ ...context, mark, revision: this.revision() });
  }

  /** back undoes the last step: the panel, then the search, then the open group. */
  private back(): void {
    if (this.detail !== null) {
      this.close();
    } else if (kept.search !== "") {
      kept.search = this.search.value = "";
      this.draw();
    } else {
      const row = this.tree.activeRow();
      const group = row?.kind === "machine" ? this.groupKey(row.machine) : row?.kind === "borders" ? `network ${row.net.name}` : row?.key;
      if (group === undefined || !kept.opened.delete(group)) return;
      this.draw();
      this.tree.activate(group);
    }
  }

  private groupKey(machine: Machine): string {
    return `${kept.by} ${(kept.by === "unit" ? machine.unit : machine.net)?.name ?? ""}`;
  }

  private group(by: Grouping): void {
    kept.by = by;
    this.tree.toTop();
    this.draw();
  }

  private onSearchKey(event: KeyboardEvent): void {
    if (event.key === "Escape") {
      event.stopPropagation();
      kept.search = this.search.value = "";
      this.draw();
      this.tree.focus();
    } else if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      this.tree.toFirst((row) => kept.search.trim() === "" || row.kind === "machine");
    }
  }
}
