// SPDX-License-Identifier: Apache-2.0
// What page Devices says of a trouble beyond our words for it. The gateways say it in the language of the code; here it is in
// the reader's. What a device said by itself stays as it came.

import { visible, type Language } from "../format";

/** sentences: what gateways say, "…" being a name, and how it reads in French; null where it says no more than the trouble's own words. */
const sentences = new Map<string, string | null>(Object.entries({
  "A list of alarms cannot be read": "une liste d’alarmes est illisible",
  "A message is about more patients than are taken at once": "un message parle de plus de patients qu’il n’en est lu à la fois",
  "A message is longer than any that is taken": "un message est plus long que tout ce qui est lu",
  "A message is no HL7": "un message n’est pas du HL7",
  "A message was cut short": "un message est coupé",
  "A sender has several beds and does not say of which it speaks": null,
  "More comes from the monitor's address than a monitor sends": "il vient de l’adresse du moniteur plus qu’un moniteur n’envoie",
  "More devices than are taken": "trop d’appareils",
  "Part of what the monitor sends cannot be read": "une partie de ce qu’envoie l’appareil est illisible",
  "The device sends a name with control characters or marks of HTML": null,
  "The device sends as a value what is no number": null,
  "The device sends numbers as text that cannot be read": null,
  "The device sends numbers as text, and they are read": null,
  "The device sends more or fewer samples a second than it states": null,
  "The device sends more alarms or traces than are taken": "trop d’alarmes ou de courbes",
  "The monitor does not answer": null,
  "The monitor ended the link": null,
  "The monitor has more traces than are kept": "trop de courbes",
  "The monitor has more values than are kept": "trop de valeurs",
  "The monitor refuses: another program has its data port": "un autre programme tient déjà son port de données",
  "The monitor sends no alarms": null,
  "The monitor sends no numbers": null,
  "The monitor sends no waves": null,
  "The sender sends more than a unit has to say": null,
  "The trace … cannot be read": "la courbe … est illisible",
  "What was never shown cannot be read": null,
  "What is sent stands in no message": "ce qui est envoyé n’est dans aucun message",
}));

/** causes: how the system and our reader of SDC say why an exchange failed. */
const causes = new Map(Object.entries({
  "Broken pipe": "liaison coupée",
  "Connection refused": "connexion refusée",
  "Connection reset by peer": "liaison coupée",
  "Network is unreachable": "réseau injoignable",
  "No route to host": "aucune route",
  "end of stream": "liaison coupée",
  "partial message": "réponse coupée",
  "services at another address: …": "services à une autre adresse : …",
}));

/** ofUs: troubles behind which SDC says what we found, no word of the device; the French page leaves out what has no French. */
const ofUs: ReadonlySet<string> = new Set(["unreachable", "timeout", "certificate", "dialect"]);

/** inFrench looks a text up, whatever name stands in it; undefined where it is not there. */
function inFrench<T extends string | null>(table: Map<string, T>, text: string): T | string | undefined {
  const whole = table.get(text);
  if (whole !== undefined) return whole;
  for (const [english, french] of table) {
    const [before = "", after] = english.split("…");
    if (french === null || after === undefined || text.length < before.length + after.length) continue;
    if (text.startsWith(before) && text.endsWith(after)) return french.replace("…", () => text.slice(before.length, text.length - after.length));
  }
  return undefined;
}

/** causeOf: a name or a number (HTTP 500) is the same in every language. */
function causeOf(code: string, cause: string, language: Language): string {
  if (language === "en" || !ofUs.has(code)) return cause;
  return inFrench(causes, cause) ?? (/^(HTTP \d+|\S*)$/.test(cause) ? cause : "");
}

/** detailOf gives what stands in brackets behind the remedy of a trouble; empty where there is no more to say. */
export function detailOf(code: string, text: string, language: Language): string {
  // SDC: a sentence of ours in the language of the box, which our own words say as well, then a cause in brackets.
  const sdc = /^[^.(]+\.(?: \((.*)\))?$/s.exec(text);
  if (sdc !== null) return visible(causeOf(code, sdc[1] ?? "", language));
  const french = inFrench(sentences, text);
  return french === null ? "" : visible(language === "fr" ? (french ?? text) : text);
}
