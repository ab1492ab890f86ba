// JSON written by hand: pages give arrays, objects and texts methods of their own, and JSON.stringify calls them.

import { codeAt, hasOwn, isArray, keysOf } from "./natives.js";

const SHORT: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const HEX = "0123456789abcdef";

const isHigh = (unit: string | undefined): boolean => !!unit && unit >= "\ud800" && unit <= "\udbff";
const isLow = (unit: string | undefined): boolean => !!unit && unit >= "\udc00" && unit <= "\udfff";

/** A text as JSON; half a character, which a text that was cut may end with, becomes U+FFFD. */
const quoted = (text: string): string => {
  let out = '"';
  for (let place = 0; place < text.length; place += 1) {
    const unit = text[place] as string;
    const short = hasOwn(SHORT, unit) ? SHORT[unit] : undefined;
    if (short) out += short;
    else if (unit < " ") out += `\\u00${HEX[codeAt(unit) >> 4]}${HEX[codeAt(unit) & 15]}`;
    else if (isHigh(unit) && isLow(text[place + 1])) out += unit + text[(place += 1)];
    else out += isHigh(unit) || isLow(unit) ? "\ufffd" : unit;
  }
  return `${out}"`;
};

/** A value as JSON. What has no place in JSON (undefined, functions) is left out of objects and is null elsewhere. */
export const written = (value: unknown): string => {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return isFinite(value) ? `${value}` : "null";
  if (typeof value === "boolean") return `${value}`;
  if (typeof value !== "object" || !value) return "null";
  let out = "";
  if (isArray(value)) {
    for (let place = 0; place < value.length; place += 1) out += (place ? "," : "") + written(value[place]);
    return `[${out}]`;
  }
  const names = keysOf(value);
  for (let place = 0; place < names.length; place += 1) {
    const name = names[place] as string;
    const one = (value as Record<string, unknown>)[name];
    if (one !== undefined) out += `${out && ","}${quoted(name)}:${written(one)}`;
  }
  return `{${out}}`;
};
