// A form in a dialog: opened by a button, the focus held inside and given back.

import { definitionOf, type Definition } from "./definition.js";
import { make } from "./elements.js";
import { formView } from "./form.js";
import { rememberAsked } from "./frequency.js";
import { emit, settingAt, speak, wantedLanguage, type Place } from "./place.js";
import { shadowOf } from "./shadow.js";
import { wordsOf, type Words } from "./words.js";

/** A function that opens the dialog of a place; it is made on first use. */
export const opener = (place: Place, key: string): (() => void) => {
  let dialog: HTMLDialogElement | undefined;
  let content: HTMLElement | undefined;
  let ready = false;
  let before: Element | null = null;

  const close = () => dialog?.close();

  const build = (): HTMLDialogElement => {
    const host = make("div", { "data-soundings-host": true });
    const made = make("dialog", { class: "modal" });
    content = make("div");
    made.append(content);
    shadowOf(host).append(made);
    document.body.append(host);
    made.addEventListener("close", () => {
      rememberAsked();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    });
    return made;
  };

  const dress = (words: Words, language: string, ...children: readonly Node[]) => {
    const button = make("button", { type: "button", class: "close", "aria-label": words("close") }, "×");
    button.addEventListener("click", close);
    content?.replaceChildren(button, ...children);
    if (content) speak(content, language);
  };

  const fill = (form: Definition | string) => {
    if (typeof form === "string") {
      const words = wordsOf(undefined, "en");
      const text = make("p", { tabindex: -1, role: "alert" }, words(form === "form_closed" ? form : "unreachable"));
      dress(words, "en", make("div", { class: "box" }, text));
      emit(place, "failed", { reason: form });
      return;
    }
    ready = true;
    const { words, language } = settingAt(place, form);
    const view = formView(form, place, key, close);
    dress(words, language, view.element);
    dialog?.setAttribute("aria-labelledby", view.heading.id);
    view.heading.focus();
    view.seen();
  };

  return () => {
    dialog ??= build();
    if (dialog.open) return;
    before = document.activeElement;
    if (!ready) {
      const words = wordsOf(undefined, wantedLanguage(place));
      dress(words, "en", make("div", { class: "box" }, make("p", { role: "status" }, words("loading"))));
    }
    dialog.showModal();
    emit(place, "opened");
    if (!ready) void definitionOf(place.base, place.form).then(fill);
  };
};
