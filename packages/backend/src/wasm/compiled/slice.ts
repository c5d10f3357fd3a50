import {
  backend_util,
  Reverse,
  Slice,
  SplitV,
  StridedSlice,
  slice_util,
  type TensorInfo,
  Unpack,
  util,
} from '@tensorflow/tfjs-core'
import { slice as composedSlice } from '../composed/slice.js'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { copyAlong, serves, stepsOf } from './strided-copy.js'

/** Parts of a tensor: TensorFlow.js's own kernels copy the whole tensor for each part, or compute the place of every element anew. */

type Args<Attrs> = KernelArgs<{ x: TensorInfo }, Attrs>

/** Only the shape is looked at, but the declarations ask for a tensor. */
type Checked = Parameters<typeof slice_util.parseSliceParams>[0]

/** The elements that lie `strides` apart from `begin` on, `sizes` of them along each axis, under the shape `shape`. */
function part(
  machine: Machine,
  { inputs: { x }, backend }: Args<object>,
  begin: readonly number[],
  sizes: readonly number[],
  strides: readonly number[],
  shape: number[],
): TensorInfo {
  const out = backend.makeOutput(shape, x.dtype)
  const [steps, outSteps] = [stepsOf(x.shape), stepsOf(sizes)]
  const axes = sizes.map((size, axis) => ({ size, from: steps[axis]! * strides[axis]!, to: outSteps[axis]! }))
  const first = begin.reduce((sum, position, axis) => sum + position * steps[axis]!, 0)
  copyAlong(machine, axes, x, first, out)
  return out
}

const ones = (shape: readonly number[]) => shape.map(() => 1)

function slice(machine: Machine, args: Args<{ begin: number | number[]; size: number | number[] }>): TensorInfo | undefined {
  const { x } = args.inputs
  if (!serves(x)) return undefined
  const [begin, size] = slice_util.parseSliceParams(x as Checked, args.attrs.begin, args.attrs.size) as [number[], number[]]
  slice_util.assertParamsValid(x as Checked, begin, size)
  return part(machine, args, begin, size, ones(size), size)
}

interface StridedSliceAttrs {
  readonly begin: number[]
  readonly end: number[]
  readonly strides: number[]
  readonly beginMask: number
  readonly endMask: number
  readonly ellipsisMask: number
  readonly newAxisMask: number
  readonly shrinkAxisMask: number
}

function stridedSlice(machine: Machine, args: Args<StridedSliceAttrs>): TensorInfo | undefined {
  const { x } = args.inputs
  if (!serves(x)) return undefined
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = args.attrs
  const plan = slice_util.sliceInfo(x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask)
  if (plan.isIdentity) return undefined
  const sizes = slice_util.computeOutShape(plan.begin, plan.end, plan.strides).map(size => Math.max(size, 0))
  return part(machine, args, plan.begin, sizes, plan.strides, plan.finalShape)
}

function split(machine: Machine, args: Args<{ numOrSizeSplits: number | number[]; axis: number }>): TensorInfo[] | undefined {
  const { x } = args.inputs
  if (!serves(x)) return undefined
  const axis = util.parseAxisParam(args.attrs.axis, x.shape)[0]!
  const begin = x.shape.map(() => 0)
  return backend_util.prepareSplitSize(x as Checked, args.attrs.numOrSizeSplits, axis).map(size => {
    const shape = x.shape.with(axis, size)
    const piece = part(machine, args, begin, shape, ones(shape), shape)
    begin[axis]! += size
    return piece
  })
}

function unpack(
  machine: Machine,
  { inputs: { value: x }, attrs, backend }: KernelArgs<{ value: TensorInfo }, { axis: number }>,
): TensorInfo[] | undefined {
  if (!serves(x)) return undefined
  const axis = util.parseAxisParam(attrs.axis, x.shape)[0]!
  const sizes = x.shape.with(axis, 1)
  const shape = x.shape.toSpliced(axis, 1)
  return Array.from({ length: x.shape[axis]! }, (_, i) =>
    part(machine, { inputs: { x }, attrs, backend }, x.shape.map(() => 0).with(axis, i), sizes, ones(sizes), shape),
  )
}

function reverse(machine: Machine, args: Args<{ dims: number | number[] }>): TensorInfo | undefined {
  const { x } = args.inputs
  const reversed = new Set(util.parseAxisParam(args.attrs.dims, x.shape))
  if (x.dtype === 'bool') return reverseTruths(args, reversed)
  if (!serves(x)) return undefined
  const begin = x.shape.map((size, axis) => (reversed.has(axis) ? size - 1 : 0))
  const strides = x.shape.map((_, axis) => (reversed.has(axis) ? -1 : 1))
  return part(machine, args, begin, x.shape, strides, x.shape)
}

/** Byte by byte: TensorFlow.js's kernel takes them for numbers of four, and writes into other tensors. */
function reverseTruths({ inputs: { x }, backend }: Args<object>, reversed: ReadonlySet<number>): TensorInfo {
  const out = backend.makeOutput(x.shape, x.dtype)
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)]
  const steps = util.computeStrides(x.shape)
  const { shape } = x
  for (let i = 0; i < from.length; i++) {
    const place = util.indexToLoc(i, shape.length, steps)
    to[
      util.locToIndex(
        place.map((at, axis) => (reversed.has(axis) ? shape[axis]! - 1 - at : at)),
        shape.length,
        steps,
      )
    ] = from[i]!
  }
  return out
}

export const sliceKernels = [
  compiledKernel(Slice, slice, composedSlice),
  compiledKernel(StridedSlice, stridedSlice),
  compiledKernel(SplitV, split),
  compiledKernel(Unpack, unpack),
  compiledKernel(Reverse, reverse),
]
