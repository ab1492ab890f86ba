// Controls that are written into, and the drop-down list.

import type { Question } from "./definition.js";
import { make, newElementId } from "./dom.js";
import type { Control, Setting } from "./questionField.js";
import { lengthOf } from "./natives.js";
import { looksPersonal } from "./piiHint.js";

const LIMITS: Readonly<Record<string, number>> = { short_text: 500, long_text: 10_000 };
const TOLD_FROM = 0.2;

/** The control of a question that is no group; `ids` are those of its help and error. */
export const texts = (question: Question, setting: Setting, ids: string): Control => {
  if (question.type === "dropdown") return dropdown(question, setting, ids);
  if (question.type === "date") return day(setting, ids);
  return text(question, setting, ids);
};

const dropdown = (question: Question, setting: Setting, ids: string): Control => {
  const options = question.options ?? [];
  const blank = make("option", {}, setting.words("select"));
  const rows = options.map((option) => make("option", {}, setting.say(option.text)));
  const element = make("select", { id: newElementId(), "aria-describedby": ids }, blank, ...rows);
  return {
    element,
    target: () => element,
    value: () => options[element.selectedIndex - 1]?.code,
    restore: (given) => {
      element.selectedIndex = 1 + options.findIndex(({ code }) => code === given);
    },
    fault: () => undefined,
    missing: "missing_choice",
  };
};

const day = (setting: Setting, ids: string): Control => {
  const element = make("input", { type: "date", id: newElementId(), "aria-describedby": ids, max: "9999-12-31" });
  return {
    element,
    target: () => element,
    value: () => element.value || undefined,
    restore: (given) => {
      if (typeof given === "string") element.value = given;
    },
    fault: () => (element.validity.badInput ? setting.words("bad_date") : undefined),
    missing: "missing_date",
  };
};

const tell = (element: HTMLElement, text: string): void => {
  if (element.textContent !== text) element.textContent = text;
};

const text = (question: Question, { words }: Setting, ids: string): Control => {
  const limit = question.max_length ?? LIMITS[question.type] ?? 500;
  const id = newElementId();
  const count = make("p", { class: "help count", role: "status" });
  const hint = make("p", { class: "hint", id: newElementId(), role: "status" });
  const about = { id, "aria-describedby": `${ids} ${hint.id}` };
  const box = question.type === "long_text" ? make("textarea", { ...about, rows: 4 }) : make("input", about);
  const look = () => {
    const left = limit - lengthOf(box.value);
    tell(count, left < 0 ? words("over", { over: -left }) : left < limit * TOLD_FROM ? words("left", { left }) : "");
    tell(hint, looksPersonal(box.value) ? words("looks_private") : "");
  };
  box.addEventListener("input", look);
  return {
    element: make("div", {}, box, count, hint),
    target: () => box,
    value: () => box.value.trim() || undefined,
    restore: (given) => {
      if (typeof given !== "string") return;
      box.value = given;
      look();
    },
    fault: () => (lengthOf(box.value.trim()) > limit ? words("too_long", { limit }) : undefined),
    missing: "missing_text",
    personal: () => !!hint.textContent,
  };
};
