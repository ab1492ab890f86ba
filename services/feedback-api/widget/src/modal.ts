// A form in a dialog: opened by a button, the focus held inside and given back.

import { definitionOf, directionOf, type Definition } from "./definition.js";
import { make } from "./dom.js";
import { formView } from "./form.js";
import { rememberAsked } from "./askFrequency.js";
import { directionAround, emit, settingAt, speak, wantedLanguage, type Place } from "./mountPoint.js";
import { shadowFor } from "./shadowRoot.js";
import { wordsOf, type Words } from "./messages.js";

/** A function that opens the dialog of a place; it is made on first use. */
export const opener = (place: Place, key: string): (() => void) => {
  const content = make("div");
  const dialog = make("dialog", { class: "modal" }, content);
  let ready = false;
  let before: Element | null = null;

  const close = () => dialog.close();

  const build = () => {
    const { host, root } = shadowFor(place);
    root.append(dialog);
    document.body.append(host);
  };

  dialog.addEventListener("close", () => {
    if (ready) rememberAsked();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });

  const dress = (words: Words, language: string, direction: string, ...children: readonly Node[]) => {
    const button = make("button", { type: "button", class: "close", "aria-label": words("close") }, "×");
    button.addEventListener("click", close);
    content.replaceChildren(button, ...children);
    speak(dialog, language, direction);
  };

  const say = (word: string, role: string) => {
    const wanted = wantedLanguage(place);
    const words = wordsOf(undefined, wanted);
    const text = make("p", { role, tabindex: -1 }, words(word));
    dialog.setAttribute("aria-label", place.element.textContent?.trim() || words("feedback"));
    dress(words, "en", directionAround(place.element), make("div", { class: "box" }, text));
    return text;
  };

  const fill = (form: Definition | string) => {
    if (typeof form === "string") {
      say(form === "not_found" ? "no_form" : "unreachable", "alert").focus();
      emit(place, "failed", { reason: form });
      return;
    }
    ready = true;
    const { words, language } = settingAt(place, form);
    const view = formView(form, place, key, close);
    dress(words, language, directionOf(form, language), view.element);
    dialog.removeAttribute("aria-label");
    dialog.setAttribute("aria-labelledby", view.heading.id);
    view.heading.focus();
    view.seen();
  };

  return () => {
    if (dialog.open) return;
    if (!dialog.isConnected) build();
    before = document.activeElement;
    if (!ready) say("loading", "status");
    dialog.showModal();
    emit(place, "opened");
    if (!ready) void definitionOf(place.base, place.form).then(fill);
  };
};
