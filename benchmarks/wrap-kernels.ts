import { type FusedUpdate, fusedUpdates } from '@onecycle/backend/wasm/internal'
import * as tf from '@tensorflow/tfjs-core'

/** Puts others in the place of all kernels of wasm, and of every optimizer's step of a parameter: they are given what they replace. */
export function wrapKernels(
  kernel: (name: string, run: tf.KernelFunc) => tf.KernelFunc,
  update: (rule: string, run: FusedUpdate) => FusedUpdate,
): void {
  for (const { kernelName, backendName, kernelFunc, disposeFunc } of tf.getKernelsForBackend('wasm')) {
    tf.unregisterKernel(kernelName, 'wasm')
    const wrapped = kernel(kernelName, kernelFunc)
    tf.registerKernel({ kernelName, backendName, kernelFunc: wrapped, ...(disposeFunc && { disposeFunc }) })
  }
  const updates = fusedUpdates as Record<string, FusedUpdate>
  for (const [rule, run] of Object.entries(updates)) updates[rule] = update(rule, run)
}
