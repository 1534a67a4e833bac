// SPDX-License-Identifier: Apache-2.0
// What an alarm says and what to do about it. A device's own words are shown as they are; the station's own conditions
// (src/bedside/watch.h, station.cpp) are said here in the reader's language.

import { clock, decimal, visible } from "../format";
import { language } from "../language";
import { unitOf } from "./amount";
import { limitText, limitUnit } from "./limits";
import type { Alarm, Bed, Device, Numeric, Patient, View } from "./model";
import { labelOf } from "./quantities";
import { goneText, read, sourceNames } from "./readings";
import { say, sayMaybe, type Word } from "./words";

const labelShown = 24; // letters of a device's own bed label in the banner: its address stands behind it

/** deviceName is how a person finds a device: maker, model, serial number. */
export function deviceName(device: Device): string {
  const name = [device.maker, device.model].filter((part) => part !== "").join(" ");
  const serial = device.serial === "" ? "" : ` (${say("serial", { n: device.serial })})`;
  return visible(name === "" ? `${device.device}${serial}` : `${name}${serial}`);
}

/** silenceText says after how many seconds at most the silence of a device at a bed is told; empty for one that nobody is told of. */
export function silenceText(device: Device): string {
  if (device.bed === "" || device.silence === null) return "";
  const seconds = Math.ceil(device.silence * 10) / 10;
  return say("silence_told", { n: decimal(seconds, language(), { most: 1 }) });
}

function deviceOf(view: View, alarm: Alarm): Device | undefined {
  return view.devices.find((device) => device.device === alarm.device);
}

/** placeParts says where an alarm is: its bed, or how a person finds its device that is at none, with its address, or the station itself. */
export function placeParts(view: View, alarm: Alarm): { name: string; address: string } {
  if (alarm.bed !== "" || alarm.device === "") return { name: alarm.bed === "" ? say("box") : visible(alarm.bed), address: "" };
  const device = deviceOf(view, alarm);
  if (device === undefined) return { name: say("nowhere", { device: visible(alarm.device) }), address: "" };
  const label = visible(device.bed_label === "" ? deviceName(device) : device.bed_label);
  const letters = [...label];
  const short = letters.length > labelShown ? `${letters.slice(0, labelShown - 1).join("")}…` : label;
  const name = say("nowhere", { device: short });
  return device.address === "" ? { name, address: "" } : { name: `${name},`, address: ` ${visible(device.address)}` };
}

export function placeText(view: View, alarm: Alarm): string {
  const { name, address } = placeParts(view, alarm);
  return `${name}${address}`;
}

function parts(alarm: Alarm): { word: string; rest: string } {
  const colon = alarm.condition.indexOf(":");
  return colon < 0 ? { word: alarm.condition, rest: "" } : { word: alarm.condition.slice(0, colon), rest: alarm.condition.slice(colon + 1) };
}

/** ownText says the station's own word for what is wrong with a part of it; others are as they came. */
function ownText(part: string, text: string): string {
  return sayMaybe(`${part}_${text}`) ?? visible(text);
}

/** aboutText says the value that a limit is crossed by, and whose it is where several devices are at the bed. */
function aboutText(view: View, alarm: Alarm): string {
  const bed = view.beds.find((one) => one.bed === alarm.bed);
  if (bed === undefined || alarm.kind !== "physiological") return "";
  const numeric = subjectOf(view, alarm);
  const number = !alarm.present || numeric === undefined ? goneText : read(numeric, deviceOf(view, alarm), 0, true).text;
  const unit = numeric === undefined || limitUnit(alarm.text) === unitOf(numeric) ? "" : ` ${unitOf(numeric)}`;
  const source = bed.devices.length < 2 ? undefined : sourceNames(view.devices.filter((device) => bed.devices.includes(device.device))).get(alarm.device);
  return [number === goneText ? "" : `${number}${unit}`, visible(source ?? "")].filter((text) => text !== "").map((text) => ` · ${text}`).join("");
}

/** subjectOf gives what a limit was set on. */
function subjectOf(view: View, alarm: Alarm): Numeric | undefined {
  if (alarm.origin !== "limit") return undefined;
  const bed = view.beds.find((one) => one.bed === alarm.bed);
  return bed?.numerics.find((numeric) => numeric.device === alarm.device && numeric.handle === parts(alarm).rest);
}

/** limitedText is what a limit's alarm says, with the name that the screens have for what it is about. */
function limitedText(view: View, alarm: Alarm): string {
  const numeric = subjectOf(view, alarm);
  const own = numeric !== undefined && numeric.label !== "" && alarm.text.startsWith(`${numeric.label} `);
  const among = view.beds.find((one) => one.bed === alarm.bed)?.numerics;
  return limitText(own ? `${labelOf(numeric, among)}${alarm.text.slice(numeric.label.length)}` : alarm.text);
}

/** alarmText says what is wrong. */
export function alarmText(view: View, alarm: Alarm): string {
  if (alarm.origin === "device") return visible(alarm.text === "" ? alarm.condition : alarm.text) + aboutText(view, alarm);
  const { word, rest } = parts(alarm);
  if (alarm.origin === "limit") return sayMaybe(`limit_${word}`, { text: limitedText(view, alarm) + aboutText(view, alarm) }) ?? visible(alarm.text);
  const device = deviceOf(view, alarm);
  if (word === "trouble") return say("state_trouble", { text: troubleText(rest, alarm.text), device: device === undefined ? visible(alarm.device) : deviceName(device) });
  const values: Record<string, string> = {
    part: visible(rest),
    device: device === undefined ? visible(alarm.device) : deviceName(device),
    text: ownText(word, alarm.text === "" ? rest : alarm.text),
    patient: device?.patient == null ? "" : patientText(device.patient),
  };
  if (word === "patient" && values["patient"] === "") return say("state_patient_unnamed");
  return sayMaybe(`state_${word}`, values) ?? visible(`${alarm.condition} ${alarm.text}`);
}

/** alarmRemedy says what to do; for a patient's alarm that is: go and look, and nothing for information. */
export function alarmRemedy(view: View, alarm: Alarm): string {
  if (alarm.kind === "physiological" || alarm.priority === "none") return "";
  const { word } = parts(alarm);
  const device = deviceOf(view, alarm);
  if (alarm.origin === "station" && word === "trouble") return troubleRemedy(parts(alarm).rest, device?.trouble?.remedy ?? "");
  const known = alarm.origin === "station" ? sayMaybe(`remedy_${word}`, { text: visible(alarm.text) }) : alarm.origin === "limit" ? sayMaybe(`remedy_limit_${word === "unit" && alarm.text.includes(": ? ≠ ") ? "without_unit" : word}`) : undefined;
  return known ?? say("remedy_device");
}

/** firstStep is what to do at once: how a remedy begins. */
export function firstStep(view: View, alarm: Alarm): string {
  return alarmRemedy(view, alarm).split(/\s*[.;:](?:\s|$)/)[0] ?? "";
}

/** pastOf says what else a person has to know of an alarm: that it was graver, came often, is of another patient, is silenced at the bed, or was not confirmed. */
export function pastOf(alarm: Alarm): string[] {
  return [
    alarm.gravest === alarm.priority ? "" : say("was_graver", { priority: say(`priority_${alarm.gravest}`) }),
    alarm.times > 1 ? say("times", { n: String(alarm.times) }) : "",
    alarm.former ? say("former_patient") : "",
    alarm.silenced ? say("silenced") : "",
    alarm.unconfirmed === null ? "" : say("unconfirmed", { time: clock(alarm.unconfirmed).slice(0, 5) }),
  ].filter((part) => part !== "");
}

/** answeredText says when and by whom an alarm was answered last, and that it sounds again where it does; `clock` writes a time. */
export function answeredText(alarm: Alarm, clock: (at: number) => string): string[] {
  if (alarm.answered === null) return [];
  const again = alarm.present && alarm.acknowledged === null;
  return [say(again ? "answered_before" : "answered", { time: clock(alarm.answered), by: visible(alarm.by) })];
}

/** noneText says that there was no alarm within the last hours. */
export function noneText(hours: number): string {
  return hours === 1 ? say("history_none_one") : say("history_none", { n: String(hours) });
}

export function troubleText(code: string, text: string): string {
  return sayMaybe(`trouble_${code}`) ?? visible(text);
}

export function troubleRemedy(code: string, remedy: string): string {
  return sayMaybe(`trouble_remedy_${code}`) ?? visible(remedy);
}

/** shortState is the word of a technical state that fits a tile. */
export function shortState(view: View, alarm: Alarm): string {
  if (alarm.origin !== "station") return alarmText(view, alarm);
  const { word, rest } = parts(alarm);
  const trouble = word === "trouble" ? sayMaybe(`short_trouble_${rest}`) : undefined;
  if (trouble !== undefined) return trouble;
  return sayMaybe(`short_${word}`, { text: word === "trouble" ? troubleText(rest, alarm.text) : word === "gateway" ? visible(rest) : ownText(word, alarm.text) }) ?? alarmText(view, alarm);
}

/** hiddenPatient stands for the number of a patient whom the name policy does not name (src/bedside/view.h). */
const hiddenPatient = "(hidden)";

const placeholders: Record<string, Word> = { "(erased)": "patient_erased", "(sealed)": "patient_sealed", "(not recorded)": "patient_unrecorded", [hiddenPatient]: "name_hidden" };

/** numberText is a patient's number, or what the station says where it does not know who lies there (src/app/patient_keys.h), or names nobody. */
export function numberText(identifier: string): string {
  const word = placeholders[identifier];
  return word === undefined ? identifier : say(word);
}

/** patientText writes name, birth and number: what the name policy left of them. */
export function patientText(patient: Patient): string {
  const name = [patient.family, patient.given].filter((part) => part !== "").join(" ");
  return visible([name, bornText(patient.born), numberText(patient.identifier)].filter((part) => part !== "").join(" · "));
}

/** patientAt says who is placed in a bed, as far as this page is told. */
export function patientAt({ patient }: Bed): string {
  if (patient === null) return say("nobody");
  return patient.identifier === hiddenPatient ? say("somebody") : patientText(patient);
}

/** bornText writes 1961-04-12 as 12/04/1961 where that is how people write; what is no date stays as it came. */
export function bornText(born: string): string {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(born);
  return date === null ? born : say("born_form", { y: date[1] ?? "", m: date[2] ?? "", d: date[3] ?? "" });
}
