import { backend, getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { accelerateLayers } from '../wasm/compiled/accelerate-layers.js'
import { installGradients } from '../wasm/compiled/gradients.js'
import { batchNormKernels } from './kernels/batch-norm.js'
import { elementwiseKernels } from './kernels/elementwise.js'
import { layerKernels } from './kernels/layers.js'
import { lossKernels } from './kernels/loss.js'
import { meanKernel } from './kernels/mean.js'
import { otherKernels } from './kernels/others.js'
import { planned } from './plans.js'
import type { WebGPUBackend } from './stock-backend.js'
import { rememberBindings } from './stock-programs.js'

/** All of ours that a step asks for. */
export const webgpuKernels: readonly KernelConfig[] = [
  ...elementwiseKernels,
  ...batchNormKernels,
  ...layerKernels,
  ...lossKernels,
  ...otherKernels,
]

/**
 * Has steps on webgpu run few programs of ours in place of the many that TensorFlow.js composes, and make what programs are bound to once.
 * Called with the backend set. Doing it twice changes nothing.
 *
 * @param layers `layers` of '@tensorflow/tfjs-layers', which brings the gradients that are replaced
 */
export function accelerateWebGPU(layers: Parameters<typeof accelerateLayers>[0]): void {
  for (const kernel of [...webgpuKernels, meanKernel()]) {
    const there = getKernel(kernel.kernelName, 'webgpu')
    if (there === kernel) continue
    if (there) unregisterKernel(kernel.kernelName, 'webgpu')
    registerKernel(kernel)
  }
  const gpu = backend() as WebGPUBackend
  rememberBindings(gpu)
  gpu.quicken ??= kernelFunc => planned(gpu, kernelFunc)
  installGradients()
  accelerateLayers(layers)
}
