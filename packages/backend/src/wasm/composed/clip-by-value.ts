import { ClipByValue, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'
import { inFloats } from './in-floats.js'

type Attrs = { clipValueMin: number; clipValueMax: number }

/** The stock kernel reads integers as if they were floats. */
export function clipByValue({ inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, Attrs>): TensorInfo {
  const { x } = inputs
  if (x.dtype === 'float32') return stockKernel(backend, ClipByValue, { x }, attrs)
  return inFloats(backend, [x], x.dtype, ([x]) => stockKernel(backend, ClipByValue, { x: x! }, attrs))
}

export const clipByValueKernel = trainingKernel(ClipByValue, 'composed', clipByValue)
