// A tree of our own that the page's styles do not reach, styled without any inline style.

import { make } from "./dom.js";
import type { Place } from "./mountPoint.js";
import css from "./styles.css";

let sheet: CSSStyleSheet | undefined;

/** A host for a place, in the colours that the page asks for there, and its shadow tree with our styles. */
export const shadowFor = (place: Place): { readonly host: HTMLElement; readonly root: ShadowRoot } => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  const host = make("div", { "data-soundings-host": true, "data-scheme": place.option("scheme") });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  return { host, root };
};
