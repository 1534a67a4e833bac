// SPDX-License-Identifier: Apache-2.0
// What a device said last and cannot take back, because it is gone or has lost it: a person who has looked says that it is over, or
// takes a number off its bed.

import { clock, visible } from "../format";
import { over, takeOff } from "./act";
import { confirm, open } from "./dialog";
import type { Alarm, Device, Numeric } from "./model";
import { alarmText, deviceName } from "./sentences";
import type { Shown } from "./shown";
import { say } from "./words";

/** lastAlarms gives what is still present of a device that is heard no longer. */
export function lastAlarms(device: Device, shown: Shown): Alarm[] {
  return device.live ? [] : shown.view.alarms.filter((alarm) => alarm.device === device.device && alarm.present && alarm.origin !== "station");
}

/** openUnconfirmed asks whether an alarm is over about which its device says nothing since it came back. */
export function openUnconfirmed(alarm: Alarm, shown: Shown): void {
  const dialog = open(say("unconfirmed_title"), "over");
  const device = shown.device(alarm.device);
  const name = (): string => (device === undefined ? visible(alarm.device) : deviceName(device));
  const ask = say("unconfirmed_ask", { time: clock(alarm.unconfirmed ?? 0).slice(0, 5) });
  confirm(dialog, ask, [alarmText(shown.view, alarm)], say("unconfirmed_yes"), () => over(alarm.alarm, name), () => dialog.close());
}

/** openCarried asks whether numbers of one place are to be awaited no more. */
export function openCarried(label: string, numerics: readonly Numeric[], shown: Shown): void {
  const name = visible(label);
  const dialog = open(say("carried_title", { label: name }), "carried");
  const from = [...new Set(numerics.map((numeric) => shown.device(numeric.device)))].flatMap((device) => device ?? []);
  const act = async (): Promise<boolean> => {
    for (const { device, handle } of numerics) {
      if (!(await takeOff(device, handle, () => name))) return false;
    }
    return true;
  };
  confirm(dialog, say("carried_ask"), [...from.map(deviceName), say("carried_back")], say("carried_yes"), act, () => dialog.close());
}

/** openOver asks whether a device is really gone, and names the alarms that end with it. */
export function openOver(device: Device, shown: Shown): void {
  const dialog = open(say("over_title", { device: deviceName(device) }), "over");
  const alarms = lastAlarms(device, shown);
  const act = async (): Promise<boolean> => {
    for (const alarm of alarms) {
      if (!(await over(alarm.alarm, () => deviceName(device)))) return false;
    }
    return true;
  };
  confirm(dialog, say("over_ask"), alarms.map((alarm) => alarmText(shown.view, alarm)), say("over_yes"), act, () => dialog.close());
}
