import { backend_util, Concat, Pack, PadV2, type TensorInfo, Tile, util } from '@tensorflow/tfjs-core'
import { identity } from '../composed/identity.js'
import { tile as composedTile } from '../composed/tile.js'
import { type KernelArgs, view } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { spreadName } from './kernel-names.js'
import type { Machine } from './machine.js'
import { copyAlong, serves, stepsOf } from './strided-copy.js'

/** Tensors laid down within a larger one. */

type ConcatArgs = KernelArgs<TensorInfo[], { axis: number }>

function concat(machine: Machine, { inputs, attrs, backend }: ConcatArgs): TensorInfo | undefined {
  const [model] = inputs
  if (!inputs.every(x => serves(x) && x.dtype === model!.dtype)) return undefined
  const axis = util.parseAxisParam(attrs.axis, model!.shape)[0]!
  const shapes = inputs.map(({ shape }) => shape)
  backend_util.assertParamsConsistent(shapes, axis)
  const shape = backend_util.computeOutShape(shapes, axis)
  const present = inputs.filter(x => util.sizeFromShape(x.shape) > 0)
  if (present.length === 1) return identity({ inputs: { x: present[0]! }, attrs: undefined, backend })
  const out = backend.makeOutput(shape, model!.dtype)
  const outSteps = stepsOf(shape)
  let start = 0
  for (const x of present) {
    const steps = stepsOf(x.shape)
    const axes = x.shape.map((size, i) => ({ size, from: steps[i]!, to: outSteps[i]! }))
    copyAlong(machine, axes, x, 0, out, start)
    start += x.shape[axis]! * outSteps[axis]!
  }
  return out
}

/** Stacks tensors of equal shapes along a new axis. */
function pack(machine: Machine, { inputs, attrs, backend }: ConcatArgs): TensorInfo | undefined {
  const [model] = inputs
  if (!inputs.every(x => x.dtype === model!.dtype && util.arraysEqual(x.shape, model!.shape))) return undefined
  const axis = attrs.axis < 0 ? attrs.axis + model!.shape.length + 1 : attrs.axis
  const expanded = inputs.map(x => view(x, x.shape.toSpliced(axis, 0, 1)))
  return concat(machine, { inputs: expanded, attrs: { axis }, backend })
}

type PadArgs = KernelArgs<{ x: TensorInfo }, { paddings: [number, number][]; constantValue: number }>

function pad(machine: Machine, { inputs: { x }, attrs, backend }: PadArgs): TensorInfo | undefined {
  if (!serves(x)) return undefined
  const { paddings, constantValue } = attrs
  const shape = x.shape.map((size, axis) => paddings[axis]![0] + size + paddings[axis]![1])
  const out = backend.makeOutput(shape, x.dtype)
  backend.typedArrayFromHeap(out).fill(constantValue)
  const [steps, outSteps] = [stepsOf(x.shape), stepsOf(shape)]
  const axes = x.shape.map((size, axis) => ({ size, from: steps[axis]!, to: outSteps[axis]! }))
  const start = paddings.reduce((sum, [before], axis) => sum + before * outSteps[axis]!, 0)
  copyAlong(machine, axes, x, 0, out, start)
  return out
}

type TileArgs = KernelArgs<{ x: TensorInfo }, { reps: number[] }>

function tile(machine: Machine, { inputs: { x }, attrs: { reps }, backend }: TileArgs): TensorInfo | undefined {
  if (!serves(x)) return undefined
  const shape = x.shape.map((size, axis) => size * reps[axis]!)
  const out = backend.makeOutput(shape, x.dtype)
  const [steps, outSteps] = [stepsOf(x.shape), stepsOf(shape)]
  const axes = x.shape.flatMap((size, axis) => [
    { size: reps[axis]!, from: 0, to: size * outSteps[axis]! },
    { size, from: steps[axis]!, to: outSteps[axis]! },
  ])
  copyAlong(machine, axes, x, 0, out)
  return out
}

type SpreadAttrs = { readonly shape: number[]; readonly axes: number[]; readonly factor: number }

/** Repeats dy, times a factor, along the axes that were summed. */
function spread(machine: Machine, { inputs: { dy }, attrs, backend }: KernelArgs<{ dy: TensorInfo }, SpreadAttrs>): TensorInfo {
  const { shape, axes, factor } = attrs
  const steps = stepsOf(shape.map((size, axis) => (axes.includes(axis) ? 1 : size)))
  const outSteps = stepsOf(shape)
  const walk = shape.map((size, axis) => ({ size, from: axes.includes(axis) ? 0 : steps[axis]!, to: outSteps[axis]! }))
  const out = backend.makeOutput(shape, 'float32')
  if (factor === 1) {
    copyAlong(machine, walk, dy, 0, out)
    return out
  }
  const scaled = backend.makeOutput(dy.shape, 'float32')
  machine.run.scale(machine.address(dy), factor, machine.address(scaled), util.sizeFromShape(dy.shape))
  copyAlong(machine, walk, scaled, 0, out)
  backend.disposeData(scaled.dataId)
  return out
}

export const concatKernels = [
  compiledKernel(Concat, concat),
  compiledKernel(Pack, pack),
  compiledKernel(PadV2, pad),
  compiledKernel(Tile, tile, composedTile),
  compiledKernel(spreadName, spread),
]
