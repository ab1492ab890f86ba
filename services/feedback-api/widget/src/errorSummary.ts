// What is wrong with the answers, at the top of the form, with a link to each place.

import { make } from "./dom.js";
import type { Fault } from "./pages.js";
import type { Words } from "./messages.js";

export interface Summary {
  readonly element: HTMLElement;
  /** Show the faults and take the focus; none hides it. */
  readonly show: (faults: readonly Fault[], go: (fault: Fault) => void) => void;
}

export const summaryOf = (words: Words): Summary => {
  const element = make("div", { class: "summary", role: "alert", tabindex: -1, hidden: true });
  const link = (fault: Fault, go: (fault: Fault) => void) => {
    const anchor = make("button", { type: "button", class: "link" }, fault.message);
    const legend = fault.field.element.querySelector("legend, label")?.textContent ?? "";
    anchor.prepend(`${legend}: `);
    anchor.addEventListener("click", () => go(fault));
    return make("li", {}, anchor);
  };
  const show: Summary["show"] = (faults, go) => {
    element.hidden = !faults.length;
    const title = make("p", { class: "title" }, words("problem"));
    element.replaceChildren(title, make("ul", {}, ...faults.map((fault) => link(fault, go))));
    if (faults.length) element.focus();
  };
  return { element, show };
};
