import { checkCount } from '@onecycle/platform'
import type { TypedArray } from './column.js'

/**
 * The number of classes: c, or one more than the highest label.
 *
 * @throws RangeError when a label is not a whole number from 0, or not below c.
 */
export function checkLabels(data: TypedArray, c: number | undefined, name: string): number {
  if (c !== undefined) checkCount('c', c, 1)
  const limit = c ?? Number.MAX_SAFE_INTEGER
  let highest = 0
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!
    if (!(Number.isInteger(label) && label >= 0 && label < limit)) throw wrongLabel(i, label, c, name)
    if (label > highest) highest = label
  }
  return c ?? highest + 1
}

function wrongLabel(i: number, label: number, c: number | undefined, name: string): RangeError {
  const expected = c === undefined ? 'a whole number from 0' : `a whole number from 0 to ${c - 1}`
  const advice = Number.isInteger(label)
    ? label < 0
      ? 'Number the classes from 0.'
      : 'Correct the label, or name all classes.'
    : 'To predict values, not classes, pass y as a Float32Array or set target to "value".'
  return new RangeError(`y[${i}] of ${name} is ${label}; a class label is ${expected}. ${advice}`)
}

/** @throws RangeError when a weight is negative or no finite number. */
export function checkWeights(data: TypedArray, name: string): void {
  const wrong = data.findIndex((weight: number) => !(Number.isFinite(weight) && weight >= 0))
  if (wrong === -1) return
  throw new RangeError(
    `weights[${wrong}] of ${name} is ${data[wrong]}; how much a sample counts is a finite number of at least 0.`,
  )
}

/** @throws RangeError when a target value is NaN or infinite. */
export function checkValues(data: TypedArray, name: string): undefined {
  const wrong = data.findIndex((value: number) => !Number.isFinite(value))
  if (wrong === -1) return
  throw new RangeError(
    `y of ${name} holds ${data[wrong]} at position ${wrong}; expected finite numbers. ` +
      'Leave such samples out, or fill them in.',
  )
}
