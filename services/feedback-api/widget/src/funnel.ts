// How often a form was offered, shown and begun: told in one go, when a person begins or leaves, never on load.

import type { Place } from "./mountPoint.js";
import { newId, now, tell } from "./browser.js";

export type Stage = "invited" | "shown" | "started";

interface Note {
  readonly url: string;
  readonly event: object;
}

const told = new Set<string>();
let notes: Note[] = [];

const flush = (): void => {
  const leaving = notes;
  notes = [];
  for (const { url, event } of leaving) tell(url, event);
};

addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") flush();
});

/** Note a stage, once for each place; a beginning sends what was noted. */
export const note = (place: Place, key: string, stage: Stage): void => {
  if (told.has(`${key} ${stage}`)) return;
  told.add(`${key} ${stage}`);
  const event = { id: newId(), stage, occurred_at: new Date(now()).toISOString(), ...aboutOf(place) };
  notes.push({ url: `${place.base}/v1/forms/${encodeURIComponent(place.form)}/events`, event });
  if (stage === "started") flush();
};

/** What the page says of whom a form asks: service, channel, and whether it is a test. */
export const aboutOf = (place: Place): object => ({
  ...(place.option("service") ? { service_id: place.option("service") } : {}),
  ...(place.option("channel") ? { channel: place.option("channel") } : {}),
  ...(place.option("test") === "true" ? { test: true } : {}),
});
