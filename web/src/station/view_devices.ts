// SPDX-License-Identifier: Apache-2.0
// What is heard, from where, how old it is, what is wrong with it and what to do: those at no bed first, then those in trouble.

import { h, Keyed, setAttribute, setText, type Row } from "../dom";
import { clock, duration, visible } from "../format";
import { language } from "../language";
import { flash, graverThanFirst, ordered, PriorityMark } from "./alarms";
import type { Desk } from "./desk";
import { openAssign, openAt, openConfirm } from "./dialog_assign";
import { lastAlarms, openOver } from "./dialog_over";
import { awayFrom } from "./label";
import type { Alarm, Device, Protocol, Trouble, View } from "./model";
import { alarmText, answeredText, deviceName, pastOf, patientText, silenceText, troubleRemedy, troubleText } from "./sentences";
import type { Shown } from "./shown";
import { detailOf } from "./trouble_detail";
import { say } from "./words";

const protocols: readonly Protocol[] = ["sdc", "intellivue", "hl7"];
const clockRight = 2; // seconds: what nobody has to set

function clockText(ahead: number | null): string {
  if (ahead === null) return "";
  if (Math.abs(ahead) < clockRight) return say("clock_right");
  return say(ahead > 0 ? "clock_ahead" : "clock_behind", { age: duration(Math.abs(ahead), language()) });
}

/** alarmsOf gives a device's alarms that are of no bed, in the order of the banner: only here can a person find whose they are. */
function alarmsOf(device: Device, view: View): Alarm[] {
  return device.bed === "" ? ordered(view.alarms.filter((alarm) => alarm.bed === "" && alarm.device === device.device)) : [];
}

/** RowAlarm is what alarms of a device at no bed, and its answer. */
class RowAlarm {
  private readonly mark = new PriorityMark();
  private readonly what = h("strong");
  private readonly since = h("span");
  readonly node = h("div", { class: "device-alarm", hidden: true }, this.mark.node, " ", this.what, " ", this.since);
  readonly answer = h("button", { type: "button", class: "large act", hidden: true });
  private alarm: Alarm | null = null;
  private shownAt = 0;
  private seen = "";

  /** `movedAt` gives when the rows stood otherwise last. */
  constructor(
    private readonly desk: Desk,
    private readonly movedAt: () => number,
  ) {
    this.answer.addEventListener("click", () => this.alarm !== null && this.desk.touchOne(this.alarm, Math.max(this.shownAt, this.movedAt())));
  }

  show(alarms: readonly Alarm[], shown: Shown): void {
    const alarm = shown.live ? (alarms[0] ?? null) : null;
    this.alarm = alarm;
    this.node.hidden = alarm === null;
    this.answer.hidden = alarm === null || alarm.acknowledged !== null;
    const seen = alarm === null ? "" : `${alarm.alarm} ${alarm.gravest}`;
    if (seen !== this.seen) this.shownAt = performance.now();
    this.seen = seen;
    if (alarm === null) return;
    flash(this.node, alarm.priority, alarm.acknowledged === null);
    this.node.toggleAttribute("data-answered", alarm.acknowledged !== null);
    this.mark.show(alarm.priority);
    setText(this.what, alarmText(shown.view, alarm));
    const still = graverThanFirst(alarms);
    const others = alarms.length - (still === undefined ? 1 : 2);
    const parts = [
      alarm.present ? duration(shown.now - alarm.raised, language()) : say("latched"), ...pastOf(alarm), ...answeredText(alarm, clock),
      still === undefined ? "" : `${say(`priority_${still.priority}`)} ${alarmText(shown.view, still)}, ${say("answered_short")}`,
      others === 0 ? "" : others === 1 ? say("more_one") : say("more_many", { n: String(others) }),
    ];
    setText(this.since, parts.filter((part) => part !== "").map((part) => `· ${part}`).join(" "));
    setText(this.answer, say(this.desk.isChosen(alarm) ? "acknowledge_again" : "acknowledge"));
  }
}

class DeviceRow implements Row<Device> {
  private readonly name = h("strong");
  private readonly says = h("span", { class: "device-says" });
  private readonly bed = h("td", { class: "device-bed" });
  private readonly state = h("strong", { class: "device-state" });
  private readonly remedy = h("span", { class: "device-says" });
  private readonly address = h("td");
  private readonly age = h("span");
  private readonly silence = h("span", { class: "device-says" });
  private readonly clock = h("td");
  private readonly confirm = h("button", { type: "button", class: "large act" });
  private readonly move = h("button", { type: "button", class: "large act" });
  private readonly over = h("button", { type: "button", class: "large", "data-over": true, click: () => this.ask(openOver) }, say("device_over"));
  readonly node: HTMLElement;
  private readonly alarm: RowAlarm;
  private device: Device | null = null;

  constructor(
    private readonly shown: () => Shown | null,
    desk: Desk,
    movedAt: () => number,
  ) {
    this.alarm = new RowAlarm(desk, movedAt);
    const assign = h("button", { type: "button", class: "large", click: () => this.ask(openAssign) }, say("device_assign"));
    this.confirm.addEventListener("click", () => this.ask(openConfirm));
    this.move.addEventListener("click", () => this.ask((device, shown) => openAt(device, awayFrom(device, shown.view.beds)?.bed ?? "", shown, this.shown)));
    this.node = h("tr", {}, h("td", {}, this.name, this.says), this.bed, h("td", {}, this.alarm.node, this.state, this.remedy), this.address, h("td", { class: "nowrap" }, this.age, this.silence), this.clock, h("td", {}, h("div", { class: "buttons" }, this.alarm.answer, this.confirm, this.move, this.over, assign)));
  }

  update(device: Device): void {
    const shown = this.shown();
    if (shown === null) return;
    this.device = device;
    this.node.dataset["device"] = device.device;
    const patient = device.patient === null ? "" : patientText(device.patient);
    const says = [device.bed_label === "" ? "" : say("device_says_bed", { bed: visible(device.bed_label) }), patient === "" ? "" : say("device_says_patient", { patient })];
    setText(this.name, deviceName(device));
    setText(this.says, says.filter((part) => part !== "").join(" · "));
    setText(this.bed, device.bed === "" ? "—" : visible(device.bed));
    setText(this.address, `${visible(device.address)} · ${say(`protocol_${device.protocol}`)}`);
    setText(this.age, device.age === null ? "—" : duration(device.age + shown.since, language()));
    setText(this.silence, silenceText(device));
    setText(this.clock, clockText(device.clock_ahead));
    const told = shown.live ? stateOf(device, shown.view) : { text: say("device_unknown"), remedy: "", tone: "quiet" as const };
    setText(this.state, told.text);
    this.state.dataset["tone"] = told.tone;
    setText(this.remedy, told.remedy);
    const alarms = alarmsOf(device, shown.view);
    this.alarm.show(alarms, shown);
    setAttribute(this.node, "data-priority", shown.live ? (alarms[0]?.priority ?? "none") : "none");
    this.over.hidden = !shown.live || lastAlarms(device, shown).length === 0;
    this.confirm.hidden = !device.doubted || device.bed === "";
    setText(this.confirm, say("device_confirm", { bed: visible(device.bed) }));
    const away = awayFrom(device, shown.view.beds);
    this.move.hidden = away === null || away.bed === "";
    setText(this.move, say("device_move", { bed: visible(away?.bed ?? "") }));
  }

  private ask(dialog: (device: Device, shown: Shown, now: () => Shown | null) => void): void {
    const shown = this.shown();
    if (this.device !== null && shown !== null) dialog(this.device, shown, this.shown);
  }
}

interface State {
  text: string;
  remedy: string;
  tone: "warn" | "mark" | "quiet";
}

function troubled({ code, text, remedy }: Trouble, tone: State["tone"]): State {
  const told = troubleText(code, text);
  const detail = detailOf(code, text, language());
  const shown = detail === "" || detail === told ? "" : ` (${detail})`;
  return { text: told, remedy: `${troubleRemedy(code, remedy)}${shown}`, tone };
}

function stateOf(device: Device, view: View): State {
  if (device.former_bed !== "") return { text: say("device_lost_bed", { bed: visible(device.former_bed) }), remedy: say("remedy_lost_bed", { bed: visible(device.former_bed) }), tone: "warn" };
  const aside = device.trouble?.code.startsWith("aside") === true; // none of the bed's: whatever else there is comes first
  if (device.trouble !== null && !aside) return troubled(device.trouble, "warn");
  if (device.claimed !== null) {
    const text = visible(device.claimed);
    const contested = device.doubted || device.bed === "";
    return { text: say(contested ? "device_contested" : "device_claimed"), remedy: say(contested ? "remedy_contested" : "remedy_claimed", { text }), tone: "warn" };
  }
  if (device.doubted) return { text: say("device_doubted"), remedy: say("remedy_doubted"), tone: "warn" };
  if (device.link === null) return { text: say("device_never"), remedy: say("remedy_silent"), tone: device.bed === "" ? "quiet" : "warn" };
  if (!device.live) return { text: say("device_silent"), remedy: say("remedy_silent"), tone: device.bed === "" ? "quiet" : "warn" };
  const away = awayFrom(device, view.beds);
  if (away !== null) {
    const values = { bed: visible(device.bed), label: away.label };
    return { text: say("device_away", values), remedy: say(away.bed === "" ? "remedy_away_foreign" : "remedy_away", values), tone: away.bed === "" ? "mark" : "warn" };
  }
  if (device.beyond > 0) return { text: say("device_beyond", { n: String(device.beyond) }), remedy: say("remedy_crowded"), tone: "warn" };
  if (device.gave_way > 0) return { text: say("device_gave_way", { n: String(device.gave_way) }), remedy: say("remedy_gave_way"), tone: "mark" };
  return device.trouble === null ? { text: say("device_live"), remedy: "", tone: "quiet" } : troubled(device.trouble, "mark");
}

export class DevicesView {
  private readonly waiting = h("p", { class: "devices-waiting" });
  private readonly none = h("p", { class: "none" }, say("devices_none"));
  private readonly unheard = protocols.map((family) => h("p", { class: "devices-unheard muted", "data-family": family }, `${say(`unheard_${family}`)} ${say("unheard_do", { family })}`));
  private readonly body = h("tbody");
  private readonly rows: Keyed<Device>;
  readonly node: HTMLElement;
  private shown: Shown | null = null;
  private order = "";
  private movedAt = 0;

  constructor(desk: Desk) {
    this.rows = new Keyed(this.body, (device) => device.device, () => new DeviceRow(() => this.shown, desk, () => this.movedAt));
    const heads = [say("device"), say("device_place"), say("device_state"), say("device_address"), say("device_heard"), say("device_clock"), ""];
    const table = h("table", { class: "devices" }, h("thead", {}, h("tr", {}, ...heads.map((text) => h("th", {}, text)))), this.body);
    this.node = h("div", { class: "page devices-page" }, h("h1", {}, say("devices_title")), this.waiting, this.none, table, ...this.unheard);
  }

  /** top shows the first row: that of the alarm in the banner, where it is of a device at no bed. */
  top(): void {
    this.node.scrollTop = 0;
  }

  show(shown: Shown): void {
    this.shown = shown;
    const waiting = shown.view.devices.filter((device) => device.bed === "").length;
    setText(this.waiting, waiting === 0 ? "" : waiting === 1 ? say("devices_waiting_one") : say("devices_waiting_many", { n: String(waiting) }));
    this.none.hidden = shown.view.devices.length > 0;
    protocols.forEach((family, i) => this.unheard[i]?.toggleAttribute("hidden", shown.view.families.includes(family)));
    const alarming = [...new Set(ordered(shown.view.alarms.filter((alarm) => alarm.bed === "")).map((alarm) => alarm.device))];
    const place = new Map(alarming.map((device, i) => [device, i - alarming.length]));
    const urgency = new Map(shown.view.devices.map((device) => [device, device.bed === "" ? (place.get(device.device) ?? 0) : stateOf(device, shown.view).tone === "warn" ? 1 : 2]));
    const sorted = [...shown.view.devices].sort((a, b) => (urgency.get(a) ?? 0) - (urgency.get(b) ?? 0) || a.bed.localeCompare(b.bed, undefined, { numeric: true }) || a.device.localeCompare(b.device));
    const order = sorted.map(({ device }) => device).join("\n");
    if (order !== this.order) this.movedAt = performance.now();
    this.order = order;
    this.rows.show(sorted);
  }
}
