// SPDX-License-Identifier: Apache-2.0
// Who lies in a bed: two identifiers, read again at the bed before they are recorded, and which of its limits go on.

import type { Answer } from "../door";
import { h, setText } from "../dom";
import { visible } from "../format";
import { language } from "../language";
import { ask } from "./act";
import { confirm, open, whenNew, type Dialog } from "./dialog";
import { KeptLimits } from "./dialog_kept";
import type { Bed, Device, Patient, View } from "./model";
import { isAnother } from "./person";
import { bornText, deviceName, patientAt, patientText } from "./sentences";
import { say, type Word } from "./words";

const fields: readonly (readonly [key: keyof Patient, word: Word])[] = [
  ["family", "patient_family"], ["given", "patient_given"], ["born", "patient_born"], ["identifier", "patient_identifier"],
];
const nobody: Patient = { identifier: "", family: "", given: "", born: "" };

/**
 * openPatient asks for the patient of a bed; `devices` are those at it, whose word is offered and never taken by itself. `now` gives the bed
 * as it is when the wish is sent.
 * Where the name policy shortened what this page knows, nothing is filled in: initials are no identifier.
 */
export function openPatient(bed: Bed, devices: readonly Device[], view: View, now: () => Bed): void {
  const whole = view.names === "full";
  const dialog = open(say("patient_title", { bed: visible(bed.bed) }), "patient");
  form(dialog, { bed, view, now, devices: whole ? devices : [] }, (whole ? bed.patient : null) ?? nobody);
}

/** About is the bed that the dialog is about, as it was when it was opened, and as it is now. */
interface About {
  bed: Bed;
  view: View;
  now: () => Bed;
  devices: readonly Device[];
}

/** endsFor says whether the bed's limits end when this patient is placed; where this page was not told who lies there, they do. */
function endsFor({ bed, view }: About, patient: Patient): boolean {
  if (view.names !== "full") return true;
  return bed.patient !== null && isAnother(bed.patient, patient);
}

/**
 * bornOf reads a day as it is written here: 12/04/1961, 12.4.61 or 12041961 in French, 1961-04-12 everywhere. A year of two figures is the
 * last such year that is not after `thisYear`; a person reads it in full before it is sent. What is no day stays as it is.
 */
export function bornOf(text: string, thisYear: number): string {
  const day = language() === "fr" ? (/^(\d\d?)[/. -](\d\d?)[/. -](\d{4}|\d\d)$/.exec(text) ?? /^(\d\d)(\d\d)(\d{4})$/.exec(text)) : null;
  if (day === null) return text;
  const [, date = "", month = "", written = ""] = day;
  const century = thisYear - (thisYear % 100);
  const year = written.length === 4 ? written : String(century + Number(written) - (century + Number(written) > thisYear ? 100 : 0));
  return `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
}

function isDay(born: string): boolean {
  const at = new Date(`${born}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(born) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(born);
}

const daySeconds = 24 * 3600;

/** wrongWith says what keeps a patient from being placed, as the station does (src/bedside/patient.h); `now` is the station's time. */
function wrongWith(patient: Patient, now: number): Word | null {
  if (patient.born !== "" && !isDay(patient.born)) return "patient_date";
  if (patient.born > new Date((now + daySeconds) * 1000).toISOString().slice(0, 10)) return "patient_future";
  const two = patient.family !== "" && (patient.identifier !== "" || patient.born !== "");
  return two ? null : "patient_two";
}

/** lookAgain has the form filled in anew where somebody else was placed in the bed meanwhile, and says who. */
function lookAgain(answer: Answer, dialog: Dialog, about: About, typed: Patient): boolean {
  if (answer.word !== "changed") return false;
  whenNew(() => about.now().seen !== about.bed.seen, () => {
    const bed = about.now();
    const fact = say("patient_at", { bed: visible(bed.bed), patient: patientAt(bed) });
    form(dialog, { ...about, bed }, typed, `${say("act_refused", { why: say("refused_changed") })} ${say("changed_now", { fact })}`);
  });
  return false; // and it is told
}

/** form asks for the patient; `why` is what the station had against what stands there. */
function form(dialog: Dialog, about: About, start: Patient, why = ""): void {
  const { bed, devices } = about;
  const inputs = new Map<keyof Patient, HTMLInputElement>();
  const wrong = h("p", { class: "outcome", role: "alert" }, why);
  const node = h("form", { class: "door-form" });
  for (const [key, word] of fields) {
    const input = h("input", { name: key, autocomplete: "off", spellcheck: "false", maxlength: "64", placeholder: key === "born" ? say("patient_born_form") : "" });
    input.value = key === "born" ? bornText(start.born) : start[key];
    inputs.set(key, input);
    node.append(h("label", {}, say(word), input));
  }
  const read = (): Patient => {
    const value = (key: keyof Patient): string => (inputs.get(key)?.value ?? "").normalize("NFC").trim();
    return { identifier: value("identifier"), family: value("family"), given: value("given"), born: bornOf(value("born"), new Date(about.view.at * 1000).getFullYear()) };
  };
  const offers = devices.flatMap((device) => {
    const patient = device.patient;
    if (patient === null || patientText(patient) === "") return [];
    const text = say("patient_from_device", { device: deviceName(device), patient: patientText(patient) });
    return [h("button", { type: "button", class: "large offer", click: () => form(dialog, about, patient) }, text)];
  });
  const free = h("button", { type: "button", class: "large", hidden: bed.patient === null }, say("patient_free"));
  free.addEventListener("click", () => {
    const kept = new KeptLimits(bed, about.view, true);
    const wish = (): object => ({ bed: bed.bed, patient: nobody, limits_kept: kept.codes(about.now()), seen: bed.seen });
    const facts = [say("patient_at", { bed: visible(bed.bed), patient: patientAt(bed) })];
    confirm(dialog, say("patient_free_ask", { bed: visible(bed.bed) }), facts, say("patient_free_yes"), () => ask("/act/patient", wish(), "done_free", () => ({ bed: visible(bed.bed) }), (answer) => lookAgain(answer, dialog, about, start)), () => form(dialog, about, read()), kept.nodes);
  });
  node.append(
    ...offers,
    h("p", { class: "muted" }, say("patient_two")),
    wrong,
    h("div", { class: "buttons" },
      h("button", { type: "submit", class: "act large" }, say("patient_check")),
      free,
      h("button", { type: "button", class: "large", click: () => dialog.close() }, say("cancel"))),
  );
  node.noValidate = true;
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    const patient = read();
    const word = wrongWith(patient, about.view.at);
    if (word !== null) {
      setText(wrong, say(word));
      return;
    }
    const facts = fields.flatMap(([key, name]) => {
      const value = key === "born" ? bornText(patient.born) : visible(patient[key]);
      return value === "" ? [] : [say("named", { what: say(name), value })];
    });
    const kept = new KeptLimits(bed, about.view, endsFor(about, patient));
    const values = { bed: visible(bed.bed) };
    const wish = (beds: readonly string[]): object => ({ bed: bed.bed, patient, limits_kept: kept.codes(about.now()), seen: bed.seen, ...(beds.length === 0 ? {} : { also_at: beds }) });
    const question = (text: string, yes: Word, beds: readonly string[], beside: readonly string[] = []): void =>
      confirm(dialog, text, [...facts, ...beside], say(yes, values), () => ask("/act/patient", wish(beds), "done_patient", () => values, asks), (refusal) => form(dialog, about, patient, refusal), kept.nodes);
    const asks = (answer: Answer): boolean => {
      if (answer.word === "changed") return lookAgain(answer, dialog, about, patient);
      if (answer.word !== "patient_elsewhere" || answer.beds === undefined) return false;
      question(say("patient_elsewhere", { ...values, beds: answer.beds.map(visible).join(", ") }), "patient_elsewhere_yes", answer.beds, [say("patient_elsewhere_told")]);
      return true;
    };
    question(say("patient_ask", values), "patient_yes", []);
  });
  dialog.body.replaceChildren(node);
  inputs.get("family")?.focus();
}
