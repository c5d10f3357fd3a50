import { awaitHint, isPromise, rangeError, show, typeError } from '@onecycle/platform'
import { Tensor } from '@tensorflow/tfjs-core'
import { requireShape, sizeOf } from './check.js'
import { Column, type ColumnOptions, isTypedArray, type TypedArray } from './column.js'
import { flatNumbers, type NestedNumbers } from './nested-numbers.js'
import type { TargetKind } from './target.js'

/** What can become a {@link Column}. */
export type Values = TypedArray | NestedNumbers | Column

/** One input, or several: by name (in the order given), as a list together with a list of shapes, or as a list of columns. */
export type Inputs = Values | Readonly<Record<string, Values>> | readonly Values[]

/** Sample shapes, in the form that {@link Inputs} has. */
export type Shapes = readonly number[] | Readonly<Record<string, readonly number[]>> | readonly (readonly number[])[]

/**
 * The columns of the inputs, by name where they have names. Flat arrays of numbers hold samples of the given shape, default [1]; nested arrays tell
 * their shape themselves.
 */
export function inputColumns(
  x: Inputs,
  shape: Shapes | undefined,
  options: Pick<ColumnOptions, 'scale'> = {},
): Column | Column[] | Record<string, Column> {
  refuseTensors('x', x)
  const one = (values: Values, shape: readonly number[] | undefined) => toColumn('x', values, { ...options, shape }, [1])
  if (Array.isArray(x) && isListOfShapes(shape)) {
    if (x.length !== shape.length)
      throw rangeError(
        'lengths-differ',
        `x lists ${x.length} inputs, but shape lists ${shape.length}; expected one shape for each.`,
      )
    return x.map((values, i) => one(values, shape[i]))
  }
  if (Array.isArray(x) && x[0] instanceof Column) return x.map(column => one(column, undefined))
  if (isSingle(x)) {
    if (shape !== undefined) requireShape('shape', shape)
    return one(x, shape as readonly number[] | undefined)
  }
  if (x === null || typeof x !== 'object' || isPromise(x))
    throw typeError('not-numbers', `x is ${show(x)}; expected an array, or an object of named arrays.${awaitHint(x)}`)
  const shapes = (shape ?? {}) as Readonly<Record<string, readonly number[]>>
  for (const name of Object.keys(shapes)) {
    if (!Object.hasOwn(x, name))
      throw rangeError(
        'unknown-input',
        `shape has an entry ${show(name)}, but x has no input of that name; it has ${Object.keys(x).join(', ')}.`,
      )
  }
  return Object.fromEntries(Object.entries(x).map(([name, values]) => [name, one(values, shapes[name])]))
}

/**
 * The column of the targets: class labels as int32, values as float32. Integer arrays and plain lists of numbers are
 * taken for labels, float arrays and nested lists for values, unless `target` says otherwise.
 */
export function targetColumn(y: Values, target?: TargetKind, shape?: readonly number[]): Column {
  if (y instanceof Column) return y
  refuseTensors('y', y)
  const isValue = Array.isArray(y)
    ? Array.isArray(y[0]) || isTypedArray(y[0]) || shape !== undefined
    : y instanceof Float32Array || y instanceof Float64Array
  if ((target ?? (isValue ? 'value' : 'class')) !== 'class') return toColumn('y', y, { shape, dtype: 'float32' }, [])
  const nested = Array.isArray(y) && (Array.isArray(y[0]) || isTypedArray(y[0]))
  return toColumn('y', Array.isArray(y) && !nested ? labelsOf(y) : y, { shape, dtype: 'int32' }, [])
}

/** The column of the weights of samples, or of the places of their targets where a flat array has as many. */
export function weightColumn(weights: Values | undefined, { length, shape }: Column): Column | undefined {
  if (weights === undefined) return undefined
  refuseTensors('weights', weights)
  const ofPlaces = isTypedArray(weights) && weights.length !== length && weights.length === length * sizeOf(shape)
  return toColumn('weights', weights, { dtype: 'float32' }, ofPlaces ? shape : [])
}

/** Tensors have a way of their own into the data. */
function refuseTensors(name: string, values: unknown): void {
  const parts = isTypedArray(values)
    ? []
    : Array.isArray(values) || values instanceof Tensor
      ? [values].flat()
      : Object.values(Object(values))
  const tensor = parts.find(part => part instanceof Tensor)
  if (tensor)
    throw typeError('not-numbers', `${name} holds ${show(tensor)}; expected arrays. Give tensors to DataBunch.from_tensors.`)
}

/** As float64, which holds what was given exactly, for the check of the labels to see. Yes is 1, no is 0. */
function labelsOf(y: readonly unknown[]): Float64Array {
  const wrong = y.findIndex(label => typeof label !== 'number' && typeof label !== 'boolean')
  if (wrong === -1) return Float64Array.from(y as (number | boolean)[], Number)
  throw typeError(
    'class-label',
    `y[${wrong}] is ${show(y[wrong])}; expected the number of a class. Number the classes 0, 1, ... and give their names as classes.`,
  )
}

type Options = Pick<ColumnOptions, 'shape' | 'scale' | 'dtype'>

/** `flat` is the shape of a sample in a flat array, when it is not given. */
function toColumn(name: string, values: Values, { shape, ...options }: Options, flat: readonly number[]): Column {
  if (values instanceof Column) return values
  if (isTypedArray(values)) return new Column(values, { ...options, shape: shape ?? flat })
  if (!Array.isArray(values)) {
    const bigints = values instanceof BigInt64Array || values instanceof BigUint64Array
    throw typeError(
      'not-numbers',
      `${name} is ${show(values)}; expected a typed array or a list of numbers.${bigints ? ' Make numbers of it: Float64Array.from(values, Number).' : ''}`,
    )
  }
  const { numbers, sides } = flatNumbers(name, values)
  const own = sides.slice(1)
  return new Column(numbers, { ...options, shape: shape ?? (own.length > 0 ? own : flat) })
}

function isSingle(x: Inputs): x is Values {
  return Array.isArray(x) || isTypedArray(x) || x instanceof Column
}

function isListOfShapes(shape: Shapes | undefined): shape is readonly (readonly number[])[] {
  return Array.isArray(shape) && Array.isArray(shape[0])
}
