import { rangeError } from './errors.js'
import { nearestName } from './nearest-name.js'
import { show } from './show.js'

/** Who has which names, as a message says it: the data has the inputs a, b. */
export interface Named {
  readonly who: string
  readonly names: readonly string[]
}

/**
 * Where each of the expected names stands among those given.
 *
 * @param what is named, in the plural: 'inputs'
 * @throws RangeError when the names are not the same, with both lists, and the name that was probably meant
 * @example
 * orderByName('inputs', { who: 'the data', names: ['b', 'a'] }, { who: 'the model', names: ['a', 'b'] })   // [1, 0]
 */
export function orderByName(what: string, given: Named, expected: Named): number[] {
  const unknown = given.names.filter(name => !expected.names.includes(name))
  const missing = expected.names.filter(name => !given.names.includes(name))
  if (unknown.length === 0 && missing.length === 0) return expected.names.map(name => given.names.indexOf(name))
  const wrong = unknown.map(name => {
    const nearest = nearestName(name, missing)
    return `${show(name)} is none of them${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`
  })
  if (missing.length > 0) wrong.push(`${missing.map(show).join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`)
  throw rangeError(
    'names-differ',
    `By name, ${given.who} has the ${what} ${given.names.join(', ')}, but ${expected.who} has ${expected.names.join(', ')}: ` +
      `${wrong.join(', and ')}. Use those names, or none.`,
  )
}
