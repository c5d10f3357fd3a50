import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { Slice, StridedSlice, slice_util, type TensorInfo, Tile, util } from '@tensorflow/tfjs-core'
import { slice as composedSlice } from '../composed/slice.js'
import { tile as composedTile } from '../composed/tile.js'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { spreadName } from './kernel-names.js'
import type { Machine } from './machine.js'

/** An axis of a result: its size, and how many elements further the source is for each step along it. */
interface Axis {
  readonly size: number
  readonly step: number
}

/** The fewest axes that describe the same walk through the source. */
function collapse(axes: readonly Axis[]): Axis[] {
  const kept: Axis[] = []
  for (const { size, step } of axes) {
    if (size === 1) continue
    const previous = kept.at(-1)
    if (previous && previous.step === step * size) kept[kept.length - 1] = { size: previous.size * size, step }
    else kept.push({ size, step })
  }
  return kept.length ? kept : [{ size: 1, step: 1 }]
}

function copy(
  machine: Machine,
  backend: BackendWasm,
  x: TensorInfo,
  shape: number[],
  axes: readonly Axis[],
  first = 0,
): TensorInfo {
  const out = backend.makeOutput(shape, x.dtype)
  if (util.sizeFromShape(shape) === 0) return out
  const walk = collapse(axes)
  const address = machine.integers([...walk.map(({ size }) => size), ...walk.map(({ step }) => step)])
  machine.run.stridedCopy(address, walk.length, machine.address(x) + 4 * first, machine.address(out))
  return out
}

/** Only the shape is looked at, but the declarations ask for a tensor. */
type Checked = Parameters<typeof slice_util.parseSliceParams>[0]

const serves = ({ dtype }: TensorInfo) => dtype === 'float32' || dtype === 'int32'
const stepsOf = (shape: number[]) => util.computeStrides([...shape, 1])

function slice(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, { begin: number | number[]; size: number | number[] }>,
): TensorInfo | undefined {
  const { x } = inputs
  if (!serves(x)) return undefined
  const [begin, size] = slice_util.parseSliceParams(x as Checked, attrs.begin, attrs.size) as [number[], number[]]
  slice_util.assertParamsValid(x as Checked, begin, size)
  const steps = stepsOf(x.shape)
  const axes = size.map((length, axis) => ({ size: length, step: steps[axis]! }))
  const first = begin.reduce((sum, from, axis) => sum + from * steps[axis]!, 0)
  return copy(machine, backend, x, size, axes, first)
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

function stridedSlice(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, StridedSliceAttrs>,
): TensorInfo | undefined {
  const { x } = inputs
  if (!serves(x)) return undefined
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs
  const plan = slice_util.sliceInfo(x.shape, begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask)
  if (plan.isIdentity || plan.isSimpleSlice) return undefined
  const steps = stepsOf(x.shape)
  const sizes = slice_util.computeOutShape(plan.begin, plan.end, plan.strides)
  const axes = sizes.map((size, axis) => ({ size, step: steps[axis]! * plan.strides[axis]! }))
  const first = plan.begin.reduce((sum, from, axis) => sum + from * steps[axis]!, 0)
  return copy(machine, backend, x, plan.finalShape, axes, first)
}

function tile(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, { reps: number[] }>,
): TensorInfo | undefined {
  const { x } = inputs
  if (!serves(x)) return undefined
  const steps = stepsOf(x.shape)
  const axes = x.shape.flatMap((size, axis) => [
    { size: attrs.reps[axis]!, step: 0 },
    { size, step: steps[axis]! },
  ])
  const shape = x.shape.map((size, axis) => size * attrs.reps[axis]!)
  return copy(machine, backend, x, shape, axes)
}

type SpreadAttrs = { readonly shape: number[]; readonly axes: number[]; readonly factor: number }

function spread(
  machine: Machine,
  { inputs, attrs, backend }: KernelArgs<{ dy: TensorInfo }, SpreadAttrs>,
): TensorInfo | undefined {
  const { dy } = inputs
  const { shape, axes, factor } = attrs
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const steps = stepsOf(kept)
  const walk = shape.map((size, axis) => ({ size, step: axes.includes(axis) ? 0 : steps[axis]! }))
  if (factor === 1) return copy(machine, backend, dy, shape, walk)
  const scaled = backend.makeOutput(dy.shape, 'float32')
  machine.run.scale(machine.address(dy), factor, machine.address(scaled), util.sizeFromShape(dy.shape))
  const out = copy(machine, backend, scaled, shape, walk)
  backend.disposeData(scaled.dataId)
  return out
}

export const stridedCopyKernels = [
  compiledKernel(Slice, slice, composedSlice),
  compiledKernel(StridedSlice, stridedSlice),
  compiledKernel(Tile, tile, composedTile),
  compiledKernel(spreadName, spread),
]
