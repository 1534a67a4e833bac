// SPDX-License-Identifier: Apache-2.0
// At which bed a device stands: a person says it and confirms it. The device's own label is marked, never chosen for them.

import { h } from "../dom";
import { visible } from "../format";
import { ask } from "./act";
import { confirm, open, type Dialog } from "./dialog";
import { sameBed } from "./label";
import type { Bed, Device } from "./model";
import { deviceName, hiddenPatient, patientText } from "./sentences";
import type { Shown } from "./shown";
import { say } from "./words";

export function openAssign(device: Device, shown: Shown): void {
  const dialog = open(say("assign_title", { device: deviceName(device) }), "assign");
  beds(dialog, device, shown);
}

/** openConfirm asks whether a device that changed still stands where it stood. */
export function openConfirm(device: Device, shown: Shown): void {
  openAt(device, device.bed, shown, say("device_confirm", { bed: visible(device.bed) }));
}

/** openAt asks whether a device stands at one bed: the one that its label names, say. */
export function openAt(device: Device, at: string, shown: Shown, title = say("device_move", { bed: visible(at) })): void {
  const dialog = open(title, "assign");
  const bed = shown.view.beds.find((one) => one.bed === at);
  if (bed === undefined) beds(dialog, device, shown);
  else question(dialog, device, bed, () => dialog.close());
}

function beds(dialog: Dialog, device: Device, shown: Shown): void {
  const again = (): void => beds(dialog, device, shown);
  const buttons = shown.view.beds.map((bed) => {
    const others = bed.devices.filter((name) => name !== device.device).length;
    const notes = [
      sameBed(device.bed_label, bed.bed) ? say("assign_offered") : "",
      bed.patient === null ? "" : patientText(bed.patient),
      others === 0 ? "" : others === 1 ? say("assign_taken_one") : say("assign_taken_many", { n: String(others) }),
    ].filter((note) => note !== "");
    const button = h("button", { type: "button", class: "bed-choice", "data-bed": bed.bed, "data-offered": sameBed(device.bed_label, bed.bed), click: () => question(dialog, device, bed, again) }, h("strong", {}, visible(bed.bed)));
    for (const note of notes) button.append(h("span", {}, note));
    return button;
  });
  const away = h("button", { type: "button", class: "large", hidden: device.bed === "" }, say("assign_none"));
  away.addEventListener("click", () => {
    const name = deviceName(device);
    confirm(dialog, say("assign_ask_none", { device: name }), [], say("assign_yes_none"), () => ask("/act/assign", { device: device.device, bed: "" }, "done_removed", () => ({ device: deviceName(device) })), again);
  });
  const cancel = h("button", { type: "button", class: "large", click: () => dialog.close() }, say("cancel"));
  dialog.body.replaceChildren(
    h("p", { class: "muted" }, say("assign_hint")),
    h("div", { class: "bed-choices dialog-scroll" }, ...buttons),
    h("div", { class: "buttons" }, away, cancel),
  );
  cancel.focus(); // a stray Enter chooses no bed
}

function question(dialog: Dialog, device: Device, bed: Bed, back: () => void): void {
  const name = deviceName(device);
  const patient = bed.patient === null ? say("nobody") : bed.patient.identifier === hiddenPatient ? say("somebody") : patientText(bed.patient);
  const own = device.patient === null ? "" : patientText(device.patient);
  const other = device.bed_label !== "" && !sameBed(device.bed_label, bed.bed);
  const facts = [
    device.serial === "" ? "" : say("serial", { n: visible(device.serial) }),
    visible(device.address),
    device.bed === "" || device.bed === bed.bed ? "" : say("assign_now", { bed: visible(device.bed) }),
    device.bed_label === "" ? "" : say(other ? "assign_other" : "device_says_bed", { bed: visible(device.bed_label), here: visible(bed.bed) }),
    own === "" ? "" : say("device_says_patient", { patient: own }),
  ];
  const wish = { device: device.device, bed: bed.bed };
  confirm(dialog, say("assign_ask", { device: name, bed: visible(bed.bed), patient }), facts, say("assign_yes", { bed: visible(bed.bed) }), () => ask("/act/assign", wish, "done_assigned", () => ({ device: deviceName(device), bed: visible(bed.bed) })), back);
}
