// SPDX-License-Identifier: Apache-2.0
// Making and keeping DOM nodes. Text goes in as text only, never as markup: paths and names come from attackers.

type Child = Node | string;
type Attributes = Record<string, string | boolean | ((event: Event) => void)>;

/** h makes an element. An attribute that is a function is a listener; true sets it empty, false leaves it out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** setText changes a node's text only when it differs, so that a selection and a screen reader stay undisturbed. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

/** setList shows texts as the items of a list, and hides a list without any. */
export function setList(list: HTMLElement, texts: readonly string[]): void {
  list.hidden = texts.length === 0;
  const same = list.children.length === texts.length && texts.every((text, i) => list.children[i]?.textContent === text);
  if (!same) list.replaceChildren(...texts.map((text) => h("li", {}, text)));
}

/** A Row is a node that lives as long as its key, and shows new data without losing focus or what a person opened. */
export interface Row<T> {
  node: HTMLElement;
  update(item: T): void;
}

/** Keyed keeps the children of `parent` in step with a list. */
export class Keyed<T> {
  private readonly rows = new Map<string, Row<T>>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly key: (item: T) => string,
    private readonly make: (item: T) => Row<T>,
  ) {}

  show(items: readonly T[]): void {
    const wanted = new Set(items.map(this.key));
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.node.remove();
      this.rows.delete(key);
    }
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.key(item);
      let row = this.rows.get(key);
      if (row === undefined) {
        row = this.make(item);
        this.rows.set(key, row);
      }
      row.update(item);
      if (row.node === place) place = place.nextElementSibling;
      else this.parent.insertBefore(row.node, place);
    }
  }

  row(key: string): Row<T> | undefined {
    return this.rows.get(key);
  }
}

/**
 * setPath shows a path so that a line breaks after a separator rather than inside a name. <wbr> adds no character, so
 * that what is copied is the path itself.
 */
export function setPath(node: Element, path: string): void {
  if (node.textContent === path) return;
  const parts = path.split(/(?<=[\\/_.])(?=[^\\/_.])/u);
  node.replaceChildren(...parts.flatMap((part) => [document.createElement("wbr"), part]));
}

const svg = "http://www.w3.org/2000/svg";

/** The shapes that stand beside a word and a colour. */
const shapes = {
  ring: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11z",
  triangle: "M8 1.5L15 14H1z",
  diamond: "M8 .8L15.2 8L8 15.2L.8 8z",
  bar: "M1.5 5.5h13v5h-13z",
  check: "M2.2 8.4L6.2 12.4L13.8 3.8",
  cross: "M3 3L13 13M13 3L3 13",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6a5.8 5.8 0 1 0 0-11.6zM8 4.8V8.4L10.4 9.8",
  dots: "M2 8h2.4M6.8 8h2.4M11.6 8H14",
  shield: "M8 1.2l6 2.2v4.4c0 3.6-2.6 6-6 7.2c-3.4-1.2-6-3.6-6-7.2V3.4z",
} as const;
export type Shape = keyof typeof shapes;

export function icon(shape: Shape): SVGElement {
  const root = document.createElementNS(svg, "svg");
  root.setAttribute("viewBox", "0 0 16 16");
  root.setAttribute("aria-hidden", "true");
  root.setAttribute("class", `icon icon-${shape}`);
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", shapes[shape]);
  root.append(path);
  return root;
}

/** A Mark is a shape, a word and a tone: how every state looks on every page. */
export type Tone = "quiet" | "info" | "warn" | "alarm";
export class Mark {
  readonly node = h("span", { class: "mark" });
  private shape = "";
  private readonly word = h("span");

  show(shape: Shape, tone: Tone, word: string): void {
    if (this.shape !== shape) {
      this.shape = shape;
      this.node.replaceChildren(icon(shape), this.word);
    }
    setAttribute(this.node, "data-tone", tone);
    setText(this.word, word);
  }
}

/** arrowKeys moves the focus between the rows of a table body; one row at a time is in the tab order. */
export function arrowKeys(body: HTMLElement): void {
  const rows = (): HTMLElement[] => [...body.querySelectorAll<HTMLElement>(":scope > [data-row]:not([hidden])")];
  body.addEventListener("keydown", (event) => {
    const at = rows().indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const list = rows();
    const page = 10;
    const step: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: list.length - 1,
    };
    const next = step[event.key];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    list[Math.min(Math.max(next, 0), list.length - 1)]?.focus();
  });
  body.addEventListener("focusin", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-row]");
    if (row === null || row.parentElement !== body) return;
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
  });
}

/** keepReachable lets Tab enter a table at its first row when no row is in the tab order any more. */
export function keepReachable(body: HTMLElement): void {
  if (body.querySelector(':scope > [data-row][tabindex="0"]:not([hidden])') !== null) return;
  const first = body.querySelector<HTMLElement>(":scope > [data-row]:not([hidden])");
  if (first !== null) first.tabIndex = 0;
}
