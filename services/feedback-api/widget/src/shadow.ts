// A tree of our own that the page's styles do not reach, styled without any inline style.

import css from "./styles.css";

let sheet: CSSStyleSheet | undefined;

/** The shadow tree of a host, with our styles. */
export const shadowOf = (host: HTMLElement): ShadowRoot => {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  return root;
};
