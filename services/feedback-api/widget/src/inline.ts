// A form in the page; until it has come, and when it does not come, the page shows what stood there before.

import { definitionOf } from "./definition.js";
import { make } from "./elements.js";
import { formView } from "./form.js";
import { mayAsk } from "./frequency.js";
import { emit, type Place } from "./place.js";
import { shadowOf } from "./shadow.js";

/** Put a form into an element, unless this browser was asked too lately. */
export const showInline = async (place: Place, target: HTMLElement, key: string): Promise<void> => {
  const form = await definitionOf(place.base, place.form);
  if (typeof form === "string") return emit(place, "failed", { reason: form });
  if (!mayAsk(form.ask_again_after_days)) return;
  const host = make("div", { "data-soundings-host": true });
  const root = shadowOf(host);
  const view = formView(form, place, key);
  root.append(view.element);
  target.replaceChildren(host);
  whenSeen(host, view.seen);
};

const whenSeen = (element: Element, then: () => void): void => {
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    then();
  });
  watcher.observe(element);
};
