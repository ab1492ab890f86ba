// What a person is told when an answer was taken, waits, or was refused.

import type { Definition } from "./definition.js";
import { make } from "./elements.js";
import type { Setting } from "./fields.js";
import type { Words } from "./words.js";

/** The page of thanks, with the receipt; it keeps the heading, which takes the focus. */
export const thanks = (
  form: Definition,
  { words, say }: Setting,
  receipt: string,
  heading: HTMLElement,
  close?: () => void,
): readonly Node[] => {
  heading.textContent = words("thanks_title");
  const button = close && make("button", { type: "button", class: "first" }, words("close"));
  if (button && close) button.addEventListener("click", close);
  return [
    heading,
    make("p", {}, say(form.thank_you) || words("thanks")),
    make("p", { class: "help" }, words("receipt")),
    make("p", {}, make("code", {}, receipt)),
    ...(button ? [make("div", { class: "buttons" }, button)] : []),
  ];
};

/** The answer waits on the device. */
export const failedNotice = (words: Words, again: () => void): readonly Node[] => {
  const button = make("button", { type: "button", class: "second" }, words("try_again"));
  button.addEventListener("click", again);
  return [make("p", { class: "title" }, words("failed_title")), make("p", {}, words("failed")), button];
};

/** The server does not take it, now or later. */
export const refusedNotice = (words: Words, problem: unknown): readonly Node[] => {
  const closed = (problem as { code?: unknown } | undefined)?.code === "form_closed";
  const text = words(closed ? "form_closed" : "refused");
  return [make("p", { class: "title" }, words("refused_title")), make("p", {}, text)];
};
