// SPDX-License-Identifier: Apache-2.0
// Takes a picture of each state of the station's screens: node station_shots.mjs BUNDLE FOLDER [NAME]. For a person to look
// at, not a test.
import { launch } from "./page.mjs";
import { StationServer } from "./station_server.mjs";
import { World } from "./station_world.mjs";

const [bundle, folder, only] = process.argv.slice(2);
const browser = await launch();

/** shot takes a picture in French and, with `act`, in English: dialogs are where words are longest. */
async function shot(name, options = {}) {
  await picture(name, options, false);
  if (options.act !== undefined) await picture(`${name}-english`, options, true);
}

async function picture(name, { beds = 8, hash = "#unit", change = () => {}, act = async () => {}, wait = 5500, view = { width: 1920, height: 1080 }, touched = true }, english) {
  if (only !== undefined && !name.startsWith(only)) return;
  const world = World.of(beds);
  change(world);
  const server = await StationServer.start(bundle, world);
  const context = await browser.newContext({ viewport: view, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log(name, message.text()));
  page.on("pageerror", (error) => console.log(name, error.message));
  await page.goto(`${server.origin}/${hash}`);
  if (touched) await page.keyboard.press("x");
  if (english) await page.locator("#language").click();
  await page.waitForTimeout(wait);
  await act(page, server, world);
  await page.evaluate(() => document.getAnimations().forEach((flash) => Object.assign(flash, { currentTime: 0 }).pause())); // lit
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
  await server.stop();
}

/** A night as it comes: one grave alarm, one technical, one free bed, one demonstration, one value that is wrong. */
function night(world) {
  world.number("R2", "hr").value = 148;
  world.raise("R2", "high", "*** TACHY 148 > 140", { raised: Date.now() / 1000 - 14 });
  world.mute("R5").raised -= 20;
  world.number("R7", "spo2").value = 88;
  const answered = world.raise("R7", "medium", "** SpO2 88 < 90", { raised: Date.now() / 1000 - 60 });
  Object.assign(answered, { acknowledged: Date.now() / 1000 - 30, answered: Date.now() / 1000 - 30, by: "desk (AD)", silent_until: Date.now() / 1000 + 40 });
  Object.assign(world.bed("R4"), { patient: null, devices: [], numerics: [], waves: [] });
  world.device("R4").bed = "";
  world.number("R3", "spo2").validity = "questionable";
  world.number("R3", "t").validity = "invalid";
  for (const n of world.bed("R8").numerics) n.validity = "demo";
  for (const w of world.bed("R8").waves) w.validity = "demo";
  Object.assign(world.number("R6", "rr"), { value: null, validity: "missing" });
  for (const n of world.bed("R6").numerics.slice(0, 2)) n.validity = "unconfirmed";
  world.device("R7").bed_label = "R5";
  world.device("R1").bed_label = "CHIR 4";
  const pleth = world.bed("R1").waves[1];
  world.shapes.set(pleth.id, (t) => (t % 8 > 6 ? Number.NaN : 0.5 + 0.4 * Math.sin(t * 7)));
  world.shapes.set(world.bed("R6").waves[0].id, () => 0);
  world.raise("R6", "low", "* ECG : électrodes", { kind: "technical", raised: Date.now() / 1000 - 130 });
}

await shot("unit-8", { change: night });
await shot("unit-8-calm");
const doubtful = (world) => {
  night(world);
  Object.assign(world.device("R1"), { doubted: true, bed_label: "R1" });
  world.raise("R1", "medium", "10.9.0.66", { origin: "station", condition: "doubted", kind: "technical" });
};
const stopped = (world) => {
  night(world);
  world.raise("R3", "medium", "HR", { origin: "station", condition: "unjudged:147842", kind: "technical" });
  world.raise("R3", "high", "HR < 40 /min", { origin: "limit", condition: "low:hr", unconfirmed: Date.now() / 1000 - 95 });
  world.raise("R3", "medium", "Pleth", { origin: "station", condition: "frozen:pleth", kind: "technical", unconfirmed: Date.now() / 1000 - 40 });
  world.raise("R6", "medium", "HR", { origin: "station", condition: "unjudged:147842", kind: "technical" });
};
await shot("unit-stopped", { change: stopped });
await shot("bed-stopped", { hash: "#bed/R3", change: stopped });
await shot("unit-doubted", { change: doubtful });
await shot("bed-doubted", { hash: "#bed/R1", change: doubtful });
await shot("unit-32", { beds: 32, change: night });
/** odd has a value that is no number at R1, and names that steer at R3 and R6: alone, and beside a graver alarm. */
const odd = (world) => {
  night(world);
  world.device("R1").bed_label = "R1";
  const trouble = (bed, code, text) => {
    world.device(bed).trouble = { code, text, remedy: "" };
    world.raise(bed, "medium", text, { origin: "station", condition: `trouble:${code}`, kind: "technical", raised: Date.now() / 1000 - 75 });
  };
  Object.assign(world.number("R1", "hr"), { value: null, validity: "invalid" });
  trouble("R1", "no_number", "The device sends as a value what is no number");
  trouble("R3", "odd_name", "The device sends a name with control characters or marks of HTML");
  trouble("R6", "odd_name", "The device sends a name with control characters or marks of HTML");
  const name = { identifier: "80\u00072", family: "<b>DUPONT</b>", given: "Yv\u202Ees", born: "1941-02-12" };
  Object.assign(world.bed("R3"), { patient: name });
  Object.assign(world.device("R3"), { patient: name });
  Object.assign(world.device("R6"), { patient: { ...name, family: "<img src=x onerror=alert(1)>" }, bed_label: "R6<script>" });
};
/** oddOnly has nothing else at the two beds, so that theirs is what the banner says. */
const oddOnly = (world) => {
  odd(world);
  world.alarms = world.alarms.filter((alarm) => alarm.condition.startsWith("trouble:"));
  world.silent.clear();
  Object.assign(world.device("R5"), { live: true, age: 0.2 });
  for (const n of world.bed("R5").numerics) n.age = 0.4;
};
for (const beds of [8, 32]) {
  await shot(`odd-unit-${beds}`, { beds, change: odd, act: async () => {} });
  await shot(`odd-only-${beds}`, { beds, change: oddOnly, act: async () => {} });
}
for (const page of ["devices", "bed/R1", "bed/R3"]) await shot(`odd-${page.replace("/", "-")}`, { beds: 32, hash: `#${page}`, change: odd, wait: 2500, act: async () => {} });
await shot("unit-locked", { beds: 16, change: night, touched: false });
await shot("bed", { hash: "#bed/R2", change: night, wait: 14000 });
await shot("bed-silent", { hash: "#bed/R5", change: night });
await shot("devices", {
  hash: "#devices",
  change: (world) => {
    night(world);
    Object.assign(world.device("R1"), { doubted: true });
    Object.assign(world.device("R3"), { clock_ahead: -312 });
    Object.assign(world.device("R6"), { trouble: { code: "certificate", text: "certificate unknown", remedy: "Import the certificate of the island." }, patient: { identifier: "99", family: "AUTRE", given: "Paul", born: "1950-02-01" } });
  },
});
await shot("review", {
  hash: "#review/R2", change: night, wait: 2500,
  act: async (page) => {
    await page.mouse.click(700, 500);
    await page.mouse.click(760, 500);
    await page.waitForTimeout(300);
  },
});
await shot("alarm", { change: night, act: async (page) => {
  await page.keyboard.press("a");
  await page.waitForTimeout(3000);
} });
await shot("over", { hash: "#devices", change: (world) => {
  night(world);
  world.raise("R5", "high", "*** VF", { raised: Date.now() / 1000 - 600, times: 3 });
}, wait: 2000, act: async (page) => {
  await page.locator("[data-over]:visible").click();
  await page.waitForTimeout(300);
} });
await shot("review-doubted", { hash: "#review/R1", change: (world) => {
  doubtful(world);
  world.alarms.at(-1).raised -= 5;
}, wait: 2500, act: async (page) => {
  await page.mouse.click(500, 500);
  await page.mouse.click(1300, 500);
  await page.waitForTimeout(300);
} });
await shot("review-demo", { hash: "#review/R8", change: night, wait: 2500 });
await shot("assign", { hash: "#devices", change: night, wait: 2000, act: async (page) => {
  await page.locator("tbody .large:visible").first().click();
  await page.waitForTimeout(300);
} });
await shot("limits", { hash: "#bed/R2", change: night, wait: 2500, act: async (page) => {
  await page.getByRole("button", { name: /Limites|Limits/ }).click();
  await page.waitForTimeout(300);
} });
await shot("patient", { hash: "#bed/R2", change: night, wait: 2500, act: async (page) => {
  await page.getByRole("button", { name: "Patient" }).click();
  await page.getByRole("button", { name: /Vérifier|Check/ }).click();
  await page.waitForTimeout(300);
} });
await shot("patient-form", { hash: "#bed/R2", change: (world) => {
  night(world);
  world.device("R2").patient = { identifier: "4711", family: "DUPOND", given: "Yves", born: "1941-02-12" };
}, wait: 2500, act: async (page) => {
  await page.getByRole("button", { name: "Patient" }).click();
  await page.waitForTimeout(300);
} });
/** limited sets limits at bed R2, one of which no device measures any more. */
function limited(world) {
  night(world);
  const bed = world.bed("R2");
  bed.limits = [[150456, "%", 80, null, "high"], [147842, "/min", 40, 130, "medium"], [150087, "mm[Hg]", null, 15, "low"]].map(([code, unit, low, high, priority]) => ({ code, unit, low, high, priority }));
}
await shot("limits-absent", { hash: "#bed/R2", change: limited, wait: 2500, act: async (page) => {
  await page.getByRole("button", { name: /Limites|Limits/ }).click();
  await page.waitForTimeout(300);
} });
await shot("patient-limits", { hash: "#bed/R2", change: limited, wait: 2500, act: async (page) => {
  await page.getByRole("button", { name: "Patient" }).click();
  await page.locator('[name="family"]').fill("NGUYEN");
  await page.getByRole("button", { name: /Vérifier|Check/ }).click();
  await page.waitForTimeout(300);
} });
await shot("bed-full", { hash: "#bed/R2", change: (world) => {
  limited(world);
  const bed = world.bed("R2");
  bed.waves = Array.from({ length: 32 }, (_, i) => ({ ...bed.waves[i % 4], id: 200 + i, label: `${bed.waves[i % 4].label} ${i + 1}` }));
  world.device("R2").silence = 21;
  world.alarms[0].silenced = true;
  world.raise("R2", "none", "Battery charging", { kind: "technical", raised: Date.now() / 1000 - 90 });
}, act: async (page) => {
  await page.waitForTimeout(300);
} });
await shot("assign-ask", { hash: "#devices", change: night, wait: 2000, act: async (page) => {
  await page.getByRole("button", { name: /R5…/ }).click();
  await page.waitForTimeout(300);
} });
await shot("lost", { change: night, act: async (page, server) => {
  await server.stop();
  await page.waitForTimeout(7000);
} });
await shot("laptop", { change: night, view: { width: 1366, height: 768 } });
await browser.close();
