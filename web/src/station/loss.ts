// SPDX-License-Identifier: Apache-2.0
// What a screen does by itself while it hears nothing of the station. The box's loudspeaker may be gone with it: the screen
// goes on with what sounded last, and with no less than a medium alarm.

import { pauseSeconds } from "./act";
import { ordered, rank } from "./alarms";
import { callOf } from "./call";
import type { Alarm, Priority, View } from "./model";

const least: Priority = "medium";

export interface Loss {
  priority: Priority; // as it looks
  sounds: Priority; // without this screen's own pause
  call: number; // callOf what sounds
  alarm: Alarm | null; // that is named: what sounds, unless something graver waits in a pause
}

function graver(one: Priority, other: Priority): Priority {
  return rank(one) > rank(other) ? one : other;
}

/** soundsAt: what a person paused before the loss stays silent until the end of that pause, and no longer. */
function soundsAt(alarm: Alarm, now: number): boolean {
  return alarm.present && (alarm.silent_until ?? 0) <= now;
}

/** lossOf says what a loss is at `now`, the station's time, after its last view. */
export function lossOf(view: View | null, now: number): Loss {
  const standing = ordered(view?.alarms ?? []).filter((alarm) => alarm.present && (alarm.acknowledged === null || soundsAt(alarm, now)));
  const [alarm = null] = standing.sort((a, b) => rank(b.priority) - rank(a.priority) || Number(soundsAt(b, now)) - Number(soundsAt(a, now)));
  const sounding = standing.filter((one) => soundsAt(one, now));
  return {
    priority: graver(alarm?.priority ?? least, least),
    sounds: graver(sounding[0]?.priority ?? least, least),
    call: sounding.reduce((most, one) => Math.max(most, callOf(one)), 0),
    alarm,
  };
}

/** LossPause is this screen's own pause of that sound. What is graver than what was paused sounds nevertheless. */
export class LossPause {
  private until = 0; // performance.now()
  private covers: Priority = "none";

  /** left gives the seconds for which what sounds is paused; 0 when it is not. */
  left(sounds: Priority): number {
    return rank(sounds) > rank(this.covers) ? 0 : Math.max(0, (this.until - performance.now()) / 1000);
  }

  /** turn begins a pause, or ends it. */
  turn(sounds: Priority): void {
    this.until = this.left(sounds) > 0 ? 0 : performance.now() + pauseSeconds * 1000;
    this.covers = sounds;
  }

  end(): void {
    this.until = 0;
  }
}
