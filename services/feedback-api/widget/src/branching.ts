// Which questions are asked after these answers: the same rule as the server's.

import type { Given, Question } from "./definition.js";

const holds = (seen: Given | undefined, values: readonly unknown[]): boolean =>
  Array.isArray(seen) ? seen.some((one) => values.includes(one)) : seen !== undefined && values.includes(seen);

/** The answers to the questions that are reached, in order; a question without an answer has undefined. */
export const reached = (
  questions: readonly Question[],
  read: (question: Question) => Given | undefined,
): Map<string, Given | undefined> => {
  const seen = new Map<string, Given | undefined>();
  for (const question of questions) {
    const condition = question.show_when;
    if (!condition || holds(seen.get(condition.question), condition.in)) seen.set(question.id, read(question));
  }
  return seen;
};
