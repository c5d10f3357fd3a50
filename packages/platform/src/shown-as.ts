/**
 * Has consoles, REPLs and notebooks of Node and Deno show an object as a text, in place of all that is in it. What it holds stays as it is, and so do
 * its JSON and its copies.
 */
export function shownAs<T extends object>(value: T, text: (value: T) => string): T {
  return Object.defineProperty(value, Symbol.for('nodejs.util.inspect.custom'), { value: () => text(value), configurable: true })
}
