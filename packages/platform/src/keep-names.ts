/**
 * Gives functions the names that they are listed by, for good: messages and tables show them, and what a bundler's minifier leaves of a
 * declaration's own name says nothing. A class has its name as a static property.
 *
 * @example
 * keepNames({ accuracy, error_rate })
 */
export function keepNames(functions: Readonly<Record<string, (...given: never[]) => unknown>>): void {
  for (const [name, each] of Object.entries(functions)) Object.defineProperty(each, 'name', { value: name })
}
