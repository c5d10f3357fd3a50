import { rangeError, show, typeError } from '@onecycle/platform'
import { sizeOf } from './check.js'
import { isTypedArray, type TypedArray } from './column.js'

/** Numbers nested as deep as a sample has axes, plus one for the samples; the innermost lists may be typed arrays. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[] | readonly TypedArray[]

/**
 * Nested numbers one after the other, and how many stand on each level.
 *
 * @param name of what is given, for messages
 * @throws RangeError where lists of one level differ in length; TypeError where something else than a number stands
 * @example
 * flatNumbers('x', [[1, 2], [3, 4]])   // { numbers: Float32Array [1, 2, 3, 4], sides: [2, 2] }
 */
export function flatNumbers(name: string, values: NestedNumbers): { numbers: Float32Array; sides: number[] } {
  if (!Array.isArray(values)) throw typeError('not-numbers', `${String(name)} is ${show(values)}; expected a list of numbers.`)
  const sides = sidesOf(values)
  const numbers = new Float32Array(sizeOf(sides))
  fill(numbers, 0, values, sides, name)
  return { numbers, sides }
}

function sidesOf(values: NestedNumbers | TypedArray): number[] {
  const first = values[0]
  return Array.isArray(first) || isTypedArray(first) ? [values.length, ...sidesOf(first as NestedNumbers)] : [values.length]
}

/** Copies nested values from position `at` on, and returns the position after them. */
function fill(
  flat: Float32Array,
  at: number,
  values: NestedNumbers | TypedArray,
  sides: readonly number[],
  name: string,
): number {
  const [side, ...inner] = sides
  if (!(Array.isArray(values) || isTypedArray(values)))
    throw rangeError('ragged', `${name} is ragged: ${show(values)} stands where others have a list of ${side}.`)
  if (values.length !== side)
    throw rangeError('ragged', `${name} is ragged: a list of ${values.length} stands where others have ${side}.`)
  for (const value of values) {
    if (inner.length > 0) at = fill(flat, at, value as NestedNumbers, inner, name)
    else if (typeof value === 'number') flat[at++] = value
    else throw typeError('not-numbers', `${name} holds ${show(value)} where a number is expected.`)
  }
  return at
}
