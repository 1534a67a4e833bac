// SPDX-License-Identifier: Apache-2.0
// The unit: every bed on one screen, or on several: #unit/1/2 is screen 1 of 2. What one screen cannot hold legibly is paged.

import { h, Keyed } from "../dom";
import { visible } from "../format";
import { flash, gravest, ofBed } from "./alarms";
import type { Bed } from "./model";
import type { Shown } from "./shown";
import type { Place } from "./sweep";
import { Tile, type Density } from "./tile";
import { say } from "./words";

const bedsMax = 32; // legible on 1920 × 1080; fewer in a smaller window
const tileShape = 1.75; // width to height that serves waves and numbers best
const lowTile = 260; // pixels: under it two waves and five numbers

const leastTile = 181; // pixels: under it the last row of a low tile's numbers is cut off
const leastWidth = 220; // pixels: under it a rate of three digits has no room, nor what is wrong
const cutWeight = 1; // how much each weighs against shape and empty places
const emptyWeight = 3; // and a share of empty places against the shape

// What stands around the tiles (station.css): strip, banner, a foot of two lines; and the bar of the pages. The bar of a locked sound goes with the first key.
const aroundRem = 2.75 + 4.5 + 3;
const secondLineRem = 2.75; // of the strip, in a window under 110rem
const barRem = 3.4;
const bodyRem = 40; // the body is no lower
const pageShare = 0.7; // of the window's height, where it is narrow

/** gridFor gives the columns and rows whose tiles come nearest to the wanted shape and leave few places empty. */
export function gridFor(count: number, width: number, height: number): { columns: number; rows: number } {
  let best = { columns: 1, rows: Math.max(1, count) };
  let least = Number.POSITIVE_INFINITY;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const empty = 1 - count / (columns * rows);
    const off = Math.abs(Math.log(width / columns / (height / rows) / tileShape)) + emptyWeight * empty + (height / rows < leastTile ? cutWeight : 0) + (width / columns < leastWidth ? cutWeight : 0);
    if (off < least) {
      least = off;
      best = { columns, rows };
    }
  }
  return best;
}

/** bedsFor gives how many beds are legible at once. */
export function bedsFor(width: number, height: number): number {
  return Math.min(bedsMax, Math.max(1, Math.floor(width / leastWidth)) * Math.max(1, Math.floor(height / leastTile)));
}

export class UnitView {
  private readonly grid = h("div", { class: "unit" });
  private readonly bar = h("div", { class: "unit-pages", hidden: true });
  private readonly empty = h("p", { class: "none", hidden: true }, say("beds_none"));
  readonly node = h("div", { class: "unit-page" }, this.empty, this.grid, this.bar);
  private readonly tiles: Keyed<Bed>;
  private density: Density = { numbers: 5, waves: 2, mmPerSecond: 25 };
  private part = { n: 1, of: 1 };
  private page = 0;
  private each = bedsMax; // beds of a page
  private beds: Bed[] = [];
  private shown: Shown | null = null;
  private laid = "";
  private readonly sizes = new ResizeObserver((changes) => {
    const places = new Set(changes.map((change) => change.target));
    for (const tile of this.tilesNow()) if (places.has(tile.numbers)) tile.refit();
    this.fit(); // before anybody sees it
  });

  constructor() {
    this.tiles = new Keyed(this.grid, (bed) => bed.bed, () => {
      const tile = new Tile(() => this.shown, this.density);
      this.sizes.observe(tile.numbers);
      return tile;
    });
  }

  /** at takes the screen that the address names: "1/2". */
  at(address: string): void {
    const match = /^(\d{1,2})\/(\d{1,2})$/.exec(address);
    const of = Math.max(1, Number(match?.[2] ?? 1));
    const n = Math.min(of, Math.max(1, Number(match?.[1] ?? 1)));
    if (n !== this.part.n || of !== this.part.of) this.page = 0;
    this.part = { n, of };
  }

  turn(by: number): void {
    const pages = this.pagesOf(this.ofScreen(this.shown?.view.beds ?? []).length);
    this.page = (this.page + by + pages) % pages;
    if (this.shown !== null) this.show(this.shown);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const mine = this.ofScreen(shown.view.beds);
    const pages = this.pagesOf(mine.length);
    this.page = Math.min(this.page, pages - 1);
    this.beds = mine.slice(this.page * this.each, (this.page + 1) * this.each);
    this.showPages(mine, pages);
    this.lay();
    this.tiles.show(this.beds);
    this.fit();
    this.empty.hidden = this.beds.length > 0;
  }

  fresh(shown: Shown): void {
    this.shown = shown;
    for (const tile of this.tilesNow()) tile.fresh();
    this.fit();
  }

  /** fit has each tile leave out what of its numbers has no room there, under whatever bars stand above. All are measured at once, for each time costs a layout. */
  private fit(): void {
    let crowded = this.tilesNow().filter((tile) => tile.isCrowded());
    while (crowded.length > 0) {
      for (const tile of crowded) tile.leaveOut();
      crowded = crowded.filter((tile) => tile.isCrowded());
    }
  }

  places(): Place[] {
    return this.tilesNow().flatMap((tile) => tile.places());
  }

  get mmPerSecond(): number {
    return this.density.mmPerSecond;
  }

  private tilesNow(): Tile[] {
    return this.beds.flatMap((bed) => {
      const row = this.tiles.row(bed.bed);
      return row instanceof Tile ? [row] : [];
    });
  }

  private ofScreen(beds: readonly Bed[]): Bed[] {
    const each = Math.ceil(beds.length / this.part.of);
    return beds.slice((this.part.n - 1) * each, this.part.n * each);
  }

  /** pagesOf gives how many pages that many beds take, and notes what it follows from: the window, and whether the bar of the pages stands in it. */
  private pagesOf(count: number): number {
    const fits = (bar: boolean): number => {
      const { width, height } = this.room(bar);
      return bedsFor(width, height);
    };
    const barred = this.part.of > 1 || count > fits(false);
    this.each = fits(barred);
    this.bar.hidden = !barred;
    return Math.max(1, Math.ceil(count / this.each));
  }

  /** room is what the tiles have in this window, whatever else stands above and below them now. */
  private room(barred: boolean): { width: number; height: number } {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const bar = barred ? barRem * rem : 0;
    const around = aroundRem + (matchMedia("(max-width: 110rem)").matches ? secondLineRem : 0);
    const height = matchMedia("(max-width: 80rem)").matches ? pageShare * innerHeight : Math.max(innerHeight, bodyRem * rem) - around * rem;
    return { width: innerWidth, height: height - bar };
  }

  /** lay gives each bed its place, which depends on the number of beds and the window alone: a finger on its way finds the same bed there. */
  private lay(): void {
    const { width, height } = this.room(!this.bar.hidden);
    const key = `${this.beds.length} ${width} ${height}`;
    if (key === this.laid || this.grid.clientWidth === 0) return;
    this.laid = key;
    const { columns, rows } = gridFor(Math.max(1, this.beds.length), width, height);
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.grid.style.gridTemplateRows = `repeat(${rows}, minmax(0, 1fr))`;
    const low = height / rows < lowTile;
    this.grid.toggleAttribute("data-low", low);
    this.density = { numbers: low ? 5 : 7, waves: low ? 2 : 4, mmPerSecond: width / columns < 420 ? 12.5 : 25 };
    for (const tile of this.tilesNow()) tile.fill(this.density);
  }

  private showPages(mine: readonly Bed[], pages: number): void {
    if (this.bar.hidden) return;
    const buttons = Array.from({ length: pages }, (_, i) => {
      const beds = mine.slice(i * this.each, (i + 1) * this.each);
      const text = say("page_of", { from: visible(beds[0]?.bed ?? ""), to: visible(beds[beds.length - 1]?.bed ?? ""), n: String(mine.length) });
      const button = h("button", { type: "button", class: "unit-turn", "aria-pressed": String(i === this.page), click: () => this.turn(i - this.page) }, text);
      const alarms = this.shown === null ? [] : beds.flatMap((bed) => ofBed((this.shown as Shown).view, bed.bed));
      const wanting = alarms.filter((alarm) => alarm.acknowledged === null);
      const away = i !== this.page && wanting.length > 0;
      if (away) button.append(` · ${say("page_alarm")}`);
      flash(button, away ? gravest(wanting) : "none", away);
      return button;
    });
    const screen = this.part.of > 1 ? [h("span", { class: "muted" }, say("screen", { n: String(this.part.n), of: String(this.part.of) }))] : [];
    const same = this.bar.textContent === [...screen, ...buttons].map((node) => node.textContent).join("");
    if (!same || this.bar.querySelector(`[aria-pressed="true"]`) !== this.bar.querySelectorAll("button")[this.page]) this.bar.replaceChildren(...screen, ...buttons);
  }
}
