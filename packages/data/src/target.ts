import { checkChoice, checkCount, rangeError, typeError } from '@onecycle/platform'
import { sizeOf } from './check.js'
import type { Column, TypedArray } from './column.js'

/** What the targets of an output are: one class (of a sample, a step or a pixel), a yes or no of each of several labels, or values. */
export type TargetKind = 'class' | 'multilabel' | 'value'

/** What is known of the targets of an output. */
export interface Head {
  readonly target: TargetKind
  /** Shape of one target without the batch axis; [] for one class. */
  readonly targetShape: number[]
  /** Number of classes, or of labels; undefined for values. */
  readonly c: number | undefined
  /** Names of the classes, when known. */
  readonly classes?: readonly string[] | undefined
}

/**
 * What a column of targets holds: int32 is classes, float32 values, where it is not told.
 *
 * @throws RangeError where the numbers are none such; TypeError for classes in a float32 column
 */
export function headOf(y: Column, name: string, told: { target?: TargetKind | undefined; c?: number | undefined }): Head {
  const { shape: targetShape, data, dtype } = y
  const { target = dtype === 'int32' ? 'class' : 'value' } = told
  checkChoice('target', target, ['class', 'multilabel', 'value'])
  if (target === 'value') return { target, targetShape, c: checkValues(data, name) }
  if (target === 'multilabel') return { target, targetShape, c: checkYesOrNo(data, targetShape, told.c, name) }
  if (dtype !== 'int32')
    throw typeError('class-label', `y of ${name} is a float32 column; expected the dtype int32 for labels of classes.`)
  return { target, targetShape, c: checkLabels(data, told.c, name) }
}

/** The number of labels: the last axis. Throws RangeError where there are other than told, or one is neither 0, 1 nor between. */
function checkYesOrNo(data: TypedArray, shape: readonly number[], c: number | undefined, name: string): number {
  const labels = shape.at(-1) ?? 1
  if (c !== undefined && c !== labels)
    throw rangeError(
      'class-names',
      `y of ${name} has the target shape [${shape}], but ${c} labels have names; expected one number for each.`,
    )
  const wrong = data.findIndex((value: number) => !(value >= 0 && value <= 1))
  if (wrong === -1) return labels
  const row = Math.floor(wrong / sizeOf(shape))
  throw rangeError('class-label', `y[${row}] of ${name} holds ${data[wrong]}; whether a sample has a label is 1 or 0.`)
}

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
  return rangeError('class-label', `y[${i}] of ${name} is ${label}; a class label is ${expected}. ${advice}`)
}

/** @throws RangeError when a weight is negative or no finite number. */
export function checkWeights(data: TypedArray, name: string): void {
  const wrong = data.findIndex((weight: number) => !(Number.isFinite(weight) && weight >= 0))
  if (wrong === -1) return
  throw rangeError(
    'sample-weights',
    `weights[${wrong}] of ${name} is ${data[wrong]}; how much a sample counts is a finite number of at least 0.`,
  )
}

/** @throws RangeError when a target value is NaN or infinite. */
export function checkValues(data: TypedArray, name: string): undefined {
  const wrong = data.findIndex((value: number) => !Number.isFinite(value))
  if (wrong === -1) return
  throw rangeError(
    'target-value',
    `y of ${name} holds ${data[wrong]} at position ${wrong}; expected finite numbers. ` +
      'Leave such samples out, or fill them in.',
  )
}
