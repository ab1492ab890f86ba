// A form in the page; until it has come, and when it does not come, the page shows what stood there before.

import { definitionOf } from "./definition.js";
import { formView } from "./form.js";
import { mayAsk } from "./askFrequency.js";
import { emit, type Place } from "./mountPoint.js";
import { shadowFor } from "./shadowRoot.js";

/** Put a form into an element once that comes near the screen, unless this browser was asked too lately. */
export const showInline = async (place: Place, target: HTMLElement, key: string): Promise<void> => {
  await inSight(target, "100%");
  const form = await definitionOf(place.base, place.form);
  if (typeof form === "string") return emit(place, "failed", { reason: form });
  if (!mayAsk(form.ask_again_after_days)) return;
  const { host, root } = shadowFor(place);
  const view = formView(form, place, key);
  root.append(view.element);
  const hadFocus = target.contains(document.activeElement);
  target.replaceChildren(host);
  if (hadFocus) view.heading.focus();
  await inSight(host, "0px");
  view.seen();
};

/** When an element is on the screen, or so far away from it. */
const inSight = (element: Element, rootMargin: string): Promise<void> =>
  new Promise((resolve) => {
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        resolve();
      },
      { rootMargin },
    );
    watcher.observe(element);
  });
