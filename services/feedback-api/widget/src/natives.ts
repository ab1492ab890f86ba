// The language's own functions, taken once at the start; pages that load later cannot change them for us.

const call = Function.prototype.call;
const charCodeAt = String.prototype.charCodeAt;
const hasOwnProperty = Object.prototype.hasOwnProperty;

export const isArray: (value: unknown) => value is readonly unknown[] = Array.isArray;
export const keysOf: (value: object) => string[] = Object.keys;
export const readJson: (text: string) => unknown = JSON.parse;
export const hasOwn: (value: object, name: string) => boolean = call.bind(hasOwnProperty);
export const codeAt: (text: string) => number = call.bind(charCodeAt);

/** How many characters a text has, as people and the server count them. */
export const lengthOf = (text: string): number => {
  let length = text.length;
  for (let place = 1; place < text.length; place += 1) {
    const before = text[place - 1] as string;
    const unit = text[place] as string;
    if (before >= "\ud800" && before <= "\udbff" && unit >= "\udc00" && unit <= "\udfff") length -= 1;
  }
  return length;
};
