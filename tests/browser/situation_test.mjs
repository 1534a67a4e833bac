// SPDX-License-Identifier: Apache-2.0
// The page "Situation" in a real browser: node situation_test.mjs PAGE_SERVER. Skips with status 77 where there is no browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, lowContrast, missing, PageServer, until } from "./page.mjs";
import { attackEntries, cut, heldEntries, quietEntries, states } from "./situations.mjs";

const why = missing();
if (why !== null) {
  console.log(`browser.situation skipped: ${why}`);
  process.exit(77);
}

const program = process.argv[2];
const now = () => Date.now() / 1000;
let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
});

/** withPage opens the page in one state, and fails on any console error, thrown error or request to elsewhere. */
async function withPage(state, body, { viewport = { width: 1366, height: 768 }, allowErrors = false } = {}) {
  const server = await PageServer.start(program);
  const context = await browser.newContext({ viewport, locale: "fr-FR", timezoneId: "Europe/Paris" });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowErrors) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${server.origin}/`)) complaints.push(`request: ${request.url()}`);
  });
  page.on("websocket", (socket) => {
    if (socket.url() !== `ws://127.0.0.1:${server.port}/live`) complaints.push(`socket: ${socket.url()}`);
  });
  page.setDefaultTimeout(90000);
  try {
    server.entries(quietEntries(now()));
    server.situation(states[state](now()));
    await page.goto(server.origin);
    await page.locator("[data-host]").first().waitFor();
    await body(page, server, context);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
    await server.stop();
  }
}

const reads = (locator, text) => locator.filter({ hasText: text }).first().waitFor();
const head = (page) => page.locator("#headline");

test("calm says so, in French first, and remembers English", () =>
  withPage("calm", async (page, server) => {
    await reads(head(page), "Calme : rien à signaler");
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await reads(page.locator("#next"), "Rien à faire.");
    await page.locator("#language").click();
    await reads(head(page), "Calm: nothing to report");
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.reload();
    await reads(head(page), "Calm: nothing to report");
    await page.locator("#language").click();
    await reads(head(page), "Calme");
    await reads(page.locator(".legal"), "ne porte pas le marquage CE");
    server.situation(states.blind(now()));
    await reads(head(page), "Aveugle : sensor span0 arrêté");
    server.situation(states.unsealed(now()));
    await reads(head(page), "Main courante non signée");
    server.situation(states.put_right(now()));
    await reads(head(page), "cordon-nft : remis d'accord");
    await page.locator('.head[data-tone="warn"]').waitFor();
    server.situation({ ...states.put_right(now() + 3600), processes: states.put_right(now()).processes });
    await reads(head(page), "Calme");
    server.situation(states.noted(now()));
    await reads(head(page), "radius : pas encore levée : cut-46");
    await page.locator('.head[data-tone="alarm"]').waitFor();
    await page.locator('#cuts [data-cut][data-tone="alarm"]').waitFor();
    await reads(page.locator("#cuts .proof"), "sw-2: Unsupported Attribute");
    await reads(page.locator(".foot"), "pas encore levée : cut-46");
    server.situation(states.on_reserve(now()));
    await reads(head(page), "la main courante vit sur sa réserve");
    server.situation(states.unwritten(now()));
    await reads(head(page), "La main courante ne s’écrit plus");
    await reads(page.locator("#next"), "Libérer de la place");
    await page.locator('.head[data-tone="alarm"]').waitFor();
    server.situation(states.unwritten_attack(now()));
    await reads(head(page), "chiffre le partage commun");
    await reads(page.locator("#next"), "La main courante ne s’écrit plus");
  }));

test("the head line never claims more than the cut proves", () =>
  withPage("calm", async (page, server) => {
    const steps = [
      ["suspect", "Poste ws2 (10.77.0.12) sous suspicion, partage commun", "CHV\\b.martin", "warn"],
      ["attack", "Poste ws2 (10.77.0.12) chiffre le partage commun — la coupure a échoué", "Débrancher ws2", "alarm"],
      ["contained", "Poste ws2 (10.77.0.12) chiffrait le partage commun — coupé, tenu", "sans l’éteindre", "info"],
      ["lifting", "levée demandée, coupure encore en place", "que la règle soit levée pour ws2", "warn"],
      ["lifted", "coupure levée", "Confirmer que ws2", "warn"],
      ["rehearsed", "chiffre le partage commun — essai à blanc, rien n’est coupé", "aurait été coupé", "warn"],
    ];
    for (const [state, text, next, tone] of steps) {
      server.situation(states[state](now()));
      await reads(head(page), text);
      await reads(page.locator("#next"), next);
      await page.locator(`.head[data-tone="${tone}"]`).waitFor();
    }
    await reads(page.locator(".flag"), "Relecture");
    await reads(page.locator('[data-fact="source"]'), "relecture d’une capture, night.pcap");
  }));

test("a cut that was handed on names everybody who was asked, and what each of them does", () =>
  withPage("handed_on", async (page) => {
    const card = page.locator('[data-state="unproven"]');
    await reads(card, "nftables, sur le pont + Samba, au serveur de fichiers");
    await reads(card, "samba : le serveur de fichiers refuse le poste");
    assert.equal((await card.locator(".proof").innerText()).split("\n").length, 2, "a line for each of them");
  }));

test("hosts show state, role, user and protection, what wants a person first", () =>
  withPage("contained", async (page) => {
    const first = page.locator("tr[data-host]").first();
    assert.equal(await first.getAttribute("data-host"), "10.77.0.12");
    const text = await first.innerText();
    for (const word of ["infecté", "coupé", "ws2", "poste", "CHV\\b.martin", "3"]) assert.ok(text.includes(word), word);
    await reads(page.locator('[data-host="10.77.0.30"]'), "protégé");
  }));

test("evidence opens by keyboard, down to files and looks, and leads to the logbook", () =>
  withPage("contained", async (page, server) => {
    server.entries(attackEntries(now()));
    const button = page.locator(".disclose");
    await button.focus();
    assert.equal(await button.getAttribute("aria-expanded"), "false");
    await page.keyboard.press("Enter");
    assert.equal(await button.getAttribute("aria-expanded"), "true");
    const rows = page.locator(".evidence tbody tr");
    assert.equal(await rows.count(), 3);
    const text = await rows.first().innerText();
    for (const part of [
      "planning_rea_décembre.docx", "commun\\DRH\\Plannings\\", "commençait par PK 03 04", "aucun format connu", "χ² 251 sur 64",
      ": .verrou", "0 % de 64", "réécrit sur place", "parcours : 7 dossiers", "confirmé par le serveur", "+8,0", "8,0 / 20,7", "CHV\\b.martin",
    ]) {
      assert.ok(text.includes(part), `${part} in ${text}`);
    }
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    assert.ok((await page.evaluate(() => document.activeElement.innerText)).includes("astreintes_S48.xlsx"));
    await reads(page.locator("tr[data-sequence]"), "structure perdue, astreintes_S48.xlsx");
    await page.keyboard.press("Enter");
    await until(page, () => document.activeElement.getAttribute("data-sequence") === "42");
    await button.focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    assert.equal(await button.getAttribute("aria-expanded"), "false");
  }));

test("a roll back may give a reason, is sent, and its outcome is told", () =>
  withPage(
    "contained",
    async (page, server) => {
      const card = page.locator('[data-cut="cut-46"]');
      const open = card.getByRole("button", { name: "Lever la coupure de ws2 (10.77.0.12)" });
      await open.focus();
      await page.keyboard.press("Enter");
      await card.locator("form").waitFor();
      await page.keyboard.press("Escape");
      assert.equal(await card.locator("form").isVisible(), false);
      assert.deepEqual(server.rollbacks, []);

      server.command("deny");
      await open.click();
      await page.keyboard.type("fausse alerte");
      server.situation(states.contained(now())); // new data must not disturb what is being typed
      await page.waitForTimeout(600);
      await page.keyboard.type(" vérifiée");
      await page.keyboard.press("Enter");
      await reads(card.locator(".outcome"), "Refusée : Une autre personne doit l’approuver.");
      assert.deepEqual(server.rollbacks, ["console cut-46 fausse alerte vérifiée"]);

      server.command("accept");
      await card.getByRole("textbox").fill("");
      await card.getByRole("button", { name: "Confirmer la levée" }).click();
      await reads(card.locator(".outcome"), "Demandée à");
      assert.equal(server.rollbacks.length, 2);
      assert.equal(server.rollbacks[1].trim(), "console cut-46", "two touches are enough");
      assert.ok((await card.innerText()).includes("tient"), "still the state the server gave");
      server.situation(states.lifted(now()));
      await page.locator('[data-cut="cut-46"][data-state="lifted"]').waitFor();
      assert.equal(await card.getByRole("button", { name: "Lever la coupure" }).count(), 0);
    },
    { allowErrors: true }, // the browser logs the 409 itself
  ));

test("a page that lost its server looks lost, and comes back by itself", () =>
  withPage(
    "contained",
    async (page, server) => {
      await server.kill();
      await reads(head(page), "Liaison perdue depuis");
      await reads(head(page), /les données affichées datent de \d\d:\d\d:\d\d/);
      assert.equal(await page.locator("body").getAttribute("data-lost"), "");
      assert.ok(await page.locator(".ask .act").first().isDisabled());
      assert.ok((await page.locator("#next").innerText()).includes("coupé, tenu"), "the last known state is named as such");
      assert.ok((await page.title()).startsWith("LIAISON PERDUE"));
      const again = await PageServer.start(program, server.port);
      try {
        again.situation(states.calm(now()));
        await reads(head(page), "Calme : rien à signaler");
        assert.equal(await page.locator("body").getAttribute("data-lost"), null);
        await reads(page.locator("#log .none"), "Rien encore.");
      } finally {
        await again.stop();
      }
    },
    { allowErrors: true }, // the browser logs each refused connection itself
  ));

test("silence on an open socket is loss too", () =>
  withPage(
    "calm",
    async (page, server) => {
      await reads(head(page), "Calme");
      server.freeze();
      await reads(head(page), "Liaison perdue depuis");
      server.thaw();
      await reads(head(page), "Calme");
    },
    { allowErrors: true },
  ));

test("a control that hangs behind a living web server is loss too, also for who comes later", () =>
  withPage("calm", async (page, server) => {
    await reads(head(page), "Calme");
    server.hang();
    await reads(head(page), "Liaison perdue depuis");
    await page.reload();
    await reads(head(page), "Liaison perdue depuis");
    server.situation(states.calm(now()));
    await reads(head(page), "Calme");
  }));

test("whoever is cut is called by name, role and unit, a border by its ends, a stranger so", () =>
  withPage("contained", async (page, server) => {
    const state = states.contained(now());
    const innocent = cut(now(), "holds", {
      id: "cut-50", sequence: 50, host: "10.16.37.52", key: "isolate efs-aut-01", action: "isolate", ips: ["10.16.37.52"], name: "efs-aut-01",
      role: "medical_device", unit: "Dépôt de sang",
    });
    const border = cut(now(), "holds", { id: "cut-51", sequence: 51, host: "::", key: "close_border Soins>Bureaux spreading", action: "close_border", name: "", role: "", unit: "" });
    const stranger = cut(now(), "holds", { id: "cut-52", sequence: 52, host: "10.16.58.240", key: "isolate 10.16.58.240", action: "isolate", name: "", role: "", unit: "" });
    server.situation({ ...state, cuts: [...state.cuts, innocent, border, stranger] });
    const heading = (id) => page.locator(`[data-cut="${id}"] h3`);
    await reads(heading("cut-50"), "efs-aut-01 · dispositif médical · Dépôt de sang · 10.16.37.52 — isolement du réseau");
    await page.getByRole("button", { name: "Lever la coupure de efs-aut-01 (10.16.37.52)" }).waitFor();
    await reads(heading("cut-51"), "Soins → Bureaux — fermeture d’une frontière à la propagation");
    await reads(heading("cut-52"), "10.16.58.240 · machine non déclarée — isolement du réseau");
    await page.locator("#language").click();
    await reads(heading("cut-50"), "efs-aut-01 · medical device · Dépôt de sang · 10.16.37.52 — isolation from the network");
    await reads(heading("cut-52"), "10.16.58.240 · host not declared");
  }));

test("each withheld cut has a card", () =>
  withPage("two_withheld", async (page) => {
    await page.locator('.cut[data-state="withheld"]').nth(1).waitFor();
    assert.equal(await page.locator(".cut").count(), 2);
  }));

test("the logbook grows, is filtered from the keyboard, stays bounded, and pages back to older entries", () =>
  withPage("contained", async (page, server) => {
    const rows = page.locator("tr[data-sequence]:visible");
    await rows.first().waitFor();
    server.entries(attackEntries(now()));
    server.entries(heldEntries(now()));
    await until(page, () => document.querySelector("tr[data-sequence]").dataset.sequence === "48");
    await page.locator("body").press("/");
    await page.keyboard.type("cut_changed");
    assert.equal(await rows.count(), 2);
    await page.keyboard.press("Escape");
    assert.equal(await rows.count(), 48);
    await rows.first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await reads(page.locator('tr[data-sequence="45"] pre'), '"why"');

    const many = [];
    for (let n = 49; n <= 600; ++n) {
      many.push({ type: "entry", sequence: n, epoch: 1, ts: now(), kind: "work_summed", text: { fr: `fait ${n}`, en: `fact ${n}` }, body: {} });
    }
    server.entries(many);
    await until(page, () => document.querySelector("tr[data-sequence]").dataset.sequence === "600");
    assert.equal(await page.locator("tr[data-sequence]").count(), 500);
    await page.locator(".cut .link").click(); // the verdict's entry is not among the last 500 any more
    await until(page, () => document.activeElement.getAttribute("data-sequence") === "45");
    await page.getByRole("button", { name: "Revenir au direct" }).click();
    assert.equal(await page.locator("tr[data-sequence]").first().getAttribute("data-sequence"), "600");
  }));

test("hostile names stay text and cannot reorder it", () =>
  withPage("calm", async (page, server) => {
    const state = states.contained(now());
    state.verdicts[0].evidence[0].path = "\\\\10.77.0.20\\commun\\<img src=x onerror=alert(1)>\u202Efdp.exe";
    server.situation(state);
    await page.locator(".disclose").click();
    await reads(page.locator(".evidence"), "<img src=x onerror=alert(1)>⟨U+202E⟩fdp.exe");
    assert.equal(await page.locator("main img").count(), 0);
  }));

test("every text has the contrast of WCAG AA, in every state", () =>
  withPage("calm", async (page, server) => {
    server.entries(attackEntries(now()));
    for (const state of ["calm", "suspect", "attack", "contained", "rehearsed", "blind"]) {
      server.situation(states[state](now()));
      await page.waitForTimeout(600);
      const closed = page.locator('.disclose[aria-expanded="false"]');
      if ((await closed.count()) > 0) await closed.first().click();
      const { seen, bad } = await page.evaluate(lowContrast);
      assert.ok(seen > 100, `${seen} texts seen`);
      assert.deepEqual(bad, [], state);
    }
  }));

test("it fits a laptop and a phone, and the head line is large", async () => {
  for (const viewport of [{ width: 1366, height: 768 }, { width: 390, height: 844 }]) {
    await withPage(
      "contained",
      async (page) => {
        await page.locator(".disclose").click();
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide at ${viewport.width}`);
        const size = await head(page).evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
        assert.ok(size >= (viewport.width > 1000 ? 44 : 26), `${size} px`);
        const others = await page.evaluate(() =>
          Math.max(...[...document.querySelectorAll("main *, footer *, #next")].map((e) => parseFloat(getComputedStyle(e).fontSize))));
        assert.ok(others < size, "nothing is larger than what is happening");
      },
      { viewport },
    );
  }
});

test("the first Tab leads past the head to the situation", () =>
  withPage("calm", async (page) => {
    await page.keyboard.press("Tab");
    await reads(page.locator(".skip:focus"), "Aller à la situation");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  }));
