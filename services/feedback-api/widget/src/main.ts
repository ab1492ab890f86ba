// Finds the places of a page where forms belong. Nothing here may ever harm the page: every way in is caught.

import { make } from "./dom.js";
import { mayAsk } from "./askFrequency.js";
import { note } from "./funnel.js";
import { showInline } from "./inline.js";
import { opener } from "./modal.js";
import { takeUp } from "./retryQueue.js";
import { wordsOf } from "./messages.js";
import { shadowFor } from "./shadowRoot.js";
import { directionAround, speak, wantedLanguage, type Delivery, type Place } from "./mountPoint.js";

const MINE = Symbol.for("soundings");
const ATTRIBUTE = "data-soundings-";

type Marked = { [MINE]?: unknown };

/** Whether we are the first to take something; another version, or the same one loaded twice, may have been. */
const take = (thing: object): boolean => {
  const marked = thing as Marked;
  if (marked[MINE]) return false;
  marked[MINE] = true;
  return true;
};

const script = document.currentScript as HTMLScriptElement | null;

const baseOf = (source: string): string => new URL(source, document.baseURI).href.replace(/\/widget(\/[^/]*)?\.js([?#].*)?$/, "");

const placeOf = (element: Element, form: string, delivery: Delivery): Place => {
  const option = (name: string) =>
    element.getAttribute(ATTRIBUTE + name) ?? script?.getAttribute(ATTRIBUTE + name) ?? undefined;
  return { element, form, base: option("api")?.replace(/\/$/, "") ?? baseOf(script?.src ?? ""), delivery, option };
};

const opened = new WeakMap<Element, () => void>();

const openAt = (element: Element, form: string, delivery: Delivery): void => {
  let open = opened.get(element);
  if (!open) {
    open = opener(placeOf(element, form, delivery), `${delivery} ${form}`);
    opened.set(element, open);
  }
  open();
};

const onClick = (event: MouseEvent): void => {
  const button = event.composedPath().find((one) => one instanceof Element && one.hasAttribute(`${ATTRIBUTE}open`));
  const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!(button instanceof Element) || !plain || !take(event)) return;
  event.preventDefault();
  openAt(button, button.getAttribute(`${ATTRIBUTE}open`) ?? "", "modal");
};

const ourButton = (place: Place, target: Element, key: string): void => {
  if (!mayAsk(Number(place.option("again")))) return;
  const language = wantedLanguage(place);
  const { host, root } = shadowFor(place);
  const button = make("button", { type: "button", class: "ours", "aria-haspopup": "dialog" });
  button.textContent = place.option("label") ?? wordsOf(undefined, language)("feedback");
  speak(button, language, directionAround(target));
  root.append(button);
  target.append(host);
  const open = opener(place, key);
  button.addEventListener("click", open);
  note(place, key, "invited");
};

const showAt = (element: HTMLElement, options: Element, count: number): void => {
  const form = options.getAttribute(`${ATTRIBUTE}form`) ?? "";
  const ours = options.getAttribute(`${ATTRIBUTE}show`) === "button";
  const place = placeOf(options, form, ours ? "button" : "inline");
  if (ours) ourButton(place, document.body, `button ${form} ${count}`);
  else void showInline(place, element, `inline ${form} ${count}`);
};

const counts = new Map<string, number>();

const mount = (element: Element): void => {
  if (!take(element)) return;
  const form = element.getAttribute(`${ATTRIBUTE}form`) ?? "";
  const count = counts.get(form) ?? 0;
  counts.set(form, count + 1);
  if (!(element instanceof HTMLScriptElement)) return showAt(element as HTMLElement, element, count);
  const target = make("div");
  if (document.body.contains(element)) element.after(target);
  else document.body.append(target);
  showAt(target, element, count);
};

const scan = (): void => {
  document.querySelectorAll(`[${ATTRIBUTE}form]`).forEach(safely(mount));
  document.querySelectorAll(`[${ATTRIBUTE}open]`).forEach(
    safely((button) => {
      const form = button.getAttribute(`${ATTRIBUTE}open`) ?? "";
      if (take(button)) note(placeOf(button, form, "modal"), `modal ${form}`, "invited");
    }),
  );
};

const safely =
  <T extends readonly unknown[]>(work: (...given: T) => void) =>
  (...given: T): void => {
    try {
      work(...given);
    } catch {
      // the page must not notice
    }
  };

const start = safely(() => {
  scan();
  document.addEventListener("click", safely(onClick));
  document.addEventListener("soundings:scan", safely(scan));
  if (script) takeUp(placeOf(script, "", "inline").base);
});

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
