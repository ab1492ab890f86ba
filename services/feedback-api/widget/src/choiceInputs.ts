// Controls of which one or several options are chosen: scales, stars, thumbs, yes or no, lists.

import type { Question, Value } from "./definition.js";
import { make, newElementId } from "./dom.js";
import type { Control, Setting } from "./questionField.js";
import { thumb } from "./thumb.js";

interface Option {
  readonly value: Value;
  /** What is read out, and seen beside or below the mark. */
  readonly label: string;
  /** What is seen first and not read out where there is a label. */
  readonly mark?: string | Node | undefined;
}

const YES_FIRST = new Set(["thumbs", "yes_no"]);

const markOf = (type: string, value: number): string | Node | undefined => {
  if (type === "yes_no") return undefined;
  if (type === "thumbs") return thumb(value === 1);
  return type === "stars" ? "★" : String(value);
};

const optionsOf = ({ type, points, options }: Question, { say }: Setting): readonly Option[] => {
  if (!points) return (options ?? []).map(({ code, text }) => ({ value: code, label: say(text) }));
  const row = ({ value, text }: (typeof points)[number]) => ({ value, label: say(text), mark: markOf(type, value) });
  const rows = points.map(row);
  return YES_FIRST.has(type) && rows[1] ? [rows[1], ...rows.slice(0, 1)] : rows;
};

/** How much is said of a scale: a word for each point, for its ends, or none. */
const wordsFor = (type: string, options: readonly Option[]): "each" | "ends" | "none" => {
  const said = options.filter(({ label, mark }) => label && mark).length;
  if (!said || type === "stars") return "none";
  return said === options.length ? "each" : "ends";
};

const row = (option: Option, type: string, name: string, seen: boolean): [HTMLElement, HTMLInputElement] => {
  const id = newElementId();
  const input = make("input", { type, name, id });
  const { mark, label } = option;
  const shown = mark && make("span", { class: "mark", "aria-hidden": label ? "true" : undefined }, mark);
  const spoken = typeof mark === "string" && !seen && mark !== "★" ? `${mark}: ${label}` : label;
  const text = label && make("span", { class: seen ? "text" : "unseen" }, spoken);
  return [make("label", { class: "choice", for: id }, input, shown, text), input];
};

const ends = (options: readonly Option[]): HTMLElement =>
  make(
    "p",
    { class: "poles help", "aria-hidden": "true" },
    ...[options[0], options[options.length - 1]].map((one) => make("span", {}, `${one?.value} = ${one?.label}`)),
  );

/** Radio buttons or check boxes; which one is chosen is known by its place, never by what a page may write into it. */
export const choices = (question: Question, setting: Setting): Control => {
  const options = optionsOf(question, setting);
  const words = wordsFor(question.type, options);
  const many = question.type === "multi_choice";
  const name = newElementId();
  const seen = words === "each" || options.every(({ mark }) => !mark);
  const rows = options.map((option) => row(option, many ? "checkbox" : "radio", name, seen));
  const inputs = rows.map(([, input]) => input);
  const kind = `choices ${question.type} ${words}`;
  const list = make("div", { class: kind }, ...rows.map(([label]) => label));
  const chosen = () => options.filter((_, place) => inputs[place]?.checked).map(({ value }) => value);
  return {
    element: words === "ends" ? make("div", {}, list, ends(options)) : list,
    target: () => inputs.find((input) => input.checked) ?? inputs[0] ?? list,
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
    missing: "missing_choice",
  };
};
