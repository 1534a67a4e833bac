// SPDX-License-Identifier: Apache-2.0
// Whom an alarm that nobody answers calls, by the role of whoever sits at this screen: there it sounds louder and says so.

import { me, type Me } from "../door";
import type { Alarm, View } from "./model";

/** callees has the roles that each level of escalation calls (src/bedside/signal.h); nobody is called at level 0. */
const callees: readonly (readonly string[])[] = [[], ["nurse"], ["nurse", "regulator", "director"]];
const everybody = callees.length - 1;

/** rolesHere are those of whoever sits here; the desk, where nobody signs in, is the unit's nurses'. */
function rolesHere(who: Me): readonly string[] {
  return who.signed_in ? who.roles : who.may.includes("attend") ? ["nurse"] : [];
}

/** callOf is the level at which an alarm calls whoever sits here; 0: not. */
export function callOf(alarm: Alarm, who: Me = me()): number {
  if (!alarm.present || alarm.acknowledged !== null) return 0;
  const level = Math.min(alarm.level, everybody);
  return rolesHere(who).some((role) => callees[level]?.includes(role)) ? level : 0;
}

/** loudestCall is the highest level at which anything that sounds calls whoever sits here. */
export function loudestCall(view: View, who: Me = me()): number {
  return view.alarms.reduce((most, alarm) => (alarm.audible ? Math.max(most, callOf(alarm, who)) : most), 0);
}
