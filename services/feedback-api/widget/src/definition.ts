// A published form as the server tells it, and the reading of it in one language.

import { ask } from "./browser.js";

export type Texts = Readonly<Record<string, string>>;
export type Value = number | string;
export type Given = Value | readonly string[];

export interface Question {
  readonly id: string;
  readonly type: string;
  readonly text: Texts;
  readonly help?: Texts;
  readonly required?: boolean;
  readonly options?: readonly { readonly code: string; readonly text: Texts }[];
  /** The points of a scale, lowest first. */
  readonly points?: readonly { readonly value: number; readonly text?: Texts }[];
  readonly show_when?: { readonly question: string; readonly in: readonly Value[] };
  readonly max_length?: number;
  readonly page?: number;
}

export interface Definition {
  readonly form_id: string;
  readonly version: number;
  readonly title: Texts;
  readonly introduction?: Texts;
  readonly page_titles?: Readonly<Record<string, Texts>>;
  readonly questions: readonly Question[];
  readonly contact?: { readonly consent: Texts; readonly help?: Texts };
  readonly thank_you?: Texts;
  readonly state?: string;
  readonly closed?: Texts;
  readonly ask_again_after_days?: number;
  readonly languages?: readonly { readonly tag: string; readonly dir: string }[];
  readonly words?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const isDefinition = (value: unknown): value is Definition => {
  const form = value as Partial<Definition> | null | undefined;
  return typeof form === "object" && form !== null && !!form.title && Array.isArray(form.questions) && !!form.version;
};

const asked = new Map<string, Promise<Definition | string>>();

/** The form's newest version, asked for once per page; else the reason why there is none. A failure is forgotten. */
export const definitionOf = (base: string, form: string): Promise<Definition | string> => {
  const url = `${base}/v1/forms/${encodeURIComponent(form)}`;
  let found = asked.get(url);
  if (!found) {
    found = ask("GET", url).then(({ status, body }) => {
      if (status === 200 && isDefinition(body)) return body;
      asked.delete(url);
      return String((body as { code?: unknown } | undefined)?.code ?? "unreachable");
    });
    asked.set(url, found);
  }
  return found;
};

/** The language of the form that comes nearest to the one wanted: itself, its base, a sister, else the form's first. */
export const languageOf = (form: Definition, wanted: string): string => {
  const offered = Object.keys(form.title);
  const base = (tag: string) => tag.toLowerCase().split("-")[0];
  const exact = offered.find((tag) => tag.toLowerCase() === wanted.toLowerCase());
  const near = offered.find((tag) => tag.toLowerCase() === base(wanted));
  return exact ?? near ?? offered.find((tag) => base(tag) === base(wanted)) ?? offered[0] ?? "en";
};

/** Which way a language of the form is written. */
export const directionOf = (form: Definition, language: string): string =>
  form.languages?.find(({ tag }) => tag === language)?.dir ?? "ltr";

/** A text in the language, else in the first one that it has. */
export const say = (texts: Texts | undefined, language: string): string =>
  texts?.[language] ?? Object.values(texts ?? {})[0] ?? "";
