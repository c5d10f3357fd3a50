import { Cast, type DataType, Identity, type TensorInfo } from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, trainingKernel } from '../kernels.js'

/**
 * A second name for the same data, counted as a reference. TensorFlow.js copies here, and its engine clones every tensor
 * that it saves for the backward pass; data is never changed in place by its own kernels, so sharing is safe (a million floats: 2 ms as a copy).
 */
export function identity({ inputs, backend }: KernelArgs<{ x: TensorInfo }>): TensorInfo {
  const { x } = inputs
  if (x.dtype === 'string') return stockKernel(backend, Identity, { x })
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

export const identityKernel = trainingKernel(Identity, 'composed', identity)

/** Shares the data where the type stays: so ends the gradient of every clone. */
function cast({ inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, { dtype: DataType }>): TensorInfo {
  if (inputs.x.dtype === attrs.dtype) return identity({ inputs, attrs: undefined, backend })
  return stockKernel(backend, Cast, { ...inputs }, attrs)
}

export const castKernel = trainingKernel(Cast, 'composed', cast)
