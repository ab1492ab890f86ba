// An answer as it is sent: what was answered, to which form and version, where and when.

import { CONTACT } from "./contact.js";
import type { Definition, Given } from "./definition.js";
import { aboutOf } from "./funnel.js";
import { make } from "./dom.js";
import type { Letter } from "./retryQueue.js";
import type { Place } from "./mountPoint.js";
import { now } from "./browser.js";

/** A field that people neither see nor reach, and programs fill in. */
export const trapField = (): { element: HTMLElement; input: HTMLInputElement } => {
  const input = make("input", { name: "website", tabindex: -1, autocomplete: "off", "aria-label": "Website" });
  return { element: make("div", { class: "trap", "aria-hidden": "true" }, input), input };
};

/** What tells people from programs: what stands in the trap, and since when the form has been there. */
export interface Conduct {
  readonly website: string;
  readonly began: number;
}

export const letterOf = (
  id: string,
  conduct: Conduct,
  form: Definition,
  place: Place,
  language: string,
  given: ReadonlyMap<string, Given | undefined>,
): Letter => {
  const address = given.get(CONTACT);
  const touchpoint = place.option("touchpoint");
  const body = {
    id,
    form_version: form.version,
    occurred_at: new Date(now()).toISOString(),
    language,
    page: location.origin + location.pathname,
    website: conduct.website,
    elapsed_ms: Math.max(0, now() - conduct.began),
    ...aboutOf(place),
    ...(touchpoint ? { touchpoint } : {}),
    ...(address ? { contact_consent: true, contact_address: address } : {}),
    answers: Object.fromEntries([...given].filter(([name, one]) => one !== undefined && name !== CONTACT)),
  };
  return { id, url: `${place.base}/v1/forms/${encodeURIComponent(place.form)}/responses`, body };
};
