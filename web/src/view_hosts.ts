// SPDX-License-Identifier: Apache-2.0
// The hosts and their state. What wants a person stands first.

import { arrowKeys, h, icon, keepReachable, Keyed, Mark, setAttribute, setText, type Row } from "./dom";
import { moment, visible, whole } from "./format";
import { cutOf, inForce, type Host, type Situation } from "./model";
import { cutTones } from "./sentences";
import { language, say, sayMaybe } from "./words";
import { levelMarks } from "./view_verdicts";

interface HostContext {
  situation: Situation;
  now: number;
}

const severity: Record<Host["level"], number> = { quiet: 0, suspect: 1, infected: 2 };

/** byAddress orders 10.0.0.9 before 10.0.0.10. */
const byAddress = new Intl.Collator("en", { numeric: true });

export class HostsView {
  private context: HostContext | null = null;
  private readonly rows = h("tbody");
  private readonly none = h("p", { class: "none" }, say("hosts_none"));
  private readonly keyed = new Keyed<Host>(
    this.rows,
    (host) => `${host.host} ${host.mac}`,
    () => new HostRow(() => this.context),
  );
  private readonly table: HTMLTableElement;
  readonly node: HTMLElement;

  constructor() {
    const column = (name: string, more: Record<string, string> = {}): HTMLElement => h("th", { scope: "col", ...more }, name);
    this.table = h(
      "table",
      { class: "hosts" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          column(say("host_state")),
          column(say("name")),
          column(say("address")),
          column(say("role")),
          column(say("user")),
          column(say("touched"), { class: "number" }),
          column(say("first_seen")),
        ),
      ),
      this.rows,
    );
    arrowKeys(this.rows);
    this.node = h(
      "section",
      { "aria-labelledby": "hosts-title", id: "hosts" },
      h("h2", { id: "hosts-title" }, say("hosts")),
      this.none,
      this.table,
    );
  }

  show(context: HostContext): void {
    this.context = context;
    const hosts = [...context.situation.hosts];
    hosts.sort((a, b) => severity[b.level] - severity[a.level] || byAddress.compare(a.host, b.host));
    this.none.hidden = hosts.length > 0;
    this.table.hidden = hosts.length === 0;
    this.keyed.show(hosts);
    keepReachable(this.rows);
  }
}

class HostRow implements Row<Host> {
  private readonly state = new Mark();
  private readonly cut = new Mark();
  private readonly name = h("strong");
  private readonly address = h("td", { class: "mono nowrap" });
  private readonly role = h("span");
  private readonly shield = h(
    "span",
    { class: "shield", title: say("protected_hint"), hidden: true },
    icon("shield"),
    say("protected"),
  );
  private readonly users = h("td");
  private readonly files = h("td", { class: "number", "data-label": say("touched") });
  private readonly seen = h("td", { class: "nowrap", "data-label": say("first_seen") });
  readonly node = h(
    "tr",
    { "data-row": true, tabindex: "-1" },
    h("td", { class: "marks" }, this.state.node, this.cut.node),
    h("td", {}, this.name),
    this.address,
    h("td", {}, this.role, this.shield),
    this.users,
    this.files,
    this.seen,
  );

  constructor(private readonly context: () => HostContext | null) {}

  update(host: Host): void {
    const context = this.context();
    if (context === null) return;
    const cut = cutOf(context.situation, host.host);
    const [shape, tone] = levelMarks[host.level];
    const held = cut !== undefined && inForce(cut);
    this.state.show(shape, host.level === "infected" && cutTones[cut?.state ?? "none"] === "alarm" ? "alarm" : tone, say(`level_${host.level}`));
    this.cut.node.hidden = !held;
    if (held) this.cut.show("bar", cut.state === "holds" ? "info" : "warn", say("level_cut"));
    setAttribute(this.node, "data-host", host.host);
    setAttribute(this.node, "data-level", host.level);
    setText(this.name, host.name === "" ? "–" : visible(host.name));
    setText(this.address, visible(host.host));
    this.address.title = host.mac;
    setText(this.role, sayMaybe(`role_${host.role === "" ? "unknown" : host.role}`) ?? visible(host.role));
    this.shield.hidden = !host.protected;
    setText(this.users, host.users.length === 0 ? "–" : host.users.map(visible).join(", "));
    setText(this.files, whole(host.files_touched, language()));
    setText(this.seen, moment(host.first_seen, context.now));
  }
}
