// SPDX-License-Identifier: Apache-2.0
// Lines move while a person reaches for one: what has just moved takes no click of a pointer for a moment. By keyboard
// the focus moves with its line.

const heldMs = 700; // a hand that is on its way arrives; who looks again is not kept waiting
const movedPx = 2; // less is no other place

const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>();

function tops(): Map<Element, number> {
  return new Map([...document.querySelectorAll("[data-line]")].map((line) => [line, line.getBoundingClientRect().top]));
}

function free(line: Element): void {
  line.removeAttribute("data-moved");
  for (const button of line.querySelectorAll("button")) button.removeAttribute("aria-disabled");
}

function hold(line: Element): void {
  clearTimeout(timers.get(line));
  line.setAttribute("data-moved", "");
  for (const button of line.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  timers.set(line, setTimeout(() => free(line), heldMs));
}

/** steady shows news, and holds every line that then stands elsewhere than before, or is new. */
export function steady(show: () => void): void {
  const before = tops();
  show();
  for (const [line, top] of tops()) {
    const was = before.get(line);
    if (was === undefined || Math.abs(top - was) > movedPx) hold(line);
  }
}

/** takesNoMoved lets nothing of `line` be clicked while it is held, and says so by `told`. */
export function takesNoMoved(line: HTMLElement, told: () => void): void {
  const refuse = (event: MouseEvent): void => {
    if (!line.hasAttribute("data-moved") || event.detail === 0) return; // 0: by keyboard
    if (!(event.target instanceof Element) || event.target.closest("button") === null) return;
    event.stopPropagation();
    event.preventDefault();
    told();
  };
  line.addEventListener("click", refuse, { capture: true });
}
