// Answers that were given and not yet acknowledged: kept on the device for a day, sent again with the same id.

import { forgetDraft } from "./drafts.js";
import { ask, later, type Answer } from "./browser.js";
import { onDevice } from "./storage.js";

/** An answer on its way. */
export interface Letter {
  readonly id: string;
  readonly url: string;
  readonly body: object;
}

/** How a letter fared: taken, refused for good, or still waiting. */
export type Fate =
  | { readonly kind: "taken"; readonly receipt: string }
  | { readonly kind: "refused"; readonly status: number; readonly problem: unknown }
  | { readonly kind: "waiting" };

type Watcher = (fate: Fate) => void;

const UNSENT = "unsent:";
const QUICK_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 300_000;

const waiting = new Map<string, { readonly letter: Letter; tries: number; busy: boolean }>();
const watchers = new Map<string, Watcher>();

const isLetter = (value: unknown): value is Letter =>
  typeof value === "object" && value !== null && "id" in value && "url" in value && "body" in value;

/** Whether we ourselves refuse it for good; a page of a proxy, a firewall or a hotel's network never does. */
const isFinal = ({ status, body }: Answer): boolean => {
  const problem = body as { code?: unknown; status?: unknown; type?: unknown } | null | undefined;
  const ours = typeof problem?.code === "string" && typeof problem.type === "string" && problem.status === status;
  return ours && status >= 400 && status < 500 && status !== 408 && status !== 429;
};

const attempt = async (id: string): Promise<void> => {
  const entry = waiting.get(id);
  if (!entry || entry.busy) return;
  entry.busy = true;
  const { letter } = entry;
  const answer = await ask("POST", letter.url, letter.body);
  entry.busy = false;
  if (waiting.get(id) !== entry) return;
  const receipt = (answer.body as { receipt?: unknown } | undefined)?.receipt;
  if (answer.status === 202 && typeof receipt === "string") settle(id, { kind: "taken", receipt });
  else if (isFinal(answer)) settle(id, { kind: "refused", status: answer.status, problem: answer.body });
  else {
    entry.tries += 1;
    if (entry.tries === QUICK_TRIES) watchers.get(id)?.({ kind: "waiting" });
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (entry.tries - 1), LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
    later(() => void attempt(id), Math.max(wait, answer.waitSeconds * 1000));
  }
};

const settle = (id: string, fate: Fate): void => {
  waiting.delete(id);
  onDevice.drop(UNSENT + id);
  if (fate.kind === "taken") forgetDraft(id);
  watchers.get(id)?.(fate);
};

/** Send a letter until it is taken or refused; the watcher hears of it, and once when that takes long. */
export const send = (letter: Letter, watcher: Watcher): void => {
  onDevice.put(UNSENT + letter.id, letter);
  watch(letter.id, watcher);
  waiting.set(letter.id, { letter, tries: 0, busy: false });
  void attempt(letter.id);
};

/** Watch a letter that an earlier page may have left. */
export const watch = (id: string, watcher: Watcher): void => void watchers.set(id, watcher);

const takeOver = (base: string): void => {
  for (const key of onDevice.keys().filter((name) => name.startsWith(UNSENT))) {
    const letter = onDevice.get(key);
    if (!isLetter(letter) || !letter.url.startsWith(`${base}/`) || waiting.has(letter.id)) continue;
    waiting.set(letter.id, { letter, tries: QUICK_TRIES, busy: false });
    void attempt(letter.id);
  }
};

/** In a moment, take up what earlier pages left for this server; try again whenever the connection is back. */
export const takeUp = (base: string): void => {
  later(() => takeOver(base), FIRST_WAIT_MS);
  addEventListener("online", () => waiting.forEach((_, id) => void attempt(id)));
};
