import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  backend_util,
  Equal,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalOr,
  Maximum,
  Minimum,
  NotEqual,
  Select,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import { equal as composedEqual } from '../composed/equal.js'
import { withBothRepeated } from '../composed/repeated.js'
import { select as composedSelect } from '../composed/select.js'
import type { KernelArgs } from '../kernels.js'
import type { Operands } from './functions.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { overNumbers } from './parts.js'

/** Comparisons and what follows from them: the stock kernels work the place of every number out anew, thirty times as slowly. */

type Args = KernelArgs<{ a: TensorInfo; b: TensorInfo }, object>

/** How two operands lie in rows and columns: the last axes that neither repeats, or that one repeats whole, are the columns. */
function asRows(a: readonly number[], b: readonly number[], shape: readonly number[]) {
  const [own, other] = [a, b].map(each => [...Array<number>(shape.length - each.length).fill(1), ...each]) as [number[], number[]]
  const kindOf = (axis: number) => (own[axis] === other[axis] ? 0 : own[axis] === 1 ? 1 : 2)
  const axes = shape.map((_, axis) => axis).filter(axis => shape[axis] !== 1)
  const kinds = axes.map(kindOf)
  const change = kinds.findLastIndex(kind => kind !== kinds.at(-1))
  const before = kinds.slice(0, change + 1)
  if (before.some(kind => kind !== before[0])) return undefined
  const sizeOf = (of: readonly number[]) => of.reduce((product, axis) => product * shape[axis]!, 1)
  const columns = sizeOf(axes.slice(change + 1))
  const stepsOf = (repeated: number) => {
    const step = kinds.at(-1) === repeated ? 0 : 1
    return [before[0] === repeated ? 0 : step ? columns : 1, step] as const
  }
  return [sizeOf(axes.slice(0, change + 1)), columns, ...stepsOf(1), ...stepsOf(2)] as const
}

/** Runs a kernel over the rows and columns of two operands; where they do not lie in such, both are repeated first. */
function overRows(
  machine: Machine,
  backend: BackendWasm,
  [a, b]: readonly [TensorInfo, TensorInfo],
  shape: number[],
  dtype: 'bool' | 'float32',
  run: (...operands: Operands) => void,
): TensorInfo {
  const rows = asRows(a.shape, b.shape, shape)
  if (!rows) return withBothRepeated(backend, [a, b], shape, (...both) => overRows(machine, backend, both, shape, dtype, run))
  const out = backend.makeOutput(shape, dtype)
  if (util.sizeFromShape(shape) > 0) run(machine.address(a), machine.address(b), machine.address(out), ...rows)
  return out
}

/** The kernel of a comparison: its number, and whether the operands change places. */
function comparison(how: number, swapped = false) {
  return (machine: Machine, { inputs, backend }: Args): TensorInfo | undefined => {
    const [a, b] = swapped ? [inputs.b, inputs.a] : [inputs.a, inputs.b]
    if (a.dtype !== b.dtype || (a.dtype !== 'float32' && a.dtype !== 'int32')) return undefined
    const shape = backend_util.assertAndGetBroadcastShape(inputs.a.shape, inputs.b.shape)
    const kind = how + (a.dtype === 'int32' ? 4 : 0)
    return overRows(machine, backend, [a, b], shape, 'bool', (...operands) => machine.run.compare(kind, ...operands))
  }
}

function extreme(smaller: 0 | 1) {
  return (machine: Machine, { inputs: { a, b }, backend }: Args): TensorInfo | undefined => {
    if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
    const shape = backend_util.assertAndGetBroadcastShape(a.shape, b.shape)
    return overRows(machine, backend, [a, b], shape, 'float32', (...operands) => machine.run.extreme(smaller, ...operands))
  }
}

function logical(either: 0 | 1) {
  return (machine: Machine, { inputs: { a, b }, backend }: Args): TensorInfo | undefined => {
    if (a.dtype !== 'bool' || b.dtype !== 'bool' || !util.arraysEqual(a.shape, b.shape)) return undefined
    const out = backend.makeOutput(a.shape, 'bool')
    machine.run.join(either, machine.address(a), machine.address(b), machine.address(out), util.sizeFromShape(a.shape))
    return out
  }
}

type SelectInputs = { condition: TensorInfo; t: TensorInfo; e: TensorInfo }

function select(machine: Machine, { inputs, backend }: KernelArgs<SelectInputs, object>): TensorInfo | undefined {
  const { condition, t, e } = inputs
  if (condition.dtype !== 'bool' || t.dtype !== e.dtype || (t.dtype !== 'float32' && t.dtype !== 'int32')) return undefined
  if (!util.arraysEqual(condition.shape, t.shape) || !util.arraysEqual(t.shape, e.shape)) return undefined
  const out = backend.makeOutput(t.shape, t.dtype)
  const [truth, left, right, to] = [condition, t, e, out].map(machine.address) as [number, number, number, number]
  overNumbers(machine, util.sizeFromShape(t.shape), (at, count) => {
    return ['select', truth + at / 4, left + at, right + at, to + at, count]
  })
  return out
}

export const compareKernels = [
  compiledKernel(Equal, comparison(0), composedEqual),
  compiledKernel(NotEqual, comparison(1)),
  compiledKernel(Greater, comparison(2)),
  compiledKernel(GreaterEqual, comparison(3)),
  compiledKernel(Less, comparison(2, true)),
  compiledKernel(LessEqual, comparison(3, true)),
  compiledKernel(Maximum, extreme(0)),
  compiledKernel(Minimum, extreme(1)),
  compiledKernel(LogicalAnd, logical(0)),
  compiledKernel(LogicalOr, logical(1)),
  compiledKernel(Select, select, composedSelect),
]
