// Elements made one by one: no HTML is ever parsed, so that no text can become markup and Trusted Types hold.

type Attribute = string | number | boolean | undefined;
type Attributes = Readonly<Record<string, Attribute>>;

/** An element with attributes (true: present, false or undefined: absent) and children; empty texts are left out. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
};

let last = 0;

/** An id that no other element has, also beside other widgets in the same tree. */
export const newElementId = (): string => `s${(last += 1)}`;
