// Controls of which one or several options are chosen: scales, stars, thumbs, yes or no, lists.

import type { Question, Value } from "./definition.js";
import { make, newElementId } from "./elements.js";
import type { Control, Setting } from "./fields.js";

interface Option {
  readonly value: Value;
  readonly label: string;
  /** What is seen above the label and not read out. */
  readonly mark?: string;
}

const SCALES: Readonly<Record<string, readonly [first: number, last: number]>> = {
  likert: [1, 5],
  stars: [1, 5],
  nps: [0, 10],
  ces: [1, 7],
};

const optionsOf = (question: Question, setting: Setting): readonly Option[] => {
  const { words } = setting;
  if (question.type === "thumbs") {
    return [
      { value: 1, label: words("up"), mark: "👍" },
      { value: 0, label: words("down"), mark: "👎" },
    ];
  }
  if (question.type === "yes_no") {
    return [
      { value: 1, label: words("yes") },
      { value: 0, label: words("no") },
    ];
  }
  const scale = SCALES[question.type];
  if (!scale) return (question.options ?? []).map(({ code, text }) => ({ value: code, label: setting.say(text) }));
  const [first, last] = scale;
  return Array.from({ length: last - first + 1 }, (_, step) => {
    const value = first + step;
    const label = setting.say(question.labels?.[value]);
    return { value, label, mark: question.type === "stars" ? "★" : String(value) };
  });
};

const row = (option: Option, question: Question, name: string): [HTMLElement, HTMLInputElement] => {
  const type = question.type === "multi_choice" ? "checkbox" : "radio";
  const id = newElementId();
  const input = make("input", { type, name, id });
  const { mark, label } = option;
  const spoken = label || String(option.value);
  const seen = mark && make("span", { class: "mark", "aria-hidden": !!label && "true" }, mark);
  const text = mark === spoken ? undefined : make("span", { class: label ? "text" : "unseen" }, spoken);
  return [make("label", { class: "choice", for: id }, input, seen, text), input];
};

/** Radio buttons or check boxes; which one is chosen is known by its place, never by what a page may write into it. */
export const choices = (question: Question, setting: Setting): Control => {
  const options = optionsOf(question, setting);
  const name = newElementId();
  const rows = options.map((option) => row(option, question, name));
  const inputs = rows.map(([, input]) => input);
  const labelled = options.some((option) => option.mark && option.label);
  const kind = `choices ${question.type}${labelled ? " labelled" : ""}`;
  const element = make("div", { class: kind }, ...rows.map(([label]) => label));
  const many = question.type === "multi_choice";
  const chosen = () => options.filter((_, place) => inputs[place]?.checked).map(({ value }) => value);
  return {
    element,
    target: () => inputs.find((input) => input.checked) ?? inputs[0] ?? element,
    value: () => {
      const values = chosen();
      return values.length ? (many ? values.map(String) : values[0]) : undefined;
    },
    restore: (given) => {
      const wanted: unknown[] = many && Array.isArray(given) ? given : [given];
      options.forEach(({ value }, place) => {
        const input = inputs[place];
        if (input && wanted.includes(value)) input.checked = true;
      });
    },
    fault: () => undefined,
  };
};
