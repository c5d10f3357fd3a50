import { typeError } from './errors.js'
import { foreignName } from './foreign-names.js'
import { awaitHint, isPromise } from './is-promise.js'
import { nearestName } from './nearest-name.js'
import { show } from './show.js'

/** What an option's value may be. */
export interface Kind {
  /** In a message: 'a number', 'true or false'. */
  readonly expected: string
  fits(value: unknown): boolean
}

/** The kind of each option of a call, none left out. */
export type Kinds<Options> = { readonly [Name in keyof Required<Options>]: Kind }

const typed = (type: string, expected: string): Kind => ({ expected, fits: value => typeof value === type })

/** The kinds that there are. Whether a number is in range is for `checkNumber` and `checkCount` to say. */
export const kind = {
  /** Not NaN, which is no number that somebody chose. */
  number: { expected: 'a number', fits: value => typeof value === 'number' && !Number.isNaN(value) },
  boolean: typed('boolean', 'true or false'),
  string: typed('string', 'a string'),
  function: typed('function', 'a function'),
  list: { expected: 'a list', fits: value => Array.isArray(value) },
  object: {
    expected: 'an object',
    fits: value => typeof value === 'object' && value !== null && !isCollection(value) && !isPromise(value),
  },
  /** For what is looked at elsewhere. */
  any: { expected: 'anything', fits: () => true },
  /** One of these values. */
  choice: (...choices: readonly unknown[]): Kind => ({
    expected: choices.length > 1 ? `one of ${choices.map(show).join(', ')}` : show(choices[0]),
    fits: value => choices.includes(value),
  }),
  listOf: (item: Kind): Kind => ({
    expected: `a list, each of it ${item.expected}`,
    fits: value => Array.isArray(value) && value.every(each => item.fits(each)),
  }),
  either: (...kinds: readonly Kind[]): Kind => ({
    expected: kinds.map(({ expected }) => expected).join(', or '),
    fits: value => kinds.some(each => each.fits(value)),
  }),
} satisfies Record<string, Kind | ((...parts: never[]) => Kind)>

/**
 * Refuses options that `owner` does not have, and values that are not of an option's kind: they would be ignored, or do something
 * else than they say, without a word. An option that is undefined counts as left out.
 *
 * @param elsewhere what is no option, but has a place of its own in the call, and which
 * @throws TypeError that names the option, what was expected, and what was probably meant
 * @example
 * const pace = (options: { every?: number; loud?: boolean }) =>
 *   checkOptions<typeof options>('pace', options, { every: kind.number, loud: kind.boolean })
 */
export function checkOptions<Options extends object>(
  owner: string,
  options: unknown,
  kinds: Kinds<Options>,
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const known = Object.keys(kinds)
  checkKeys(owner, options as object, known, elsewhere)
  for (const name of known) {
    const value = (options as Record<string, unknown>)[name]
    const { expected, fits } = kinds[name as keyof Options]
    if (value === undefined || fits(value)) continue
    throw typeError('wrong-option', `${owner}: ${name} must be ${expected}, but it is ${show(value)}.${awaitHint(value)}`)
  }
}

/**
 * Refuses what is no object of options, and options that `owner` does not have.
 *
 * @throws TypeError that names the option, the one that was probably meant, and all that there are
 * @example
 * checkKeys('EveryEpoch', { patience: 2 }, ['patience', 'log'])
 */
export function checkKeys(
  owner: string,
  options: object,
  known: readonly string[],
  elsewhere: Readonly<Record<string, string>> = {},
): void {
  const unknown = kind.object.fits(options) ? Object.keys(options).filter(key => !known.includes(key)) : []
  if (!kind.object.fits(options) || (unknown.length > 0 && isInstance(options))) {
    const example = known.length > 0 ? `{ ${known.slice(0, 3).join(', ')}${known.length > 3 ? ', ...' : ''} }` : '{}'
    throw typeError(
      'options-object',
      `${owner} takes its options as an object, ${example}, but got ${show(options)}.${awaitHint(options)}`,
    )
  }
  for (const key of unknown) {
    if (Object.hasOwn(elsewhere, key)) throw typeError('unknown-option', `${owner} has no option ${key}: ${elsewhere[key]}.`)
    const meant = foreignName(key, known) ?? nearestName(key, known)
    const hint = meant === undefined ? '' : ` Did you mean ${meant}?`
    throw typeError('unknown-option', `${owner} has no option ${key}.${hint} Its options are: ${known.join(', ')}.`)
  }
}

/** Several of something, one of it that stands for a list of one, or none: what every option takes that may have several. */
export type OneOrMore<Item> = Item | readonly Item[]

/** All of {@link OneOrMore}. */
export function listOf<Item>(given: OneOrMore<Item> | undefined): readonly Item[] {
  if (given === undefined) return []
  return Array.isArray(given) ? given : [given as Item]
}

/** What holds its values otherwise than under names: as options it would be ignored. */
function isCollection(value: object): boolean {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return true
  return [Map, Set, WeakMap, Date, RegExp].some(collection => value instanceof collection)
}

/** Of a class, such as a Learner that stands in the place of options: what it holds are no options. */
function isInstance(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype !== null && prototype.constructor?.name !== 'Object'
}
