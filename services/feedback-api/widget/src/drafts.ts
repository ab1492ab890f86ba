// What was answered so far, kept in the tab so that a reload loses nothing; a day at most, wiped when sent.

import type { Definition, Given } from "./definition.js";
import { newId, now } from "./browser.js";
import { inTab } from "./storage.js";

/** The id of the answer that is being given, made before it is first sent, and the answers so far. */
export interface Draft {
  readonly id: string;
  readonly began: number;
  readonly answers: Readonly<Record<string, Given | undefined>>;
}

export interface DraftPlace {
  read(): Draft;
  write(draft: Draft): void;
  wipe(): void;
}

const isDraft = (value: unknown): value is Draft =>
  typeof value === "object" && value !== null && "id" in value && "began" in value && "answers" in value;

/** Wipe the draft of an answer that has arrived, on whatever page it was begun. */
export const forgetDraft = (id: string): void => {
  for (const key of inTab.keys()) {
    const kept = inTab.get(key);
    if (isDraft(kept) && kept.id === id) inTab.drop(key);
  }
};

/** Where the draft of a form is kept; `place` tells several of the same form on one page apart. */
export const draftPlace = (form: Definition, place: string): DraftPlace => {
  const key = `draft:${form.form_id}@${form.version}:${place}`;
  return {
    read: () => {
      const kept = inTab.get(key);
      return isDraft(kept) ? kept : { id: newId(), began: now(), answers: {} };
    },
    write: (draft) => inTab.put(key, draft),
    wipe: () => inTab.drop(key),
  };
};
