import { backend_util, Equal, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'
import { withBothRepeated } from './repeated.js'

/**
 * Where two tensors are the same. One that is to be repeated is repeated first: the stock kernel computes each number's places anew, which in
 * the gradient of a maximum, over the tokens of texts say, takes longer than all convolutions.
 */
export function equal({ inputs, backend }: KernelArgs<{ a: TensorInfo; b: TensorInfo }, unknown>): TensorInfo {
  const shape = backend_util.assertAndGetBroadcastShape(inputs.a.shape, inputs.b.shape)
  return withBothRepeated(backend, [inputs.a, inputs.b], shape, (a, b) => stockKernel(backend, Equal, { a, b }))
}

export const equalKernel = trainingKernel(Equal, 'composed', equal)
