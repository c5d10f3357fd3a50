import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { aleaState } from './alea.js'
import { compiledKernel } from './kernel.js'
import { dropoutName } from './kernel-names.js'
import type { Machine } from './machine.js'

/** Returns [y, mask]. */
function dropout(
  machine: Machine,
  { inputs: { x }, attrs, backend }: KernelArgs<{ x: TensorInfo }, { rate: number; seed: number | string }>,
): TensorInfo[] {
  const [y, mask] = [backend.makeOutput(x.shape, 'float32'), backend.makeOutput(x.shape, 'float32')]
  const addresses = [machine.address(x), machine.address(y), machine.address(mask)] as const
  machine.run.dropout(...addresses, util.sizeFromShape(x.shape), 1 - attrs.rate, ...aleaState(`${attrs.seed}`))
  return [y, mask]
}

export const dropoutKernels = [compiledKernel(dropoutName, dropout)]
