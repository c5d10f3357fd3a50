import { rangeError } from '@onecycle/platform'

/**
 * Refuses a rate that was passed and is none: it is most likely that of a search which found none, and nobody's wish for the default.
 *
 * @throws RangeError that names it, and what to do
 */
export function checkGivenRate<Options extends object>(
  owner: string,
  options: Options,
  ...names: (keyof Options & string)[]
): void {
  for (const name of names)
    if (name in options && (options[name] ?? undefined) === undefined)
      throw rangeError(
        'learning-rate',
        `${owner} got ${name}: ${options[name]}. Give a rate, such as 1e-2: only one that is left out altogether has a default.`,
      )
}
