type Attributes = Readonly<Record<string, string | undefined>>

/** Makes elements of a page: `make('p', { class: 'soft' }, 'text')`. */
export type Make = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes?: Attributes,
  ...content: readonly (Node | string)[]
) => HTMLElementTagNameMap[Name]

export function maker(page: Document): Make {
  return (name, attributes = {}, ...content) => {
    const element = page.createElement(name)
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value)
    element.append(...content)
    return element
  }
}

/** Sets a text only where it is another one: what has not changed is not laid out anew. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** A table that is scrolled where it has no room, by keys too. */
export function scrolling(make: Make, label: string, table: HTMLTableElement): HTMLElement {
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label }, table)
}
