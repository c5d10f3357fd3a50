import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { stockKernel } from '../kernels.js'

/** Activations that the matrix kernels apply while they store their sums. */
const inStore: Record<string, number> = { linear: 0, relu: 1, relu6: 2 }
/** Those that follow as a kernel of their own. */
const after: Record<string, string> = { elu: 'Elu', sigmoid: 'Sigmoid', leakyrelu: 'LeakyRelu', prelu: 'Prelu' }

export interface ActivationAttrs {
  readonly activation?: string
  readonly leakyreluAlpha?: number
}

/** Whether a fused kernel can apply this activation. */
export function servesActivation({ activation = 'linear' }: ActivationAttrs): boolean {
  return activation in inStore || activation in after
}

/** The number by which the matrix kernels know the activation, linear for one that follows later. */
export function storedActivation({ activation = 'linear' }: ActivationAttrs): number {
  return inStore[activation] ?? 0
}

/** Applies the activation that could not be stored; `sums` is then disposed. */
export function laterActivation(backend: BackendWasm, sums: TensorInfo, attrs: ActivationAttrs, alpha?: TensorInfo): TensorInfo {
  const kernelName = after[attrs.activation ?? 'linear']
  // Of nothing, Prelu divides by zero.
  if (!kernelName || util.sizeFromShape(sums.shape) === 0) return sums
  const inputs = alpha && kernelName === 'Prelu' ? { x: sums, alpha } : { x: sums }
  const result = stockKernel(backend, kernelName, inputs, { alpha: attrs.leakyreluAlpha })
  backend.disposeData(sums.dataId)
  return result
}
