// SPDX-License-Identifier: Apache-2.0
// At which bed a device stands: a person says it and confirms it. The device's own label is marked, never chosen for them. What was
// read goes with the wish: where another one has taken the name meanwhile, or another patient the bed, it is asked again.

import type { Answer } from "../door";
import { h } from "../dom";
import { visible } from "../format";
import { ask } from "./act";
import { confirm, open, whenNew, type Dialog, type Fact } from "./dialog";
import { sameBed } from "./label";
import type { Bed, Device } from "./model";
import { deviceName, patientAt, patientText } from "./sentences";
import type { Shown } from "./shown";
import { say, type Word } from "./words";

/** Now gives what the screens show when it is called. */
type Now = () => Shown | null;

export function openAssign(device: Device, shown: Shown, now: Now): void {
  const dialog = open(say("assign_title", { device: deviceName(device) }), "assign");
  beds(dialog, device, shown, now);
}

/** openConfirm asks whether a device that changed still stands where it stood. */
export function openConfirm(device: Device, shown: Shown, now: Now): void {
  openAt(device, device.bed, shown, now, say("device_confirm", { bed: visible(device.bed) }));
}

/** openAt asks whether a device stands at one bed: the one that its label names, say. */
export function openAt(device: Device, at: string, shown: Shown, now: Now, title = say("device_move", { bed: visible(at) })): void {
  const dialog = open(title, "assign");
  const bed = shown.view.beds.find((one) => one.bed === at);
  if (bed === undefined) beds(dialog, device, shown, now);
  else question(dialog, device, bed, now, () => dialog.close());
}

function beds(dialog: Dialog, device: Device, shown: Shown, now: Now): void {
  const again = (): void => beds(dialog, device, shown, now);
  const buttons = shown.view.beds.map((bed) => {
    const others = bed.devices.filter((name) => name !== device.device).length;
    const notes = [
      sameBed(device.bed_label, bed.bed) ? say("assign_offered") : "",
      bed.patient === null ? "" : patientText(bed.patient),
      others === 0 ? "" : others === 1 ? say("assign_taken_one") : say("assign_taken_many", { n: String(others) }),
    ].filter((note) => note !== "");
    const button = h("button", { type: "button", class: "bed-choice", "data-bed": bed.bed, "data-offered": sameBed(device.bed_label, bed.bed), click: () => question(dialog, device, bed, now, again) }, h("strong", {}, visible(bed.bed)));
    for (const note of notes) button.append(h("span", {}, note));
    return button;
  });
  const away = h("button", { type: "button", class: "large", hidden: device.bed === "", click: () => question(dialog, device, null, now, again) }, say("assign_none"));
  const cancel = h("button", { type: "button", class: "large", click: () => dialog.close() }, say("cancel"));
  dialog.body.replaceChildren(
    h("p", { class: "muted" }, say("assign_hint")),
    h("div", { class: "bed-choices dialog-scroll" }, ...buttons),
    h("div", { class: "buttons" }, away, cancel),
  );
  cancel.focus(); // a stray Enter chooses no bed
}

/** factsOf is what a person compares before a device is placed at a bed. */
function factsOf(device: Device, bed: Bed | null): string[] {
  const own = device.patient === null ? "" : patientText(device.patient);
  const other = bed !== null && device.bed_label !== "" && !sameBed(device.bed_label, bed.bed);
  return [
    device.serial === "" ? "" : say("serial", { n: visible(device.serial) }),
    visible(device.address),
    device.bed === "" || device.bed === bed?.bed ? "" : say("assign_now", { bed: visible(device.bed) }),
    device.bed_label === "" ? "" : say(other ? "assign_other" : "device_says_bed", { bed: visible(device.bed_label), here: visible(bed?.bed ?? "") }),
    own === "" ? "" : say("device_says_patient", { patient: own }),
  ].filter((fact) => fact !== "");
}

/** compared sets what has changed first, what is there now and what was read before; then what is as it was. */
function compared(before: readonly string[], now: readonly string[]): Fact[] {
  const told = (word: Word, facts: readonly string[], others: readonly string[], tone: string): Fact[] =>
    facts.filter((fact) => !others.includes(fact)).map((fact) => ({ text: say(word, { fact }), tone }));
  return [...told("changed_now", now, before, "now"), ...told("changed_before", before, now, "before"), ...now.filter((fact) => before.includes(fact))];
}

/** question asks whether a device stands at a bed, or at none; `before` is what was read when it had not changed yet. */
function question(dialog: Dialog, device: Device, bed: Bed | null, now: Now, back: () => void, before: readonly string[] | null = null): void {
  const name = deviceName(device);
  const facts = factsOf(device, bed);
  const read = [name, ...facts, ...(bed === null ? [] : [say("patient_at", { bed: visible(bed.bed), patient: patientAt(bed) })])];
  const wish = { device: device.device, bed: bed?.bed ?? "", seen: device.seen, ...(bed === null ? {} : { bed_seen: bed.seen }) };
  const again = (answer: Answer): boolean => {
    if (answer.word !== "changed") return false;
    const current = (): { device: Device; bed: Bed | null } => ({
      device: now()?.device(device.device) ?? device,
      bed: bed === null ? null : (now()?.view.beds.find((one) => one.bed === bed.bed) ?? bed),
    });
    const isNew = (): boolean => current().device.seen !== device.seen || current().bed?.seen !== bed?.seen;
    whenNew(isNew, () => question(dialog, current().device, current().bed, now, back, read));
    return false; // and it is told
  };
  const asked = bed === null ? say("assign_ask_none", { device: name }) : say("assign_ask", { device: name, bed: visible(bed.bed), patient: patientAt(bed) });
  const yes = bed === null ? say("assign_yes_none") : say("assign_yes", { bed: visible(bed.bed) });
  const values = (): Record<string, string> => ({ device: deviceName(device), bed: visible(bed?.bed ?? "") });
  confirm(dialog, asked, before === null ? facts : compared(before, read), yes, () => ask("/act/assign", wish, bed === null ? "done_removed" : "done_assigned", values, again), back, [], before === null ? "" : say("act_refused", { why: say("refused_changed") }));
}
