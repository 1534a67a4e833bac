// SPDX-License-Identifier: Apache-2.0
// The pages of one bed, now and in the past: tests of station_test.mjs, which imports them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "./page.mjs";
import { reads, tile, waveOf, wide, withStation } from "./station_screen.mjs";
import { codes, World } from "./station_world.mjs";

test("a bed's page: limits and patient are confirmed, trends and alarms are there, the strip has its address", async () => {
  const world = World.of(4);
  world.raise("R2", "high", "*** TACHY", { present: false, ended: Date.now() / 1000 });
  await withStation(world, async (page, server) => {
    await reads(page.locator(".bed-title"), "R2");
    assert.equal(await page.locator(".bed-left .wave").count(), 4);
    await reads(page.locator(".alarm-list"), "finie, à acquitter");
    await reads(page.locator(".wave-label", { hasText: "ABP" }), /^PA · ABP · \d+ … \d+ mmHg/);
    await until(page, () => {
      const canvas = document.querySelector(".trend");
      const { data } = canvas.getContext("2d").getImageData(150, 0, canvas.width - 160, canvas.height);
      let green = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 1] > 150 && data[i] < 110) green += 1;
      return green > 300;
    });

    await page.getByRole("button", { name: "Limites" }).click();
    const line = page.locator(`tr[data-code="${codes.rate}"]`);
    await line.locator(".bound").nth(0).fill("130");
    await line.locator(".bound").nth(1).fill("50");
    await line.locator("[data-set]").click();
    await reads(line, "La limite basse doit être sous la haute");
    await line.locator(".bound").nth(0).fill("");
    await line.locator(".bound").nth(1).fill("cent");
    await line.locator("[data-set]").click();
    await reads(line, "Écrire un nombre");
    await line.locator(".bound").nth(1).fill("120,5");
    await line.locator("select").selectOption("high");
    await line.locator("[data-set]").click();
    await reads(page.locator(".question"), "Lit R2 : alarme HAUTE si FC au-dessus de 120,5 /min");
    assert.deepEqual(server.wishes, []);
    for (const key of ["a", "a"]) await page.keyboard.press(key); // an alarm is answered behind the question too
    await reads(page.locator(".said"), "Alarme acquittée, R2");
    assert.equal(server.wishes.pop().path, "/act/acknowledge");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.pop(), { path: "/act/limit", body: { bed: "R2", code: codes.rate, unit: "/min", low: null, high: 120.5, priority: "high", seen: world.seenOfBed("R2") } });

    await page.getByRole("button", { name: "Patient" }).click();
    await page.locator('[name="family"]').fill("NGUYEN");
    await page.locator('[name="born"]').fill("");
    await page.locator('[name="identifier"]').fill("");
    await page.keyboard.press("Enter");
    await reads(page.locator("dialog .outcome"), "Deux identifiants");
    await page.locator('[name="born"]').fill("1961-04-12");
    await page.keyboard.press("Enter");
    await reads(page.locator(".facts-asked"), "12/04/1961");
    const seen = world.seenOfBed("R2");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.pop(), { path: "/act/patient", body: { bed: "R2", patient: { identifier: "", family: "NGUYEN", given: "Yves", born: "1961-04-12" }, limits_kept: [], seen } });
    await reads(page.locator(".bed-page .bed-patient"), "NGUYEN Yves · 12/04/1961");
    assert.match(await page.locator("a", { hasText: "Imprimer une bande" }).getAttribute("href"), /^\/api\/station\/strip\.pdf\?bed=R2&/);
  }, { hash: "#bed/R2" });
});

test("a limit is of the patient for whom it was read: where another one lies there meanwhile it is asked anew", async () => {
  const world = World.of(4);
  await withStation(world, async (page, server) => {
    await page.getByRole("button", { name: "Limites" }).click();
    const line = page.locator(`tr[data-code="${codes.rate}"]`);
    await line.locator(".bound").nth(1).fill("120");
    await line.locator("[data-set]").click();
    await reads(page.locator(".facts-asked"), "au lit R2 : ");
    world.bed("R2").patient = { identifier: "80-77", family: "OTHER", given: "Paul", born: "" };
    await page.locator("[data-yes]").click();
    await reads(page.locator("dialog .outcome:visible"), "cela a changé entre-temps");
    await reads(page.locator("dialog .outcome:visible"), "maintenant : au lit R2 : OTHER Paul");
    assert.deepEqual(world.bed("R2").limits, []);
    await line.locator(".bound").nth(1).fill("120");
    await line.locator("[data-set]").click();
    await reads(page.locator(".facts-asked"), "au lit R2 : OTHER Paul");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(world.bed("R2").limits.length, 1);
  }, { hash: "#bed/R2", allowErrors: true });
});

test("with a dialog open an alarm is answered with one touch, and by keys outside its fields, and what was typed stays", async () => {
  const world = World.of(4);
  await withStation(world, async (page, server) => {
    await page.getByRole("button", { name: "Patient" }).click();
    const family = page.locator('[name="family"]');
    await family.fill("NGUYEN");
    const high = world.raise("R3", "high", "*** ASYSTOLE");
    await reads(page.locator("#banner"), "ASYSTOLE");
    await page.waitForTimeout(700);
    await page.locator("#hush").click();
    await reads(page.locator("#hush"), "Reprendre le son");
    const box = await page.locator("#acknowledge").boundingBox();
    assert.ok(box.height >= 44);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await reads(page.locator(".said"), "Alarme acquittée, R3");
    await page.keyboard.type(" VAN");
    assert.equal(await family.inputValue(), "NGUYEN VAN", "who typed goes on typing");
    world.raise("R4", "high", "*** VT");
    await reads(page.locator("#banner"), "*** VT");
    await page.keyboard.press("a"); // a letter in a field
    assert.equal(await family.inputValue(), "NGUYEN VANa");
    const seen = [];
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      seen.push(await page.evaluate(() => document.activeElement.closest("dialog, #banner")?.id ?? "out"));
    }
    assert.deepEqual([...new Set(seen)].sort(), ["", "banner"], "the focus stays in the dialog and at the alarm");
    await page.getByRole("button", { name: "Vérifier" }).focus();
    for (const key of ["a", "a"]) await page.keyboard.press(key);
    await reads(page.locator(".said"), "Alarme acquittée, R4");
    assert.deepEqual(server.wishes.map(({ path, body }) => [path, body.alarm ?? body.bed]), [["/act/pause", "R3"], ["/act/acknowledge", high.alarm], ["/act/acknowledge", high.alarm + 1]]);
    const dead = await page.locator(".strip button, .strip a, .bed-page button").evaluateAll((all) => all.filter((node) => !node.closest("[inert]")).length);
    assert.equal(dead, 0, "and the rest of the page can be reached by nobody");
    assert.ok(await page.locator("dialog").evaluate((dialog) => dialog.getBoundingClientRect().top >= document.querySelector("#banner").getBoundingClientRect().bottom), "no dialog stands over the banner");
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.match(page.url(), /#bed\/R2$/);
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Patient");
    assert.equal(await page.locator("[inert]").count(), 0);
    await page.locator(".who button").click(); // signing in leaves the banner alive too
    world.raise("R1", "high", "*** VFIB");
    await reads(page.locator("#banner"), "*** VFIB");
    await page.locator("#acknowledge").click({ trial: true });
  }, { hash: "#bed/R2", viewport: { width: 1366, height: 768 }, setUp: false });
});

test("nobody places or takes off a patient over another one who was placed there meanwhile", async () => {
  const world = World.of(4);
  const bed = world.bed("R2");
  await withStation(world, async (page, server) => {
    const other = { identifier: "77", family: "GAMMA", given: "Zoé", born: "1970-05-04" };
    await page.getByRole("button", { name: "Patient" }).click();
    await page.locator('[name="family"]').fill("NGUYEN");
    await page.keyboard.press("Enter");
    await reads(page.locator(".question"), "Est-ce bien cette personne");
    bed.patient = other;
    await page.locator("[data-yes]").click();
    await reads(page.locator("dialog .outcome"), /cela a changé entre-temps.* maintenant : au lit R2 : GAMMA Zoé · 04\/05\/1970 · 77/);
    assert.equal(await page.locator('[name="family"]').inputValue(), "NGUYEN", "what was typed stays");
    assert.equal(bed.patient, other);
    await page.getByRole("button", { name: "Libérer le lit" }).click();
    await reads(page.locator(".facts-asked"), "au lit R2 : GAMMA Zoé");
    bed.patient = { ...other, family: "DELTA" };
    await page.locator("[data-yes]").click();
    await reads(page.locator("dialog .outcome"), "maintenant : au lit R2 : DELTA");
    await page.getByRole("button", { name: "Libérer le lit" }).click();
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(bed.patient, null);
    assert.equal(server.wishes.length, 3);
  }, { hash: "#bed/R2", allowErrors: true });
});

test("a person who lies in another bed already is named there, and asked for anew", async () => {
  const world = World.of(8);
  const { patient } = world.bed("R8");
  await withStation(world, async (page, server) => {
    server.refuses = (path, body) => (path === "/act/patient" && body.also_at === undefined ? { word: "patient_elsewhere", field: "also_at", beds: ["R8"] } : null);
    await page.getByRole("button", { name: "Patient" }).click();
    for (const key of ["family", "given", "identifier"]) await page.locator(`[name="${key}"]`).fill(patient[key]);
    await page.locator('[name="born"]').fill(`12/04/${new Date().getFullYear() + 2}`);
    await page.keyboard.press("Enter");
    await reads(page.locator("dialog .outcome"), "Date de naissance dans le futur");
    await page.locator('[name="born"]').fill(patient.born);
    await page.keyboard.press("Enter");
    await reads(page.locator(".question"), "Est-ce bien cette personne");
    await page.locator("[data-yes]").click();
    await reads(page.locator(".question"), "Déjà à R8. Est-ce bien la même personne, et l’inscrire aussi au lit R3 ?");
    await reads(page.locator(".facts-asked"), patient.family);
    assert.equal(await page.locator(".said[data-refused]:visible").count(), 0, "it is a question, no refusal");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Revenir", "nothing is chosen for them");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.map((wish) => wish.body.also_at), [undefined, ["R8"]]);
    for (const [bed, other] of [["R3", "R8"], ["R8", "R3"]]) world.raise(bed, "low", other, { device: "", origin: "station", kind: "technical", condition: `twice:${bed}` });
    await page.evaluate(() => (location.hash = "#unit"));
    await reads(tile(page, "R3").locator(".bed-what"), "Patient aussi à R8");
    await reads(tile(page, "R8").locator(".bed-what"), "Patient aussi à R3");
    await page.locator("#language").click();
    await reads(tile(page, "R8").locator(".bed-what"), "Patient also at R3");
  }, { hash: "#bed/R3", allowErrors: true }); // the browser logs the 409 itself
});

test("what the station refuses as beyond its range is told with the range, and what was typed stands there still", async () => {
  const world = World.of(4);
  await withStation(world, async (page, server) => {
    const refused = async (word, range) => {
      server.refuses = () => ({ word });
      await page.locator("[data-yes]").click();
      await reads(page.locator("dialog .outcome"), range);
      assert.equal(await page.locator("dialog .question").count(), 1, "it can be sent again");
      await page.locator("dialog").getByRole("button", { name: "Revenir" }).click();
      await page.locator("dialog .question").waitFor({ state: "detached" });
      assert.match(await page.locator("dialog .outcome", { hasText: range }).innerText(), /^Refusé : /);
      server.refuses = () => null;
    };
    await page.getByRole("button", { name: "Limites" }).click();
    const line = page.locator(`tr[data-code="${codes.rate}"]`);
    const other = page.locator(`tr[data-code="${codes.saturation}"] .bound`).nth(0);
    await other.fill("88");
    await line.locator(".bound").nth(0).fill("30,5");
    await line.locator(".bound").nth(1).fill("1200");
    await line.locator("select").selectOption("high");
    await line.locator("[data-set]").click();
    await refused("limit_out_of_range", "de 0 à 999 /min");
    await reads(line, "de 0 à 999 /min");
    assert.deepEqual([await line.locator(".bound").nth(0).inputValue(), await line.locator(".bound").nth(1).inputValue(), await line.locator("select").inputValue(), await other.inputValue()], ["30,5", "1200", "high", "88"]);
    await line.locator(".bound").nth(1).fill("120");
    await line.locator("[data-set]").click();
    await reads(page.locator(".question"), "30,5 ou au-dessus de 120 /min");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.pop().body, { bed: "R2", code: codes.rate, unit: "/min", low: 30.5, high: 120, priority: "high", seen: world.seenOfBed("R2") });

    await page.getByRole("button", { name: "Patient" }).click();
    const typed = { family: "NGUYEN", given: "Yves", born: "12/04/1861", identifier: "4711" };
    for (const [key, text] of Object.entries(typed)) await page.locator(`[name="${key}"]`).fill(text);
    await page.keyboard.press("Enter");
    await reads(page.locator(".facts-asked"), "12/04/1861");
    await refused("born_too_early", "01/01/1880 ou après");
    for (const [key, text] of Object.entries(typed)) assert.equal(await page.locator(`[name="${key}"]`).inputValue(), text);
    await page.locator('[name="born"]').fill("12/04/1961");
    await page.keyboard.press("Enter");
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.equal(server.wishes.pop().body.patient.born, "1961-04-12");
  }, { hash: "#bed/R2", viewport: { width: 1366, height: 768 }, allowErrors: true }); // the browser logs the 409 itself
});

test("limits of the previous patient are read out and end, but for those that a person keeps", async () => {
  const world = World.of(4);
  const limit = (code, unit, low, high, priority) => ({ code, unit, low, high, priority });
  world.bed("R2").limits = [limit(codes.saturation, "%", 80, null, "high"), limit(codes.rate, "/min", 40, 130, "medium"), limit(codes.systolic, "mm[Hg]", 90, null, "low")];
  for (const bed of world.beds) bed.numerics = bed.numerics.filter((n) => n.code !== codes.systolic); // the line was taken away
  await withStation(world, async (page, server) => {
    await page.getByRole("button", { name: "Limites (3)" }).click();
    const absent = page.locator(`tr[data-code="${codes.systolic}"]`);
    await reads(absent, "Pression artérielle (systolique)");
    await reads(absent, "non mesuré");
    assert.equal(await page.locator("tr[data-code]").first().getAttribute("data-code"), String(codes.systolic), "what nothing else shows comes first");
    await reads(page.locator(".limits-absent"), "agira dès qu’un appareil l’enverra");
    await absent.locator("[data-off]").click();
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    assert.deepEqual(server.wishes.pop().body, { bed: "R2", code: codes.systolic, unit: "mm[Hg]", low: null, high: null, priority: "low", seen: world.seenOfBed("R2") });

    const place = async (family, born) => {
      await page.getByRole("button", { name: "Patient" }).click();
      await page.locator('[name="identifier"]').fill("");
      await page.locator('[name="family"]').fill(family);
      await page.locator('[name="born"]').fill(born);
      await page.keyboard.press("Enter");
      await page.locator(".question").waitFor();
    };
    const send = async () => {
      await page.locator("[data-yes]").click();
      await page.locator("dialog").waitFor({ state: "detached" });
      return server.wishes.pop().body.limits_kept;
    };
    const line = (code) => page.locator(`[data-limit="${code}"]`);
    await reads(page.getByRole("button", { name: "Limites (2)" }), "Limites (2)");
    await place("DUPONT", "1941-02-12"); // the same, written again
    await reads(page.locator(".kept"), "Elles restent");
    assert.deepEqual((await send()).sort(), [codes.rate, codes.saturation].sort());
    await place("NGUYEN", "1961-04-12");
    await reads(page.locator(".kept"), "Limites du patient précédent");
    await reads(line(codes.saturation), "SpO2 sous 80 % · HAUTE");
    await reads(line(codes.rate), "FC sous 40 ou au-dessus de 130 /min · MOYENNE");
    await line(codes.saturation).locator('[data-keep="true"]').click();
    world.bed("R2").limits.push(limit(codes.breath, "/min", 8, null, "high")); // somebody else, meanwhile
    await reads(page.locator(".bed-head"), "Limites (3)");
    assert.deepEqual(await send(), [codes.saturation, codes.breath], "nobody has decided here on what was set since");
    await reads(page.locator(".bed-page .bed-patient"), "NGUYEN");
    await page.getByRole("button", { name: "Patient" }).click();
    await page.getByRole("button", { name: "Libérer le lit" }).click();
    await reads(line(codes.saturation), "SpO2 sous 80 %");
    assert.deepEqual(await send(), []);
    await reads(page.getByRole("button", { name: /^Limites$/ }), "Limites");
  }, { hash: "#bed/R2" });
});

test("a bed's page has every wave, what is silenced at the bed, what wants nobody, and how late a silence is told", async () => {
  const world = World.of(2);
  const bed = world.bed("R2");
  bed.waves = Array.from({ length: 32 }, (_, i) => ({ ...bed.waves[0], id: 200 + i, handle: "ecg", label: `W${i + 1}` }));
  world.device("R2").silence = 21.04;
  world.raise("R2", "medium", "** SpO2 88 < 90", { silenced: true });
  world.raise("R2", "none", "Battery charging", { kind: "technical" });
  await withStation(world, async (page) => {
    await reads(tile(page, "R2").locator(".bed-line"), "son coupé au lit");
    assert.equal((await tile(page, "R2").innerText()).includes("Battery"), false, "what wants nobody takes no tile's line");
    await page.evaluate(() => (location.hash = "#bed/R1"));
    await reads(page.locator(".bed-devices"), "M540");
    assert.equal((await page.locator(".bed-devices").innerText()).includes("silence"), false);
    assert.equal(await page.locator(".wave-pages").isVisible(), false);
    await page.evaluate(() => (location.hash = "#bed/R2"));
    await reads(page.locator(".bed-devices"), "silence signalé après 21,1 s");
    await reads(page.locator(".alarm-row", { hasText: "SpO2 88" }), "son coupé au lit");
    const info = page.locator(".alarm-row", { hasText: "Battery charging" });
    await reads(info, "INFO");
    assert.equal((await info.innerText()).includes("Regarder"), false, "it asks nobody to go");
    assert.equal(await info.evaluate((row) => row.hasAttribute("data-flashes")), false);
    const seen = new Set();
    for (const text of ["Tracés 1–12 sur 32", "Tracés 13–24 sur 32", "Tracés 25–32 sur 32"]) {
      await reads(page.locator(".wave-pages"), text);
      for (const label of await page.locator(".bed-left .wave-label").allInnerTexts()) seen.add(label.split(" ")[0]);
      assert.equal(await page.evaluate(() => document.documentElement.scrollHeight > innerHeight), false);
      await page.keyboard.press("PageDown");
    }
    assert.equal(seen.size, 32);
    await reads(page.locator(".wave-pages"), "Tracés 1–12 sur 32");
    await page.getByRole("button", { name: "Tracés précédents" }).click();
    await reads(page.locator(".wave-pages"), "Tracés 25–32 sur 32");
  });
});

test("review measures time and amplitude between two cursors", async () => {
  const world = World.of(4);
  world.shapes.set(waveOf(world, "R2", "arterial").id, (t) => 80 + 4 * (t % 20));
  world.raise("R2", "medium", "10.9.0.66", { origin: "station", condition: "doubted", kind: "technical", raised: Date.now() / 1000 - 30 });
  await withStation(world, async (page) => {
    await reads(page.locator(".past"), "PASSÉ");
    const box = await page.locator(".review-canvas").boundingBox();
    const perSecond = (box.width - 130) / 10;
    await page.waitForTimeout(1000);
    await page.mouse.click(box.x + 130 + 3 * perSecond, box.y + 50);
    await page.mouse.click(box.x + 130 + 5 * perSecond, box.y + 50);
    await reads(page.locator(".review-head"), /Δ 2,0\d s · 30 \/min|Δ 1,9\d s · 3[01] \/min/);
    const text = await page.locator(".review-measures li", { hasText: "PA :" }).innerText();
    const rise = Number(/Δ ([−\d,]+)/.exec(text)[1].replace("−", "-").replace(",", "."));
    assert.ok(Math.abs(rise - 8) < 0.3 || Math.abs(rise + 72) < 0.3, text); // the ramp may fall back in between
    // In doubt since half a minute: what it measured says so in the same words as on the other pages, and so does its alarm.
    for (const part of [".review-numbers li", ".review-measures li"]) await reads(page.locator(part, { hasText: /^PA/ }), "à confirmer");
    await reads(page.locator(".review-numbers li", { hasText: "FC" }), /^FC\s*\d+\? \/min à confirmer/);
    const grey = await page.evaluate(() => {
      const { width, height } = document.querySelector(".review-canvas");
      const { data } = document.querySelector(".review-canvas").getContext("2d").getImageData(130, 0, width - 130, height);
      let coloured = 0;
      for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 100 && (data[i] - data[i + 2] > 60 || data[i + 1] - data[i] > 60)) coloured += 1;
      return coloured === 0;
    });
    assert.ok(grey, "no trace of a device in doubt has the colour of one that is believed");
    await page.locator(".review-canvas").focus();
    const before = await page.locator(".review-when").innerText();
    await page.keyboard.press("ArrowLeft");
    await until(page, (text) => document.querySelector(".review-when").innerText !== text && document.querySelector(".review-said").textContent === "", before);
    assert.match(await page.locator(".review-head").innerText(), /^A .* · B /, "a cursor in sight stays at its moment");
    for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
    await until(page, () => document.querySelectorAll(".review-measures li").length === 0);
    const [, end] = /– (\d\d:\d\d:\d\d)$/.exec(await page.locator(".review-when").innerText());
    assert.equal(await page.locator(".review-then h2").innerText(), `Valeurs à ${end}`, "what is out of sight names no values");
    const then = (await page.locator(".review-numbers li .muted").allInnerTexts()).sort().pop();
    assert.ok(then <= end, `${then} ${end}`);

    const csv = page.getByRole("link", { name: "Exporter (CSV)" });
    const asked = new URL(await csv.getAttribute("href"), page.url());
    const strip = new URL(await page.getByRole("link", { name: "Imprimer une bande" }).getAttribute("href"), "http://x");
    assert.deepEqual([asked.pathname, asked.searchParams.get("bed"), asked.searchParams.get("seconds")], ["/api/station/export.csv", "R2", "10"]);
    assert.equal(asked.searchParams.get("from"), strip.searchParams.get("from"), "what is shown is what is exported");
    const [sheet] = await Promise.all([page.waitForEvent("download"), csv.click()]);
    assert.equal(sheet.url(), asked.href);
    assert.match(sheet.suggestedFilename(), /\.csv$/);
  }, { hash: "#review/R2" });
});

test("an alarm leads to its moment in the review, which goes by minutes and hours and to a time", async () => {
  const world = World.of(4);
  const raised = Math.floor(Date.now() / 1000) - 4000;
  world.raise("R2", "high", "*** ASYSTOLE", { raised, present: false, ended: raised + 5 });
  await withStation(world, async (page) => {
    const from = async () => Number(new URL(await page.getByRole("link", { name: "Exporter (CSV)" }).getAttribute("href"), page.url()).searchParams.get("from"));
    const near = async (at) => assert.ok(Math.abs(await from() - at) < 2, `${await from()} is not ${at}`);
    await page.getByRole("link", { name: "Revoir ce moment" }).first().click();
    await reads(page.locator(".past"), "PASSÉ");
    await near(raised - 5);
    await page.getByRole("button", { name: "+10 min" }).click();
    await near(raised + 595);
    await page.getByRole("button", { name: "−1 h" }).click();
    await near(raised - 3005);
    const wanted = await page.evaluate((at) => new Date(at * 1000).toTimeString().slice(0, 8), raised - 7200);
    await page.locator(".review-time input").fill(wanted);
    await page.locator(".review-time input").dispatchEvent("change");
    await near(raised - 7205);
    await page.getByRole("button", { name: "+1 h" }).click();
    await page.getByRole("button", { name: "Maintenant" }).click();
    await near(Date.now() / 1000 - 10);
    for (const viewport of [wide, { width: 1366, height: 768 }]) {
      await page.setViewportSize(viewport);
      const outside = await page.locator(".bed-head .buttons > *").evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > innerWidth).length);
      assert.equal(outside, 0);
      if (process.env.CORDON_SHOTS) await page.screenshot({ path: `${process.env.CORDON_SHOTS}/review-${viewport.width}.png` });
    }
  }, { hash: "#bed/R2" });
});

/** In the page, before it runs: where each text of the trends stands, as [text, left, right, baseline] of the last picture. */
function watchTexts() {
  window.texts = [];
  const { fillText, setTransform } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.setTransform = function (...matrix) {
    if (this.canvas.className === "trend") window.texts = [];
    return setTransform.apply(this, matrix);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, most = Number.POSITIVE_INFINITY) {
    const width = Math.min(most, this.measureText(text).width);
    const left = this.textAlign === "right" ? x - width : this.textAlign === "center" ? x - width / 2 : x;
    if (this.canvas.className === "trend") window.texts.push([text, left, left + width, y]);
    return fillText.call(this, text, x, y, most === Number.POSITIVE_INFINITY ? undefined : most);
  };
}

test("beside the trends of two monitors no name stands on its number", async () => {
  const world = World.of(2);
  const bed = world.bed("R1");
  world.devices.push({ ...world.device("R1"), device: "second", maker: "GE", model: "MONX2", serial: "7", link: 9 });
  bed.devices.push("second");
  for (const handle of ["spo2", "hr"]) bed.numerics.push({ ...world.number("R1", handle), device: "second", value: handle === "spo2" ? 97 : 148 });
  await withStation(world, async (page) => {
    await until(page, () => window.texts.some(([text]) => text.startsWith("SpO2 MONX2")) && window.texts.some(([text]) => text === "97"));
    const upon = await page.evaluate(() => {
      const side = window.texts.filter(([text, , right]) => text !== "" && right < 140);
      return side.flatMap(([text, , right, y], i) => side.filter(([, left, , other], j) => i !== j && Math.abs(y - other) < 10 && left < right + 3 && left >= side[i][1]).map(([other]) => `${text} | ${other}`));
    });
    assert.deepEqual(upon, []);
  }, { hash: "#bed/R1", viewport: { width: 1366, height: 768 }, first: watchTexts });
});

test("a number that its device has not sent since a cut is taken off by a person, who is asked first", async () => {
  const world = World.of(2);
  for (const handle of ["s", "d", "m"]) Object.assign(world.number("R1", handle), { carried: true, age: 400 });
  world.number("R1", "spo2").carried = true; // it may come any second
  await withStation(world, async (page, server) => {
    const off = page.locator(".number-off:visible");
    await reads(off, "Retirer…");
    assert.equal(await off.count(), 1, "one place, one button");
    await off.click();
    await reads(page.locator("dialog h2"), "Retirer PA de ce lit");
    await reads(page.locator(".facts-asked"), "Dräger M540");
    assert.deepEqual(server.wishes, []);
    server.refuses = () => ({ word: "number_not_missed" });
    await page.locator("[data-yes]").click();
    await reads(page.locator("dialog .outcome"), "de nouveau envoyée");
    server.refuses = () => null;
    server.wishes.length = 0;
    await page.locator("[data-yes]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    const { device } = world.device("R1");
    assert.deepEqual(server.wishes, ["s", "d", "m"].map((handle) => ({ path: "/act/take-off", body: { device, handle } })));
    await reads(page.locator(".said"), "PA retiré du lit");
    assert.equal(await off.count(), 0);
  }, { hash: "#bed/R1", allowErrors: true }); // the browser logs the 409 itself
});
