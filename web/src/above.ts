// SPDX-License-Identifier: Apache-2.0
// A dialog above the page that leaves the banner alone: what alarms is read and answered while somebody types.

import { h } from "./dom";

const focusable = "a[href], button, input, select, textarea, [tabindex='0']";

/** besides gives what stands on the page beside `shade` and the banner, and can be reached now. */
function besides(shade: HTMLElement, banner: HTMLElement | null): HTMLElement[] {
  const around = [...document.body.children].filter((node) => node !== shade && node !== banner);
  const parts = around.flatMap((node) => (banner !== null && node.contains(banner) ? [...node.children].filter((part) => !part.contains(banner)) : [node]));
  return parts.filter((part): part is HTMLElement => part instanceof HTMLElement && !part.inert);
}

/**
 * showAbove shows a dialog until it is closed, which Escape does too. Tab goes through it and the banner's buttons alone, the rest of the page
 * cannot be reached; then the focus goes back to where it was. Gives what closes it, after which the page can be reached at once.
 * Not showModal, under which a banner that looks alive would be dead.
 */
export function showAbove(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement;
  const banner = document.getElementById("banner");
  const shade = h("div", { class: "above" }, dialog);
  const others = besides(shade, banner);
  const place = new ResizeObserver(() => shade.style.setProperty("--above", `${Math.max(0, banner?.getBoundingClientRect().bottom ?? 0)}px`));
  const within = (): HTMLElement[] => {
    const acts = banner === null ? [] : [...banner.querySelectorAll<HTMLElement>("button")];
    return [...dialog.querySelectorAll<HTMLElement>(focusable), ...acts].filter((node) => !node.matches(":disabled") && node.checkVisibility());
  };
  const key = (event: KeyboardEvent): void => {
    if (!dialog.isConnected) end(); // the page was built anew
    else if (shade.inert || event.isComposing) return;
    else if (event.key === "Escape") {
      event.stopImmediatePropagation();
      event.preventDefault();
      close();
    } else if (event.key === "Tab") {
      const all = within();
      const at = all.findIndex((node) => node === document.activeElement);
      const next = event.shiftKey ? (at <= 0 ? all.length : at) - 1 : (at + 1) % all.length;
      event.preventDefault();
      all[next]?.focus();
    }
  };
  const end = (): void => {
    document.removeEventListener("keydown", key, true);
    place.disconnect();
    for (const other of others) other.inert = false;
    shade.remove();
  };
  const close = (): void => {
    if (!dialog.open) return;
    dialog.close();
    end();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
  document.addEventListener("keydown", key, true);
  for (const other of others) other.inert = true;
  document.body.append(shade);
  place.observe(banner?.parentElement ?? shade);
  dialog.show();
  return close;
}
