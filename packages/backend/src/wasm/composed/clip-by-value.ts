import { Cast, ClipByValue, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'

type Attrs = { clipValueMin: number; clipValueMax: number }

/** The stock kernel reads integers as if they were floats. */
export function clipByValue({ inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, Attrs>): TensorInfo {
  const { x } = inputs
  if (x.dtype === 'float32') return stockKernel(backend, ClipByValue, { x }, attrs)
  const float = stockKernel(backend, Cast, { x }, { dtype: 'float32' })
  const clipped = stockKernel(backend, ClipByValue, { x: float }, attrs)
  const result = stockKernel(backend, Cast, { x: clipped }, { dtype: x.dtype })
  for (const { dataId } of [float, clipped]) backend.disposeData(dataId)
  return result
}

export const clipByValueKernel = trainingKernel(ClipByValue, 'composed', clipByValue)
