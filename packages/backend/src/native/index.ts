import { backend, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { accelerateLayers } from '../wasm/compiled/accelerate-layers.js'
import { installGradients } from '../wasm/compiled/gradients.js'
import { nativeKernels } from './kernels.js'
import type { NativeBackend } from './operations.js'

/**
 * Has steps on tfjs-node run TensorFlow's fused operations in place of what TensorFlow.js composes, by the names that our layers and gradients
 * ask every backend for. Called with the backend set. Doing it twice changes nothing.
 *
 * @param layers `layers` of '@tensorflow/tfjs-layers', which brings the gradients that are replaced
 */
export function accelerateNative(layers: Parameters<typeof accelerateLayers>[0]): void {
  const { isUsingGpuDevice = false, executeMultipleOutputs } = backend() as NativeBackend
  // Another backend under that name.
  if (!executeMultipleOutputs) return
  for (const kernel of nativeKernels(isUsingGpuDevice)) {
    if (getKernel(kernel.kernelName, kernel.backendName)) unregisterKernel(kernel.kernelName, kernel.backendName)
    registerKernel(kernel)
  }
  installGradients()
  accelerateLayers(layers)
}
