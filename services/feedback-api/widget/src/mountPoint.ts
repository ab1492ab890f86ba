// Where on a page a form stands, and what the page says about it in `data-soundings-…` attributes.

import { languageOf, type Definition } from "./definition.js";
import { wordsOf } from "./messages.js";
import { settingOf, type Setting } from "./questionField.js";

/** In the page; over it by the page's own button; over it by ours. */
export type Delivery = "inline" | "modal" | "button";

export interface Place {
  /** Whose attributes hold, and where events are heard. */
  readonly element: Element;
  readonly form: string;
  readonly base: string;
  readonly delivery: Delivery;
  /** An attribute of the element, else of the script. */
  readonly option: (name: string) => string | undefined;
}

/** The language that the page wants here: by attribute, by the nearest `lang`, else the reader's. */
export const wantedLanguage = (place: Place): string =>
  place.option("lang") ?? (place.element.closest("[lang]")?.getAttribute("lang") || navigator.language || "en");

export const settingAt = (place: Place, form: Definition): Setting => {
  const language = languageOf(form, wantedLanguage(place));
  return settingOf(form, language, wordsOf(form, language));
};

/** Tell an element its language and direction. */
export const speak = (element: HTMLElement, language: string, direction: string): void => {
  element.lang = language;
  element.dir = direction;
};

/** The direction in which the page around an element is written. */
export const directionAround = (element: Element): string => getComputedStyle(element).direction;

/** Tell the page what happened; its own scripts may count it. Nothing that was answered is in it. */
export const emit = (place: Place, name: "shown" | "opened" | "submitted" | "failed", detail: object = {}): void => {
  const told = { form: place.form, delivery: place.delivery, ...detail };
  place.element.dispatchEvent(new CustomEvent(`soundings:${name}`, { bubbles: true, composed: true, detail: told }));
};
