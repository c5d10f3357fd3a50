import { plainError, rangeError, show, typeError } from '@onecycle/platform'
import { Tensor } from '@tensorflow/tfjs-core'
import { Column, type ColumnOptions, type TypedArray } from './column.js'
import type { TargetKind } from './target.js'

/** One input tensor, or several as a list or by name; first axis the samples. */
export type TensorInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>

/** The inputs as columns that hold copies of the tensors' values. */
export function columnsOfTensors(x: TensorInputs): Column | Column[] | Record<string, Column> {
  if (x instanceof Tensor) return columnOfTensor('x', x)
  if (typeof x !== 'object' || x === null) requireTensor('x', x)
  const columns = Object.entries(x).map(([name, input]) => [name, columnOfTensor('x', input)] as const)
  return Array.isArray(x) ? columns.map(([, column]) => column) : Object.fromEntries(columns)
}

/** The targets as a column: int32 holds class labels, anything else values, unless `target` says otherwise. */
export function targetOfTensor(y: Tensor, target?: TargetKind): Column {
  requireTensor('y', y)
  return columnOfTensor('y', y, (target ?? (y.dtype === 'int32' ? 'class' : 'value')) === 'class' ? 'int32' : 'float32')
}

/** The weights of samples as a column. */
export function weightsOfTensor(weights: Tensor | undefined): Column | undefined {
  return weights && columnOfTensor('weights', weights, 'float32')
}

function columnOfTensor(name: string, values: Tensor, dtype?: ColumnOptions['dtype']): Column {
  requireTensor(name, values)
  const given: string = values.dtype
  if (given === 'string' || given === 'complex64')
    throw typeError('not-numbers', `${name} is a ${given} tensor; expected numbers.`)
  if (values.rank === 0) throw rangeError('data-shape', `${name} is a scalar; expected a tensor whose first axis is the samples.`)
  const copy = values.dataSync().slice() as TypedArray // on some backends dataSync hands out the tensor's own memory
  return new Column(copy, { shape: values.shape.slice(1), dtype })
}

function requireTensor(name: string, value: unknown): void {
  if (!(value instanceof Tensor))
    throw typeError('not-numbers', `${name} is ${show(value)}; expected a tensor. Give arrays to DataBunch.from_arrays.`)
  if (value.isDisposed)
    throw plainError('tensor-disposed', `${name} is a tensor that has been disposed: dispose it when the data is made.`)
}
