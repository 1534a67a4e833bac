// SPDX-License-Identifier: Apache-2.0
// The panel of one host, or of the borders of one network: what it is, why it is suspected, what is cut and whether that
// holds, what waits, and what may be ordered at what price.

import { h, icon, Keyed, Mark, setAttribute, setText } from "./dom";
import { hours, moment, visible } from "./format";
import { actionText, keyText } from "./key_text";
import type { Cut, MarkedCut, NetworkMark, PlanLine } from "./model";
import { fetchOffers, held, type Machine, type Net, type Offer, type Offers } from "./network";
import { roleText } from "./sentences";
import { CutCard, cutMarks, rollBack, type CutContext } from "./view_cuts";
import { FlowsView } from "./view_flows";
import { HandCard, type HandNow } from "./view_hand";
import { LineCard } from "./view_line";
import { OfferCard, type OfferNow } from "./view_offer";
import { levelMarks } from "./view_verdicts";
import type { Ask } from "./wish";
import { language, say, sayMaybe } from "./words";

export interface DetailContext extends CutContext {
  mark: NetworkMark | undefined;
  revision: string; // of the estate
}

/** flowsOpenMax: so many flows of a host are shown without being asked for; a server has hundreds. */
const flowsOpenMax = 6;

type OtherMarked = MarkedCut & { state: Cut["state"] };
function isOther(cut: MarkedCut): cut is OtherMarked {
  return cut.state !== "by_hand";
}

/** Subject is what the panel is about. */
export type Subject = { machine: Machine; net?: undefined } | { net: Net; machine?: undefined };

/** OtherCut is a cut that is not among those the situation tells in full. */
class OtherCut {
  private readonly mark = new Mark();
  private readonly what = h("span");
  private readonly ask: Ask;
  readonly node: HTMLElement;

  constructor(
    private readonly id: string,
    private readonly lost: () => boolean,
  ) {
    this.ask = rollBack(id);
    this.node = h("article", { class: "card", "data-cut": id }, h("h3", {}, this.mark.node, " ", this.what), this.ask.node);
  }

  update(cut: OtherMarked): void {
    const [shape, tone] = cutMarks[cut.state];
    this.mark.show(shape, tone, say(`state_${cut.state}`));
    setAttribute(this.node, "data-tone", tone);
    setText(this.what, cut.key === "" ? actionText(cut.action) : keyText(cut.key));
    this.ask.show(cut.state !== "lifting", say("roll_back_of", { host: this.id }), this.lost());
  }
}

export class DetailView {
  private context: DetailContext | null = null;
  private offers: Offers | null = null;
  private asked = ""; // the revision for which offers were asked
  private readonly level = new Mark();
  private readonly oneSided = new Mark();
  private readonly shield = h("span", { class: "shield", title: say("protected_hint") }, icon("shield"), say("protected"));
  private readonly because = h("button", { type: "button", class: "link" });
  private readonly facts = h("dl", { class: "grid facts-of" });
  private readonly cuts = h("div", { class: "cards" });
  private readonly otherCuts = h("div", { class: "cards" });
  private readonly byHand = h("div", { class: "cards" });
  private readonly lines = h("div", { class: "cards" });
  private readonly offered = h("div", { class: "offers" });
  private readonly seenFlows = new FlowsView();
  private readonly offersSaid = h("p", { class: "muted", role: "status" });
  private readonly flows = h("div", { class: "offers" });
  private readonly flowsSaid = h("summary");
  private readonly flowsMore = h("p", { class: "muted" });
  private readonly flowsPart = h("details", { class: "flows", hidden: true }, this.flowsSaid, this.flows, this.flowsMore);
  private readonly title: HTMLElement;
  private readonly keyedCuts = new Keyed<Cut>(this.cuts, (cut) => cut.id, (cut) => new CutCard(cut.id, () => this.context));
  private readonly keyedOthers = new Keyed<OtherMarked>(
    this.otherCuts,
    (cut) => cut.id,
    (cut) => new OtherCut(cut.id, () => this.context?.lost ?? true),
  );
  private readonly keyedLines = new Keyed<PlanLine>(this.lines, (line) => line.key, () => new LineCard());
  private readonly keyedByHand = new Keyed<HandNow>(this.byHand, (one) => one.key, (one) => new HandCard(one));
  private readonly keyedOffers: Keyed<Offer>;
  private readonly keyedFlows = new Keyed<Offer>(this.flows, (offer) => offer.key, (offer) => new OfferCard(offer, true, () => this.offerNow(offer)));
  readonly node: HTMLElement;

  constructor(
    readonly subject: Subject,
    close: () => void,
  ) {
    const folded = subject.net !== undefined;
    const name = visible(subject.machine?.name ?? subject.net?.name ?? "");
    this.title = h("h2", { id: "detail-title", tabindex: "-1" }, folded ? say("borders_of", { network: name }) : name);
    this.keyedOffers = new Keyed<Offer>(
      this.offered,
      (offer) => offer.key,
      (offer) => new OfferCard(offer, folded, () => this.offerNow(offer)),
    );
    this.because.addEventListener("click", () => this.context?.onEntry(this.context.mark?.verdict ?? 0));
    this.node = h(
      "section",
      { id: "detail", "aria-labelledby": "detail-title" },
      h(
        "div",
        { class: "detail-head" },
        this.title,
        h("button", { type: "button", click: close, "aria-keyshortcuts": "Escape" }, say("detail_close"), " ", h("kbd", {}, say("key_escape"))),
      ),
      h("p", { class: "detail-state", hidden: folded }, this.level.node, this.oneSided.node, this.shield, " ", this.because),
      this.facts,
      this.cuts,
      this.otherCuts,
      this.byHand,
      this.lines,
      h("h3", { class: "sub" }, say(folded ? "offers_borders" : "offers")),
      this.offersSaid,
      this.offered,
      this.flowsPart,
      this.seenFlows.node,
    );
    this.node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
  }

  focus(): void {
    this.title.focus();
  }

  show(context: DetailContext): void {
    this.context = context;
    if (this.asked !== context.revision && !context.lost) this.ask(context.revision);
    const { situation, mark } = context;
    const level = mark?.level ?? "quiet";
    const [shape, tone] = levelMarks[level];
    this.level.show(shape, level === "infected" && (mark === undefined || !held(mark)) ? "alarm" : tone, say(`level_${level}`));
    this.oneSided.node.hidden = mark?.one_sided !== true;
    if (mark?.one_sided === true) this.oneSided.show("triangle", "warn", say("line_one_sided"));
    this.shield.hidden = this.subject.machine?.protected !== true;
    this.because.hidden = mark?.verdict === undefined;
    setText(this.because, say("because_verdict", { n: String(mark?.verdict ?? 0) }));
    this.showFacts(context);
    const marked = mark?.cuts ?? [];
    const told = marked.map((cut) => situation.cuts.find((one) => one.id === cut.id)).filter((cut): cut is Cut => cut !== undefined);
    this.keyedCuts.show(told);
    this.keyedOthers.show(marked.filter(isOther).filter((cut) => !told.some((one) => one.id === cut.id)));
    const { now, lost } = context;
    const done = (situation.plan?.by_hand ?? []).filter((hand) => marked.some((cut) => cut.state === "by_hand" && cut.key === hand.key));
    this.keyedByHand.show(done.map((hand) => ({ ...hand, now, lost })));
    const lines = (mark?.lines ?? [])
      .map((line) => situation.plan?.lines.find((one) => one.key === line.key))
      .filter((line): line is PlanLine => line !== undefined);
    this.keyedLines.show(lines);
    for (const line of lines) (this.keyedLines.row(line.key) as LineCard | undefined)?.lock(context.lost);
    if (this.offers !== null) this.keyedOffers.show(this.ordered(this.offers.offers));
    if (this.offers?.flows !== undefined) this.keyedFlows.show(this.offers.flows.list);
    if (this.offers !== null) this.seenFlows.show(this.offers.seen_flows?.list ?? [], this.offers.seen_flows?.more ?? 0, context.now);
  }

  /** takeFlows shows how many flows there are; a few are open at once. */
  private takeFlows(flows: Offers["flows"]): void {
    const n = (flows?.list.length ?? 0) + (flows?.more ?? 0);
    if (this.flowsPart.hidden) this.flowsPart.open = n <= flowsOpenMax;
    this.flowsPart.hidden = n === 0;
    setText(this.flowsSaid, say("flows", { n: String(n) }));
    setText(this.flowsMore, (flows?.more ?? 0) > 0 ? say("plan_more", { n: String(flows?.more) }) : "");
  }

  /** ordered puts borders that lead away before those that lead here. */
  private ordered(offers: readonly Offer[]): Offer[] {
    const net = this.subject.net;
    if (net === undefined) return [...offers];
    const away = (offer: Offer): number => (offer.subject.startsWith(`${net.name}>`) ? 0 : 1);
    return [...offers].sort((a, b) => away(a) - away(b) || a.subject.localeCompare(b.subject, "fr"));
  }

  private offerNow(offer: Offer): OfferNow {
    const context = this.context;
    // A flow is cut at its client, so its cut may stand in another panel than the one that is open.
    const everywhere = offer.flow === undefined ? [] : (context?.situation.network?.marks ?? []).flatMap((mark) => mark.cuts ?? []);
    const inForce = [...(context?.mark?.cuts ?? []), ...everywhere].some((cut) => cut.key === offer.key || answers(cut.action, offer.action));
    return { plan: context?.situation.plan, inForce, lost: context?.lost ?? true };
  }

  private ask(revision: string): void {
    this.asked = revision;
    const { machine, net } = this.subject;
    setText(this.offersSaid, this.offers === null ? say("offers_asking") : "");
    fetchOffers(machine === undefined ? "network" : "host", machine?.name ?? net?.name ?? "")
      .then((offers) => {
        this.offers = offers;
        this.takeFlows(offers.flows);
        const more = offers.offers_more > 0 ? say("plan_more", { n: String(offers.offers_more) }) : "";
        setText(this.offersSaid, offers.offers.length === 0 ? say("offers_none") : more);
        if (this.context !== null) this.show(this.context);
      })
      .catch(() => {
        setText(this.offersSaid, say("offers_failed"));
        this.asked = ""; // tried again with the next situation
      });
  }

  private showFacts(context: DetailContext): void {
    const facts = this.subject.machine === undefined ? netFacts(this.subject.net) : machineFacts(this.subject.machine, this.offers, context);
    const text = JSON.stringify(facts);
    if (this.facts.dataset["text"] === text) return;
    this.facts.dataset["text"] = text;
    this.facts.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }
}

/** answers: the first answer to a verdict blocks both directions of a host, and has no key of its own. */
function answers(cut: string, offer: string): boolean {
  return cut === "block_spread" && (offer === "block_out" || offer === "shield");
}

function runBy(who: string): string {
  return sayMaybe(`run_by_${who}`) ?? visible(who);
}

type Fact = [name: string, value: string];

function netFacts(net: Net): Fact[] {
  return [
    ["VLAN", net.vlan === undefined ? say("unknown") : String(net.vlan)],
    [say("prefixes"), net.prefixes.map(visible).join(", ")],
    [say("site"), visible(net.site ?? "")],
  ];
}

function machineFacts(machine: Machine, offers: Offers | null, context: DetailContext): Fact[] {
  const { unit, net } = machine;
  const origin = machine.stranger ? "origin_seen" : machine.imported ? "origin_imported" : "origin_declared";
  const vlan = net?.vlan === undefined ? "" : ` (VLAN ${net.vlan})`;
  const seen = context.situation.hosts.find((host) => host.name === machine.name || host.host === machine.name);
  const isSeen = machine.seen || seen !== undefined; // the situation is newer than the estate
  const facts: Fact[] = [
    [say("role"), roleText(machine.role)],
    [say("unit"), unit === undefined ? say("unknown") : visible(unit.name)],
    [say("network"), net === undefined ? say("unknown") : `${visible(net.name)}${vlan}`],
    [say("address"), visible(machine.addresses)],
    ["MAC", visible(machine.macs)],
    [say("known"), `${say(origin)}${say("semicolon")}${say(isSeen ? "was_seen" : "was_not_seen")}`],
  ];
  if (seen !== undefined) facts.push([say("first_seen"), moment(seen.first_seen, context.now)]);
  if (seen !== undefined && seen.users.length > 0) facts.push([say("user"), seen.users.map(visible).join(", ")]);
  if (offers === null) return facts;
  const others = (offers.seen_as ?? []).map((one) => one.address).filter((address) => !machine.addresses.split(" ").includes(address));
  if (others.length > 0) facts.push([say("seen_as"), others.map(visible).join(", ")]);
  if ((offers.attached_to ?? "") !== "") facts.push([say("attached_to"), visible(offers.attached_to ?? "")]);
  if ((offers.administered_by ?? "") !== "") facts.push([say("administered_by"), runBy(offers.administered_by ?? "")]);
  if (offers.lost !== undefined) facts.push([say("if_lost"), say("patient_hours", { n: hours(offers.lost, language()) })]);
  return facts;
}
