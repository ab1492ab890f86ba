// The questions in their pages: which of them are reached, which page comes next, what is wrong on one.

import { reached } from "./branching.js";
import { contactQuestion } from "./contact.js";
import type { Definition, Given } from "./definition.js";
import { make } from "./dom.js";
import { field, type Field, type Setting } from "./questionField.js";
import type { Place } from "./mountPoint.js";

export interface Fault {
  readonly field: Field;
  readonly message: string;
}

export interface Pages {
  readonly elements: readonly HTMLElement[];
  readonly fields: readonly Field[];
  /** The answers to the questions that are reached now. */
  readonly answers: () => Map<string, Given | undefined>;
  /** Show what is reached and nothing else; gives the numbers of the pages on which something is. */
  readonly update: () => readonly number[];
  readonly pageOf: (one: Field) => number;
  readonly show: (page: number) => void;
  readonly faults: (page?: number) => readonly Fault[];
}

/** All fields of a form; hidden questions take what the page says in `data-soundings-hidden-{question}`. */
export const pagesOf = (form: Definition, setting: Setting, place: Place): Pages => {
  const offer = contactQuestion(form);
  const questions = offer ? [...form.questions, offer] : form.questions;
  const fields = questions.map((question) => field(question, setting)).filter((one) => one !== undefined);
  const byId = new Map(fields.map((one) => [one.question.id, one]));
  const pageOf = (one: Field) => one.question.page ?? 1;
  const numbers = [...new Set(fields.map(pageOf))].sort((one, other) => one - other);
  const element = (page: number) =>
    make("div", { class: "page" }, ...fields.filter((one) => pageOf(one) === page).map((one) => one.element));
  const elements = numbers.map(element);
  const answers = () =>
    reached(questions, ({ id, type }) =>
      type === "hidden" ? place.option(`hidden-${id}`) : byId.get(id)?.control?.value(),
    );
  const update = () => {
    const asked = answers();
    for (const one of fields) one.element.hidden = !asked.has(one.question.id);
    return numbers.filter((page) => fields.some((one) => pageOf(one) === page && !one.element.hidden));
  };
  const faults = (page?: number) => {
    const asked = answers();
    return fields
      .filter((one) => asked.has(one.question.id) && (page === undefined || pageOf(one) === page))
      .map((one) => ({ field: one, message: faultOf(one, asked.get(one.question.id), setting) ?? "" }))
      .filter(({ message }) => message);
  };
  const show = (page: number) => elements.forEach((one, place) => (one.hidden = numbers[place] !== page));
  return { elements, fields, answers, update, pageOf, show, faults };
};

const faultOf = ({ question, control }: Field, given: Given | undefined, { words }: Setting): string | undefined =>
  control?.fault() ?? (control && question.required && given === undefined ? words(control.missing) : undefined);
