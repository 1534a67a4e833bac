// SPDX-License-Identifier: Apache-2.0
// What a person may order for one host or border: what it is, what care it touches, who must agree, and what became of
// it; or why it cannot be done.

import { h, setAttribute, setList, setText, type Row } from "./dom";
import { post } from "./door";
import { hours, visible } from "./format";
import type { Plan } from "./model";
import type { FlowEnds, Offer } from "./network";
import { keyText, subjectText } from "./key_text";
import { forbidText, needsText } from "./view_line";
import { Ask, Wish } from "./wish";
import { language, say, sayMaybe } from "./words";

/** OfferNow is what the situation says of an offer. */
export interface OfferNow {
  plan: Plan | undefined;
  inForce: boolean;
  lost: boolean;
}

/** flowText says what a flow is for, and where it goes to or comes from. */
function flowText(flow: FlowEnds): string {
  const port = flow.port === 0 ? say("flow_any_port") : say("flow_port", { port: `${flow.port}${flow.udp ? "/udp" : ""}` });
  const ends = say(flow.outgoing ? "flow_to" : "flow_from", { other: visible(flow.other), port });
  const whose = [visible(flow.service), visible(flow.unit)].filter((part) => part !== "").join(", ");
  return whose === "" ? ends : `${whose}${say("colon")}${ends}`;
}

function decide(key: string, wish: "force" | "forbid"): Ask {
  const texts = {
    open: say(`offer_${wish}`),
    warning: say(`offer_${wish}_warning`),
    confirm: say(`offer_${wish}_confirm`),
    done: () => say("plan_taken"),
  };
  return new Ask(texts, (reason) => post("/api/line", { key, wish, reason }));
}

/** mustAgree says who must: two also where one person alone has agreed to as much as one may. */
function mustAgree(offer: Offer, plan: Plan | undefined): string {
  if (offer.needs.length > 0) return say("offer_two", { who: needsText(offer.needs) });
  const isBeyondOne = plan !== undefined && offer.harm > 0 && offer.harm > plan.lone_left;
  return isBeyondOne ? say("offer_beyond_one", { who: needsText(["cyber", "director"]) }) : say("offer_one");
}

export class OfferCard implements Row<Offer> {
  private readonly what = h("strong");
  private readonly harm = h("span", { class: "muted" });
  private readonly care = h("ul", { class: "care" });
  private readonly careFolded: HTMLElement;
  private readonly careCount = h("summary");
  private readonly who = h("p", { class: "muted who-must" });
  private readonly state = h("p");
  private readonly force: Ask;
  private readonly forbid: Ask;
  private readonly free = new Wish(false);
  readonly node: HTMLElement;

  /** `folded`: one of many; the care it touches is opened by whoever wants to read it. */
  constructor(offer: Offer, private readonly folded: boolean, private readonly now: () => OfferNow) {
    this.force = decide(offer.key, "force");
    this.forbid = decide(offer.key, "forbid");
    this.free.add(say("plan_free"), () => post("/api/line", { key: offer.key, wish: "free", reason: "" }));
    this.free.end();
    this.careFolded = folded ? h("details", {}, this.careCount, this.care) : this.care;
    this.node = h(
      "article",
      { class: folded ? "offer compact" : "offer", "data-offer": offer.key },
      h("h4", {}, this.what, " ", this.harm),
      this.careFolded,
      this.who,
      this.state,
      h("div", { class: "asks" }, this.force.node, this.forbid.node, this.free.node),
    );
  }

  update(offer: Offer): void {
    const { plan, inForce, lost } = this.now();
    const possible = offer.why_not === "";
    const word = plan?.overruled.find((line) => line.key === offer.key);
    const line = plan?.lines.find((one) => one.key === offer.key);
    const waits = line?.state === "waits";
    this.forbid.warn(forbidText(line));
    setText(this.what, offer.flow !== undefined ? flowText(offer.flow) : this.folded ? subjectText(offer.key) : keyText(offer.key));
    setText(this.harm, !possible ? "" : offer.harm === 0 ? say("offer_free") : say("plan_costs", { n: hours(offer.harm, language()) }));
    const care = possible ? offer.care[language()].map(visible) : [];
    setList(this.care, care.length === 0 && possible && !this.folded ? [say("offer_no_care")] : care);
    setText(this.careCount, say("offer_care", { n: String(care.length) }));
    this.careFolded.hidden = this.folded ? care.length === 0 : this.care.hidden;
    this.who.hidden = !possible || inForce;
    setText(this.who, mustAgree(offer, plan));
    const why = sayMaybe(`offer_${offer.why_not}`) ?? visible(offer.why_not);
    const said = !possible ? why : inForce ? say(offer.flow?.outgoing === false ? "offer_in_force_there" : "offer_in_force", { other: visible(offer.flow?.other ?? "") }) : waits ? say("offer_waits") : "";
    const wished = word?.wish === "force" ? "offer_forced_by" : "offer_forbidden_by";
    const overruled = word === undefined ? "" : say(wished, { who: visible(word.by), why: visible(word.reason) });
    setText(this.state, [said, overruled].filter((text) => text !== "").join(" "));
    this.state.hidden = this.state.textContent === "";
    setAttribute(this.node, "data-possible", String(possible));
    const what = keyText(offer.key);
    this.force.show(possible && !inForce && word?.wish !== "force", `${say("offer_force")}${say("colon")}${what}`, lost);
    this.forbid.show(possible && !inForce && word?.wish !== "forbid", `${say("offer_forbid")}${say("colon")}${what}`, lost);
    this.free.node.hidden = word === undefined;
    this.free.lock(lost);
  }
}
