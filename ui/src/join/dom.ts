// Makes elements. Text always arrives as text: nothing here reads markup.

export type Child = Node | string | null;
type Attributes = Record<string, string | number | boolean | null>;
type Handlers = { [E in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[E]) => void };

/** An element with attributes (`true`: present, `false` or null: absent), handlers and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Adds event handlers. */
export function on<E extends HTMLElement>(element: E, handlers: Handlers): E {
  for (const [name, handler] of Object.entries(handlers)) {
    element.addEventListener(name, handler as EventListener);
  }
  return element;
}

/** A button with a press handler. */
export function button(attributes: Attributes, press: () => void, ...children: Child[]): HTMLButtonElement {
  return on(el("button", { type: "button", ...attributes }, ...children), { click: press });
}

/** Sets or removes an attribute, touching the page only when something changes. */
export function setAttribute(element: Element, name: string, value: string | number | boolean | null): void {
  if (value === false || value === null) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

/** Sets the text of an element, touching the page (and so screen readers) only when it changes. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Shows or hides an element. */
export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** Replaces the children, only when they are others than before. */
export function setChildren(parent: Element, children: readonly Node[]): void {
  const same = parent.childNodes.length === children.length && children.every((child, at) => parent.childNodes[at] === child);
  if (!same) parent.replaceChildren(...children);
}
