// The words around the questions: those that came with the form, else the few that are needed before it has come.

import type { Definition } from "./definition.js";

const ENGLISH: Readonly<Record<string, string>> = {
  close: "Close",
  feedback: "Feedback",
  loading: "Loading …",
  unreachable: "This form cannot be reached right now. Please try again later.",
  no_form: "There is no such form.",
  closed: "This form is closed. Thank you for wanting to answer.",
};

export type Words = (word: string, values?: Readonly<Record<string, string | number>>) => string;

/** The words in a language, with their places filled. */
export const wordsOf = (form: Definition | undefined, language: string): Words => {
  const own = form?.words?.[language];
  return (word, values = {}) =>
    (own?.[word] ?? ENGLISH[word] ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
};
