// What a person is told when an answer was taken, waits, or was refused; or when nobody can answer now.

import type { Definition } from "./definition.js";
import { make } from "./dom.js";
import type { Setting } from "./questionField.js";

export interface Outcome {
  readonly nodes: readonly Node[];
  /** What takes the focus, so that it is read out. */
  readonly target: HTMLElement;
}

const closing = ({ words }: Setting, close: (() => void) | undefined): readonly Node[] => {
  if (!close) return [];
  const button = make("button", { type: "button", class: "first" }, words("close"));
  button.addEventListener("click", close);
  return [make("div", { class: "buttons" }, button)];
};

/** The thanks, with the receipt and what it is good for. */
export const thanks = (form: Definition, setting: Setting, receipt: string, close?: () => void): Outcome => {
  const { words, part } = setting;
  const target = make("p", { class: "lead done", tabindex: -1 }, part(form.thank_you) || words("thank_you"));
  const about = make("p", { class: "help" }, words("receipt"));
  const kept = make("p", {}, make("code", {}, receipt));
  const erasure = make("p", { class: "help" }, words("erasure"));
  return { nodes: [target, about, kept, erasure, ...closing(setting, close)], target };
};

/** Why nobody can answer now, in the form's own words or in ours. */
export const closedNotice = (form: Definition, setting: Setting, close?: () => void): Outcome => {
  const { words, part } = setting;
  const target = make("p", { class: "lead", tabindex: -1 }, part(form.closed) || words(form.state ?? "") || words("closed"));
  return { nodes: [target, ...closing(setting, close)], target };
};

/** The answer waits on the device. */
export const failedNotice = ({ words }: Setting, again: () => void): readonly Node[] => {
  const button = make("button", { type: "button", class: "second" }, words("try_again"));
  button.addEventListener("click", again);
  return [make("p", { class: "title" }, words("failed")), make("p", {}, words("kept")), button];
};

/** The server does not take it, now or later. */
export const refusedNotice = ({ words }: Setting, problem: unknown): readonly Node[] => {
  const closed = (problem as { code?: unknown } | undefined)?.code === "form_closed";
  return [make("p", { class: "title" }, words(closed ? "closed" : "invalid"))];
};
