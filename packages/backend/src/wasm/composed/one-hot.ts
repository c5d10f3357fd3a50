import { type DataType, OneHot, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, trainingKernel } from '../kernels.js'

type Attrs = { dtype: DataType; depth: number; onValue: number; offValue: number }

/** `onValue` at each index, `offValue` elsewhere. The stock kernel writes 32-bit integers whatever the dtype: float targets became
 * denormal numbers, smoothed ones zeros, and booleans went beyond their memory. */
export function oneHot({ inputs, attrs, backend }: KernelArgs<{ indices: TensorInfo }, Attrs>): TensorInfo {
  const { indices } = inputs
  const { dtype, depth, onValue, offValue } = attrs
  const out = backend.makeOutput([...indices.shape, depth], dtype)
  const values = backend.typedArrayFromHeap(out).fill(offValue)
  for (const [i, index] of backend.typedArrayFromHeap(indices).entries()) {
    if (index >= 0 && index < depth) values[i * depth + index] = onValue
  }
  return out
}

export const oneHotKernel = trainingKernel(OneHot, 'composed', oneHot)
