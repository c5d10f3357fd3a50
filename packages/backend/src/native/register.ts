import { backend, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { nativeKernels } from './kernels.js'
import type { NativeBackend } from './operations.js'

const served = new WeakSet<NativeBackend>()

/**
 * Has the tfjs-node that is set run TensorFlow's fused operations by our names. A second time costs nothing.
 *
 * @returns whether it is tfjs-node: another backend may have that name
 */
export function registerNativeKernels(): boolean {
  const native = backend() as NativeBackend
  if (!native.executeMultipleOutputs) return false
  if (served.has(native)) return true
  for (const kernel of nativeKernels(native.isUsingGpuDevice)) {
    if (getKernel(kernel.kernelName, kernel.backendName)) unregisterKernel(kernel.kernelName, kernel.backendName)
    registerKernel(kernel)
  }
  served.add(native)
  return true
}
