// The browser's storage, which may be full, forbidden or emptied at any time: then nothing is kept.

import { written } from "./json.js";
import { readJson } from "./natives.js";
import { now } from "./browser.js";

const PREFIX = "soundings:";
const DAY_MS = 86_400_000;

interface Kept {
  readonly at: number;
  readonly value: unknown;
}

/** A drawer for values that live a day at most. */
export interface Drawer {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  drop(key: string): void;
  keys(): string[];
}

const drawer = (open: () => Storage, daysKept: number): Drawer => {
  const attempt = <T>(use: (storage: Storage) => T): T | undefined => {
    try {
      return use(open());
    } catch {
      return undefined;
    }
  };
  const drop = (key: string) => void attempt((storage) => storage.removeItem(PREFIX + key));
  const get = (key: string) => {
    const kept = attempt((storage) => readJson(storage.getItem(PREFIX + key) ?? "null") as Kept | null);
    if (!kept) return undefined;
    const age = now() - kept.at;
    if (age >= 0 && age < daysKept * DAY_MS) return kept.value;
    drop(key);
    return undefined;
  };
  return {
    get,
    drop,
    put: (key, value) =>
      void attempt((storage) => storage.setItem(PREFIX + key, written({ at: now(), value } satisfies Kept))),
    keys: () =>
      attempt((storage) =>
        Object.keys(storage)
          .filter((key) => key.startsWith(PREFIX))
          .map((key) => key.slice(PREFIX.length)),
      ) ?? [],
  };
};

/** Lives as long as the tab, and a day at most. */
export const inTab = drawer(() => sessionStorage, 1);

/** Outlives the tab, for a day at most. */
export const onDevice = drawer(() => localStorage, 1);

/** Holds no answers, only when a form last asked. */
export const forLong = drawer(() => localStorage, 3650);
