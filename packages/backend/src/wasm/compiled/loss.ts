import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { softmaxCrossEntropyName } from './kernel-names.js'
import type { Machine } from './machine.js'

type Args = KernelArgs<{ logits: TensorInfo; target: TensorInfo }, object>

/** Returns [loss, its gradient by the logits]. */
function softmaxCrossEntropy(machine: Machine, { inputs, backend }: Args): TensorInfo[] {
  const { logits, target } = inputs
  const classes = logits.shape.at(-1)!
  const rows = classes === 0 ? 0 : util.sizeFromShape(logits.shape) / classes
  const [loss, gradient] = [backend.makeOutput([], 'float32'), backend.makeOutput(logits.shape, 'float32')]
  const [z, t, l, g] = [logits, target, loss, gradient].map(machine.address) as [number, number, number, number]
  machine.run.softmaxCrossEntropy(z, t, target.dtype === 'int32' ? 1 : 0, rows, classes, l, g)
  return [loss, gradient]
}

export const lossKernels = [compiledKernel(softmaxCrossEntropyName, softmaxCrossEntropy)]
