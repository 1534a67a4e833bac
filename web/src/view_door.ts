// SPDX-License-Identifier: Apache-2.0
// Signing in: the dialog, the screen of who may not look without it, and the line that says who sits here.

import { showAbove } from "./above";
import { askMe, me, post, whyNot, type Answer } from "./door";
import { h, setText } from "./dom";
import { language, say, sayMaybe } from "./words";

type Form = "sign_in" | "enter" | "invite" | "passphrase";

interface Field {
  name: string;
  label: string;
  type: "text" | "password";
  autocomplete: string;
}

const fields: Record<Form, () => Field[]> = {
  sign_in: () => [
    { name: "name", label: say("door_name"), type: "text", autocomplete: "username" },
    { name: "passphrase", label: say("door_passphrase"), type: "password", autocomplete: "current-password" },
  ],
  enter: () => [
    { name: "code", label: say("door_code"), type: "text", autocomplete: "one-time-code" },
    { name: "name", label: say("door_name_new"), type: "text", autocomplete: "username" },
    { name: "passphrase", label: say("door_passphrase_new"), type: "password", autocomplete: "new-password" },
    { name: "again", label: say("door_again"), type: "password", autocomplete: "new-password" },
  ],
  invite: () => [{ name: "name", label: say("door_invite_name"), type: "text", autocomplete: "off" }],
  passphrase: () => [
    { name: "old", label: say("door_passphrase_old"), type: "password", autocomplete: "current-password" },
    { name: "passphrase", label: say("door_passphrase_new"), type: "password", autocomplete: "new-password" },
    { name: "again", label: say("door_again"), type: "password", autocomplete: "new-password" },
  ],
};
const paths: Record<Form, string> = {
  sign_in: "/api/sign-in", enter: "/api/enter", invite: "/api/invite", passphrase: "/api/passphrase",
};

/** DoorForm is one of the forms: at most four fields, one button, one line for what came of it. */
class DoorForm {
  private readonly inputs = new Map<string, HTMLInputElement>();
  private readonly outcome = h("p", { class: "outcome", role: "alert" });
  private readonly send: HTMLButtonElement;
  readonly node: HTMLFormElement;

  constructor(
    private readonly form: Form,
    private readonly done: (answer: Answer) => void,
    ...more: HTMLElement[]
  ) {
    this.send = h("button", { type: "submit", class: "act" }, say(`door_${form}_send`));
    this.node = h("form", { class: "door-form", "data-form": form }, h("h2", {}, say(`door_${form}`)), h("p", { class: "muted" }, say(`door_${form}_hint`)));
    for (const field of fields[form]()) {
      const input = h("input", {
        type: field.type, name: field.name, autocomplete: field.autocomplete, autocapitalize: "none", spellcheck: "false",
        maxlength: "128",
      });
      this.inputs.set(field.name, input);
      this.node.append(h("label", {}, field.label, input));
    }
    const remembered = this.inputs.get("name");
    if (form === "sign_in" && remembered !== undefined) remembered.value = me().name;
    this.node.append(this.outcome, h("div", { class: "buttons" }, this.send, ...more));
    this.node.noValidate = true;
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.post();
    });
  }

  focus(): void {
    [...this.inputs.values()].find((input) => input.value === "")?.focus();
  }

  private async post(): Promise<void> {
    const body: Record<string, string> = {};
    for (const [name, input] of this.inputs) {
      // One form of é, whatever the keyboard sent: else a passphrase chosen on one system fails on another.
      const value = input.value.normalize("NFC");
      if (value.trim() === "") {
        setText(this.outcome, say("door_empty"));
        input.focus();
        return;
      }
      if (name !== "again") body[name] = value;
      else if (value !== body["passphrase"]) {
        setText(this.outcome, say("door_differ"));
        input.focus();
        return;
      }
    }
    this.send.disabled = true;
    setText(this.outcome, say("door_asking"));
    try {
      const answer = await post(paths[this.form], body);
      if (answer.ok) {
        for (const [name, input] of this.inputs) if (name !== "name") input.value = "";
        setText(this.outcome, "");
        await askMe();
        this.done(answer);
      } else {
        setText(this.outcome, whyNot(answer));
        const secret = this.inputs.get("passphrase");
        if (this.form === "sign_in" && secret !== undefined) secret.value = "";
        this.focus();
      }
    } catch {
      setText(this.outcome, say("door_failed"));
    }
    this.send.disabled = false;
  }
}

/** entrance gives the form of who is not signed in, with the way to the other one. */
function entrance(first: "sign_in" | "enter", done: () => void, cancel?: () => void): { node: HTMLElement; focus: () => void } {
  const node = h("div", {});
  let shown: DoorForm;
  const show = (form: "sign_in" | "enter"): void => {
    const other = form === "sign_in" ? "enter" : "sign_in";
    const buttons = [h("button", { type: "button", click: () => show(other) }, say(`door_to_${other}`))];
    if (cancel !== undefined) buttons.push(h("button", { type: "button", click: cancel }, say("cancel")));
    shown = new DoorForm(form, done, ...buttons);
    node.replaceChildren(shown.node);
    shown.focus();
  };
  show(first);
  return { node, focus: () => shown.focus() };
}

/** openDialog shows content above the page. */
export function openDialog(content: (close: () => void) => { node: HTMLElement; focus: () => void }): void {
  const dialog = h("dialog", { class: "door" });
  let close = (): void => undefined;
  const shown = content(() => close());
  dialog.append(shown.node);
  close = showAbove(dialog);
  shown.focus();
}

/** signIn asks who sits here, then goes on with what was wanted. */
export function signIn(then: () => void = () => undefined): void {
  openDialog((close) =>
    entrance(
      me().set_up ? "sign_in" : "enter",
      () => {
        close();
        then();
      },
      close,
    ),
  );
}

/** whenSignedIn does something that needs a person, after asking for one if nobody is here. */
export function whenSignedIn(act: () => void): void {
  if (me().signed_in && me().acts) act();
  else signIn(act);
}

function account(): void {
  openDialog((close) => {
    const node = h("div", {});
    const cancel = (): HTMLElement => h("button", { type: "button", click: close }, say("door_close"));
    const passphrase = new DoorForm("passphrase", close, cancel());
    if (!me().second) {
      node.append(passphrase.node);
      return { node, focus: () => passphrase.focus() };
    }
    const invite = new DoorForm(
      "invite",
      (answer) => {
        const code = h("p", { class: "code", tabindex: "-1" }, answer.code ?? "");
        node.replaceChildren(
          h("h2", {}, say("door_invited", { name: answer.name ?? "" })),
          code,
          h("p", {}, say("door_invited_hint")),
          h("div", { class: "buttons" }, cancel()),
        );
        code.focus();
      },
      cancel(),
    );
    node.append(invite.node, passphrase.node);
    return { node, focus: () => invite.focus() };
  });
}

/** WhoView says who sits here, on every page. */
export class WhoView {
  readonly node = h("div", { class: "who" });

  constructor() {
    this.show();
  }

  show(): void {
    const now = me();
    if (!now.signed_in) {
      const word = now.set_up ? "door_sign_in" : "door_enter_first";
      this.node.replaceChildren(h("button", { type: "button", id: "sign-in", click: () => signIn() }, say(word)));
      return;
    }
    const roles = now.roles.map((role) => sayMaybe(`role_of_${role}`) ?? role).join(", ");
    const name = h("button", { type: "button", id: "me", title: roles, click: () => account() }, now.name);
    if (now.second) name.append(h("span", { class: "wants" }, ` ${say("door_second")}`));
    const out = h("button", { type: "button", id: "sign-out" }, say("door_sign_out"));
    out.addEventListener("click", () => {
      post("/api/sign-out", {})
        .then(askMe)
        .catch(() => undefined); // lost: the page says so
    });
    this.node.replaceChildren(name, out);
  }
}

/** doorScreen is the whole page of who may not look without signing in. */
export function doorScreen(onLanguage: () => void): { node: HTMLElement; focus: () => void } {
  const way = entrance(me().set_up ? "sign_in" : "enter", () => undefined);
  const other = language() === "fr" ? "en" : "fr";
  const node = h(
    "main",
    { id: "door", class: "door-screen" },
    h("h1", {}, "Cordon"),
    way.node,
    h("button", { id: "language", type: "button", lang: other, click: onLanguage }, say("language_other")),
    h("p", { class: "legal" }, say("legal")),
  );
  return { node, focus: way.focus };
}
