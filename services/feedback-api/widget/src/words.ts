// The few words that the widget needs of its own; the form's own words in its language come before them.

import type { Definition } from "./definition.js";

const ENGLISH = {
  send: "Send",
  sending: "Sending…",
  next: "Continue",
  back: "Back",
  close: "Close",
  try_again: "Try again",
  send_anyway: "Send anyway",
  required: "required",
  choose: "Choose…",
  step: "Step {n} of {of}",
  error: "Error:",
  error_summary: "There is a problem",
  error_required: "Answer this question",
  error_too_long: "Use {max} characters or fewer",
  error_date: "Enter a real date",
  error_answer: "Check this answer",
  left: "{n} characters left",
  too_many: "{n} characters too many",
  personal_hint: "This looks like personal information. Please leave out names, numbers and addresses: we do not need them.",
  loading: "Loading…",
  unreachable: "This form cannot be reached right now. Please try again later.",
  form_closed: "This form is closed. Thank you for your interest.",
  failed_title: "Your answer has not been sent yet",
  failed:
    "We could not reach the server. Your answer is kept on this device for a day and will be sent as soon as the " +
    "connection is back. Nothing is lost if you leave this page.",
  refused_title: "Your answer could not be taken",
  refused: "The form does not take this answer. What you wrote is still here.",
  thanks_title: "Thank you",
  thanks: "Your answer has been received.",
  receipt: "Keep this receipt if you may want your answer erased:",
  yes: "Yes",
  no: "No",
  up: "Thumbs up",
  down: "Thumbs down",
  feedback: "Give feedback",
};

export type Word = keyof typeof ENGLISH;
export type Words = (word: Word, values?: Readonly<Record<string, string | number>>) => string;

/** The words in a language, with their places filled. */
export const wordsOf = (form: Definition | undefined, language: string): Words => {
  const own = form?.words?.[language];
  return (word, values = {}) =>
    (own?.[word] ?? ENGLISH[word]).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
};
