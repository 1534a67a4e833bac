// SPDX-License-Identifier: Apache-2.0
// Takes a picture of each state of the page: node shots.mjs PAGE_SERVER FOLDER [NAME]. For a person to look at, not a test.
import { launch, PageServer } from "./page.mjs";
import { attackEntries, heldEntries, quietEntries, states } from "./situations.mjs";

const [program, folder, only] = process.argv.slice(2);
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
await shot("rehearsed", "rehearsed");
await shot("english", "contained", { english: true, open: true });
await shot("rollback", "contained", { act: (page) => page.locator(".roll-back .act").first().click() });
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
await browser.close();
