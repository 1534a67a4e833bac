// SPDX-License-Identifier: Apache-2.0
// The flows of one host that were seen and that nobody declared. They lie folded: they want nobody at night.

import { h, setList, setText } from "./dom";
import { moment, visible } from "./format";
import type { SeenFlow } from "./network";
import { say } from "./words";

export class FlowsView {
  private readonly title = h("summary");
  private readonly list = h("ul", { class: "seen-flows" });
  private readonly more = h("p", { class: "muted" });
  readonly node = h("details", { id: "seen-flows", hidden: true }, this.title, h("p", { class: "muted" }, say("flows_hint")), this.list, this.more);

  show(flows: readonly SeenFlow[], more: number, now: number): void {
    this.node.hidden = flows.length === 0;
    setText(this.title, say("flows_seen", { n: String(flows.length + more) }));
    setList(this.list, flows.map((flow) => flowText(flow, now)));
    setText(this.more, more > 0 ? say("plan_more", { n: String(more) }) : "");
  }
}

function flowText(flow: SeenFlow, now: number): string {
  const way = say(flow.opened ? "flow_to" : "flow_from", {
    other: visible(flow.peer),
    port: portText(flow),
  });
  const times = say("flow_times", { first: moment(flow.first, now), last: moment(flow.last, now) });
  const remarks = [way, times];
  if (flow.state !== "answered") remarks.push(say(`flow_${flow.state}`));
  if (flow.undeclared_way) remarks.push(say("flow_undeclared_way"));
  return remarks.join(say("semicolon"));
}

function portText(flow: SeenFlow): string {
  if (flow.port === 0) return say(flow.udp ? "flow_udp_port_given_out" : "flow_port_given_out");
  return say("flow_port", { port: `${flow.port}${flow.udp ? "/udp" : ""}` });
}
