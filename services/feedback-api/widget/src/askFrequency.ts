// When this browser was last asked on this site, so that nobody is asked again too soon.

import { now } from "./browser.js";
import { forLong } from "./storage.js";

const DAY_MS = 86_400_000;
const ASKED = "asked";

/** Remember that a person was asked: they answered, or closed what had been opened. */
export const rememberAsked = (): void => forLong.put(ASKED, now());

/** Whether a person may be asked again; without a number of days always. */
export const mayAsk = (days: number | undefined): boolean => {
  if (!days) return true;
  const last = forLong.get(ASKED);
  return typeof last !== "number" || now() - last >= days * DAY_MS;
};
