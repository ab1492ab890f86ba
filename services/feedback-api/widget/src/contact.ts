// The offer to be contacted: a box to tick, and the address where it is ticked. The address is never kept in a draft.

import type { Definition, Question } from "./definition.js";
import { make, newElementId } from "./dom.js";
import type { Field, Setting } from "./questionField.js";
import { failing } from "./fieldError.js";

const ADDRESS = /^([^\s@]+@[^\s@]+\.[^\s@]+|\+?[0-9 ().\-/]{7,})$/;

/** No question of a form can have this id. */
export const CONTACT = "@contact";

/** The offer as the last question; undefined where the form makes none. */
export const contactQuestion = ({ contact, questions }: Definition): Question | undefined =>
  contact && {
    id: CONTACT,
    type: CONTACT,
    text: contact.consent,
    page: Math.max(1, ...questions.map(({ page }) => page ?? 1)),
  };

export const contactField = (question: Question, setting: Setting): Field => {
  const { words, part, form } = setting;
  const help = form.contact?.help && make("p", { class: "help" }, part(form.contact.help));
  const error = make("p", { class: "error", id: newElementId(), hidden: true });
  const tick = make("input", { type: "checkbox", id: newElementId() });
  const consent = make("label", { class: "choice", for: tick.id }, tick, make("span", {}, part(question.text)));
  const address = make("input", { id: newElementId(), autocomplete: "email", "aria-describedby": error.id });
  const label = make("label", { for: address.id }, words("contact_address"));
  const more = make("div", { class: "more", hidden: true }, label, error, address);
  const element = make("div", { class: "field contact" }, consent, help, more);
  tick.addEventListener("input", () => (more.hidden = !tick.checked));
  const fault = () => {
    const given = address.value.trim();
    if (!tick.checked || ADDRESS.test(given)) return undefined;
    return words(given ? "contact_address_invalid" : "contact_address_missing");
  };
  const control = {
    element,
    target: () => (tick.checked ? address : tick),
    value: () => (tick.checked ? address.value.trim() || undefined : undefined),
    restore: () => undefined,
    fault,
    missing: "",
  };
  return { question, element, control, fail: failing(element, error, () => [address], words) };
};
