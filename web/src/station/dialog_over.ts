// SPDX-License-Identifier: Apache-2.0
// What a device said last and cannot take back, because it is gone: a person who has looked says that it is over.

import { over } from "./act";
import { confirm, open } from "./dialog";
import type { Alarm, Device } from "./model";
import { alarmText, deviceName } from "./sentences";
import type { Shown } from "./shown";
import { say } from "./words";

/** lastAlarms gives what is still present of a device that is heard no longer. */
export function lastAlarms(device: Device, shown: Shown): Alarm[] {
  return device.live ? [] : shown.view.alarms.filter((alarm) => alarm.device === device.device && alarm.present && alarm.origin !== "station");
}

/** openOver asks whether a device is really gone, and names the alarms that end with it. */
export function openOver(device: Device, shown: Shown): void {
  const name = deviceName(device);
  const dialog = open(say("over_title", { device: name }), "over");
  const alarms = lastAlarms(device, shown);
  const act = async (): Promise<boolean> => {
    for (const alarm of alarms) {
      if (!(await over(alarm.alarm, name))) return false;
    }
    return true;
  };
  confirm(dialog, say("over_ask"), alarms.map((alarm) => alarmText(shown.view, alarm)), say("over_yes"), act, () => dialog.close());
}
