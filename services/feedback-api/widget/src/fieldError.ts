// How a field says what is wrong with its answer.

import { make } from "./dom.js";
import type { Words } from "./messages.js";

/** A function that shows a message at a field and marks its inputs; without a message it takes both away. */
export const failing =
  (element: HTMLElement, error: HTMLElement, inputs: () => readonly HTMLElement[], words: Words) =>
  (message: string | undefined): void => {
    error.hidden = !message;
    error.replaceChildren(...(message ? [make("span", { class: "unseen" }, `${words("error")} `), message] : []));
    element.classList.toggle("wrong", !!message);
    for (const one of inputs()) {
      if (message) one.setAttribute("aria-invalid", "true");
      else one.removeAttribute("aria-invalid");
    }
  };
