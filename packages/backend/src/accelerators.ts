import type { accelerateLayers } from './wasm/index.js'

type Layers = Parameters<typeof accelerateLayers>[0]

/**
 * By the names that TensorFlow.js has for backends: makes layers of what is fused there, and gives what carries out the steps of many parameters, and what records
 * whole steps where it is no kernels that are run again. Each is loaded when it is asked for.
 */
export const accelerators = {
  async tensorflow(layers: Layers) {
    const [{ accelerateNative }, { fusedStepsOnNative: steps }, { StepRecording }] = await Promise.all([
      import('./native/index.js'),
      import('./native/optimizer.js'),
      import('./native/step/recorded-step.js'),
    ])
    accelerateNative(layers)
    return { steps, StepRecording }
  },

  async webgpu(layers: Layers) {
    const [{ accelerateWebGPU }, { fusedStepsOnWebGPU: steps }] = await Promise.all([
      import('./webgpu/accelerate.js'),
      import('./webgpu/optimizer.js'),
    ])
    accelerateWebGPU(layers)
    return { steps, StepRecording: undefined }
  },
}
