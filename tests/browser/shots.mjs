// SPDX-License-Identifier: Apache-2.0
// Takes a picture of each state of the pages: node shots.mjs PAGE_SERVER HOSPITAL_SERVER FOLDER [NAME]. For a person to
// look at, not a test.
import { declared, Hospital } from "./hospital.mjs";
import { launch, PageServer } from "./page.mjs";
import { attackEntries, heldEntries, quietEntries, states } from "./situations.mjs";

const [program, hospitalProgram, folder, only] = process.argv.slice(2);
const browser = await launch();
const wide = { width: 1366, height: 768 };

async function shot(name, state, { view = wide, english = false, open = false, act = async () => {} } = {}) {
  if (only !== undefined && only !== name) return;
  const at = Date.now() / 1000;
  const server = await PageServer.start(program);
  const context = await browser.newContext({ viewport: view, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const page = await context.newPage();
  page.setDefaultTimeout(120000);
  server.entries(quietEntries(at));
  if (state !== "calm") server.entries(attackEntries(at));
  if (["contained", "lifted"].includes(state)) server.entries(heldEntries(at));
  server.situation(states[state](at));
  await page.goto(server.origin);
  await page.locator("[data-host]").first().waitFor();
  await page.locator("[data-sequence]").first().waitFor();
  if (english) await page.locator("#language").click();
  if (open) await page.locator(".disclose").first().click();
  await act(page, server);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: view.width < 600 });
  await context.close();
  await server.stop();
}

await shot("calm", "calm");
await shot("suspect", "suspect");
await shot("attack", "attack", { open: true });
await shot("contained", "contained", { open: true });
await shot("handed_on", "handed_on");
await shot("handed_on_english", "handed_on", { english: true });
await shot("rehearsed", "rehearsed");
await shot("english", "contained", { english: true, open: true });
await shot("rollback", "contained", { act: (page) => page.locator(".ask .act").first().click() });
await shot("blind", "blind");
await shot("phone", "contained", { view: { width: 390, height: 844 }, open: true });
await shot("wall", "contained", { view: { width: 1920, height: 1080 }, open: true });
await shot("situation", "contained", { view: { width: 1366, height: 1400 }, open: true });
await shot("lost", "contained", {
  act: async (page, server) => {
    await server.kill();
    await page.waitForTimeout(12500);
  },
});

/** network takes a picture of the page Network of the reference hospital. */
async function network(name, { view = wide, english = false, attacked = true, open = "", act = async () => {} } = {}) {
  if (only !== undefined && only !== name) return;
  const hospital = await Hospital.start(hospitalProgram);
  const context = await browser.newContext({ viewport: view, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const page = await context.newPage();
  page.setDefaultTimeout(120000);
  const hosts = declared();
  if (attacked) {
    hospital.attack(hosts.get("rea-pc-040"));
    hospital.attack(hosts.get("img-pc-015"), 2);
    hospital.seen({ addresses: "10.16.58.240", macs: "02:00:00:00:00:99" });
  }
  await page.goto(`${hospital.origin}/#network`);
  await page.locator("[data-group]").first().waitFor();
  if (english) await page.locator("#language").click();
  if (attacked) await page.locator('[data-column="holds"] svg').first().waitFor();
  if (open !== "") {
    await page.keyboard.press("/");
    await page.keyboard.type(open);
    await page.locator(`[data-machine="${open}"]`).click();
    await page.locator("[data-offer]").first().waitFor();
    await page.locator("#search").fill("");
  }
  await act(page, hospital);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: view.width < 600 });
  await context.close();
  await hospital.stop();
}

const openFirst = async (page) => {
  await page.locator('[role="tree"]').focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
};
const borders = async (page) => {
  await page.locator(".choice").nth(1).click();
  await openFirst(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("[data-offer]").first().waitFor();
};
await network("network", { open: "rea-pc-040", view: { width: 1366, height: 1000 }, act: openFirst });
await network("network_calm", { attacked: false });
await network("network_attack", { act: openFirst });
await network("network_host", { open: "rea-pc-040", act: openFirst });
await network("network_english", { open: "rea-pc-040", english: true, act: openFirst });
await network("network_protected", { open: "rea-ven-01", attacked: false });
await network("network_borders", { act: borders });
await network("network_search", { act: async (page) => page.locator("#search").fill("reanimation poste 04") });
await network("network_wall", { open: "rea-pc-040", view: { width: 1920, height: 1080 }, act: openFirst });
await network("network_phone", { view: { width: 390, height: 844 } });
await network("network_lost", {
  act: async (page, hospital) => {
    await hospital.end("SIGKILL");
    await page.waitForTimeout(6000);
  },
});
await browser.close();
