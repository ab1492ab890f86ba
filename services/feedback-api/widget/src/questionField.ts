// One question on the screen: its label, help, error, and the control by its type.

import { directionOf, say, type Definition, type Given, type Question, type Texts } from "./definition.js";
import { choices } from "./choiceInputs.js";
import { CONTACT, contactField } from "./contact.js";
import { make, newElementId } from "./dom.js";
import { failing } from "./fieldError.js";
import { texts } from "./textInputs.js";
import type { Words } from "./messages.js";

/** What a control does; `value` is undefined where nothing is answered. */
export interface Control {
  readonly element: HTMLElement;
  /** What takes the focus, and what is described by help and error. */
  readonly target: () => HTMLElement;
  readonly value: () => Given | undefined;
  /** Take up an answer of a draft, only where it is exactly one that this control could have given. */
  readonly restore: (given: unknown) => void;
  /** What is wrong with the answer, beside its absence. */
  readonly fault: () => string | undefined;
  /** The word for the absence of an answer. */
  readonly missing: string;
  /** Whether the answer looks as if it named a person. */
  readonly personal?: () => boolean;
}

export interface Setting {
  readonly form: Definition;
  readonly language: string;
  readonly words: Words;
  readonly say: (texts: Texts | undefined) => string;
  /** The same as a part of the page; one in another language than the form says so. */
  readonly part: (texts: Texts | undefined) => Node | string;
}

export interface Field {
  readonly question: Question;
  readonly element: HTMLElement;
  readonly control: Control | undefined;
  readonly fail: (message: string | undefined) => void;
}

const GROUPED = new Set(["likert", "stars", "thumbs", "nps", "ces", "yes_no", "single_choice", "multi_choice"]);

export const settingOf = (form: Definition, language: string, words: Words): Setting => ({
  form,
  language,
  words,
  say: (texts) => say(texts, language),
  part: (texts) => {
    const other = texts && !(language in texts) && Object.keys(texts)[0];
    return other ? make("span", { lang: other, dir: directionOf(form, other) }, say(texts, language)) : say(texts, language);
  },
});

/** The field of a question; undefined for one that is not seen. */
export const field = (question: Question, setting: Setting): Field | undefined => {
  if (question.type === "hidden") return undefined;
  if (question.type === CONTACT) return contactField(question, setting);
  if (question.type === "statement") {
    const element = make("p", { class: "statement" }, setting.part(question.text));
    return { question, element, control: undefined, fail: () => undefined };
  }
  return GROUPED.has(question.type) ? grouped(question, setting) : single(question, setting);
};

const caption = (question: Question, { part, words }: Setting): (Node | string)[] => [
  part(question.text),
  ...(question.required ? [make("span", { class: "required" }, ` (${words("required")})`)] : []),
];

const described = (question: Question, setting: Setting) => {
  const many = question.type === "multi_choice" ? setting.words("choose_any") : "";
  const text = question.help && setting.part(question.help);
  const help = text || many ? make("p", { class: "help", id: newElementId() }, text, text && " ", many) : undefined;
  const error = make("p", { class: "error", id: newElementId(), hidden: true });
  const ids = [help?.id, error.id].filter(Boolean).join(" ");
  return { help, error, ids };
};

const grouped = (question: Question, setting: Setting): Field => {
  const { help, error, ids } = described(question, setting);
  const control = choices(question, setting);
  const element = make(
    "fieldset",
    { class: "field", "aria-describedby": ids },
    make("legend", {}, ...caption(question, setting)),
    help,
    error,
    control.element,
  );
  const inputs = () => [...control.element.querySelectorAll("input")];
  return { question, element, control, fail: failing(element, error, inputs, setting.words) };
};

const single = (question: Question, setting: Setting): Field => {
  const { help, error, ids } = described(question, setting);
  const control = texts(question, setting, ids);
  const target = control.target();
  const label = make("label", { for: target.id }, ...caption(question, setting));
  const element = make("div", { class: "field" }, label, help, error, control.element);
  return { question, element, control, fail: failing(element, error, () => [target], setting.words) };
};
