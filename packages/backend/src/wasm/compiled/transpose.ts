import { type TensorInfo, Transpose } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import type { Machine } from './machine.js'
import { copyAlong, isWhole, serves, stepsOf } from './strided-copy.js'

type Args = KernelArgs<{ x: TensorInfo }, { perm: number[] }>

/** Reorders the axes; shares the data where that moves nothing. */
function transpose(machine: Machine, { inputs: { x }, attrs: { perm }, backend }: Args): TensorInfo | undefined {
  if (!serves(x)) return undefined
  const shape = perm.map(axis => x.shape[axis]!)
  const [steps, outSteps] = [stepsOf(x.shape), stepsOf(shape)]
  const axes = perm.map((axis, i) => ({ size: shape[i]!, from: steps[axis]!, to: outSteps[i]! }))
  if (isWhole(axes)) {
    backend.incRef(x.dataId)
    return { ...x, shape }
  }
  const out = backend.makeOutput(shape, x.dtype)
  copyAlong(machine, axes, x, 0, out)
  return out
}

export const transposeKernels = [compiledKernel(Transpose, transpose)]
