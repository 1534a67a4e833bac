// SPDX-License-Identifier: Apache-2.0
// A tree of thousands of rows of one height, of which only those in sight are in the document. The focus stays on the
// tree; the active row is named by aria-activedescendant, so that it may scroll out of sight and come back.

import { h, Keyed, setAttribute, type Row } from "./dom";

/** TreeRow is one row: its place in the tree, and whatever the drawing of its content needs. */
export interface TreeRow {
  key: string;
  level: 1 | 2;
  open?: boolean; // of what can be opened
  at: number; // its place among its siblings, from 1
  of: number; // how many these are
}

const rowPxGuess = 28; // until one has been measured
const outOfSight = 6; // rows kept above and below
const pageRows = 10;

interface Placed<T> {
  row: T;
  top: number;
}

export interface TreeUse<T> {
  label: string;
  make: () => Row<T>; // the content of a row
  chosen: (row: T) => void; // Enter, or a click
  turn: (row: T, open: boolean) => void; // open or close
  leave: () => void; // Escape
}

export class Tree<T extends TreeRow> {
  private rows: readonly T[] = [];
  private active = "";
  private isWalked = false; // a person made a row the active one; until then it is the first
  private rowPx = rowPxGuess;
  private readonly space = h("div", { class: "tree-space" });
  private readonly keyed: Keyed<Placed<T>>;
  readonly node: HTMLElement;

  constructor(private readonly use: TreeUse<T>) {
    let made = 0;
    this.keyed = new Keyed<Placed<T>>(this.space, (placed) => placed.row.key, () => {
      made += 1;
      return new PlacedRow(use.make(), `row-${made}`, (row) => this.choose(row));
    });
    this.node = h("div", { class: "tree", role: "tree", tabindex: "0", "aria-label": use.label }, this.space);
    this.node.addEventListener("scroll", () => this.draw());
    this.node.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

  /** show takes the rows as they are now. Under a person who walks, the active row keeps its place in sight while others
   * come and go above it; else the top stays, where stands what wants a person. */
  show(rows: readonly T[]): void {
    const before = this.place();
    this.rows = rows;
    const now = this.place();
    const walks = document.activeElement === this.node && this.node.scrollTop > 0;
    if (walks && before >= 0 && now >= 0 && this.inSight(before)) this.node.scrollTop += (now - before) * this.rowPx;
    if (now < 0 || !this.isWalked) this.active = rows[this.isWalked ? Math.min(Math.max(before, 0), rows.length - 1) : 0]?.key ?? "";
    this.draw();
  }

  /** toTop begins anew at the first row. */
  toTop(): void {
    this.isWalked = false;
    this.node.scrollTop = 0;
  }

  activeRow(): T | undefined {
    return this.rows[this.place()];
  }

  /** activate makes a row the active one and brings it into sight. */
  activate(key: string): void {
    this.active = key;
    this.isWalked = true;
    const at = this.place();
    const top = at * this.rowPx;
    const below = top + this.rowPx - this.node.clientHeight;
    if (this.node.scrollTop > top) this.node.scrollTop = top;
    if (this.node.scrollTop < below) this.node.scrollTop = below;
    this.draw();
  }

  /** toFirst makes the first row of a kind the active one and takes the focus. */
  toFirst(wanted: (row: T) => boolean): void {
    const first = this.rows.find(wanted);
    if (first !== undefined) this.activate(first.key);
    this.focus();
  }

  focus(): void {
    this.node.focus();
  }

  private place(): number {
    return this.rows.findIndex((row) => row.key === this.active);
  }

  private inSight(at: number): boolean {
    const top = at * this.rowPx - this.node.scrollTop;
    return top > -this.rowPx && top < this.node.clientHeight;
  }

  private draw(): void {
    this.space.style.height = `${this.rows.length * this.rowPx}px`;
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.rowPx) - outOfSight);
    const last = Math.ceil((this.node.scrollTop + this.node.clientHeight) / this.rowPx) + outOfSight;
    const shown = this.rows.slice(first, last).map((row, i) => ({ row, top: (first + i) * this.rowPx }));
    const activeRow = this.rows.find((row) => row.key === this.active);
    if (activeRow !== undefined && !shown.some((placed) => placed.row === activeRow)) {
      shown.push({ row: activeRow, top: this.place() * this.rowPx }); // what is named must be there
    }
    this.keyed.show(shown);
    const measured = (this.space.firstElementChild as HTMLElement | null)?.offsetHeight ?? 0;
    if (measured > 0 && measured !== this.rowPx) {
      this.rowPx = measured;
      this.draw();
      return;
    }
    for (const node of this.space.children) node.toggleAttribute("data-active", false);
    const node = activeRow === undefined ? undefined : this.keyed.row(activeRow.key)?.node;
    node?.toggleAttribute("data-active", true);
    setAttribute(this.node, "aria-activedescendant", node?.id ?? "");
  }

  private choose(row: T): void {
    this.activate(row.key);
    this.use.chosen(row);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.node) return;
    const at = this.place();
    const row = this.rows[at];
    const steps: Record<string, number> = {
      ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + pageRows, PageUp: at - pageRows, Home: 0, End: this.rows.length - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) {
      this.activate(this.rows[Math.min(Math.max(next, 0), this.rows.length - 1)]?.key ?? "");
    } else if (event.key === "Enter" || event.key === " ") {
      if (row !== undefined) this.use.chosen(row);
    } else if (event.key === "ArrowRight" && row?.open === false) {
      this.use.turn(row, true);
    } else if (event.key === "ArrowRight" && row?.open === true) {
      this.activate(this.rows[at + 1]?.key ?? "");
    } else if (event.key === "ArrowLeft" && row?.open === true) {
      this.use.turn(row, false);
    } else if (event.key === "ArrowLeft" && row?.level === 2) {
      this.activate(this.rows.slice(0, at).reverse().find((above) => above.level === 1)?.key ?? "");
    } else if (event.key === "Escape") {
      this.use.leave();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

/** PlacedRow puts the content of a row at its place, and says to a screen reader which place that is. */
class PlacedRow<T extends TreeRow> implements Row<Placed<T>> {
  private row: T | undefined;
  readonly node: HTMLElement;

  constructor(
    private readonly content: Row<T>,
    id: string,
    chosen: (row: T) => void,
  ) {
    this.node = content.node;
    this.node.id = id;
    setAttribute(this.node, "role", "treeitem");
    this.node.addEventListener("click", () => {
      if (this.row !== undefined) chosen(this.row);
    });
  }

  update({ row, top }: Placed<T>): void {
    this.row = row;
    this.node.style.transform = `translateY(${top}px)`;
    setAttribute(this.node, "aria-level", String(row.level));
    setAttribute(this.node, "aria-posinset", String(row.at));
    setAttribute(this.node, "aria-setsize", String(row.of));
    if (row.open !== undefined) setAttribute(this.node, "aria-expanded", String(row.open));
    this.content.update(row);
  }
}
