const format = new Intl.ListFormat('en-GB')

/** `a, b and c`. */
export function list(items: readonly (string | number)[]): string {
  return format.format(items.map(String))
}
