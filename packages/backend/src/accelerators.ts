import type { accelerateLayers } from './wasm/index.js'

type Layers = Parameters<typeof accelerateLayers>[0]

/**
 * By the names that TensorFlow.js has for backends: makes layers of what is fused there, and gives what carries out the steps of many parameters. Each is
 * loaded when it is asked for.
 */
export const accelerators = {
  async tensorflow(layers: Layers) {
    const [{ accelerateNative }, { fusedStepsOnNative }] = await Promise.all([
      import('./native/index.js'),
      import('./native/optimizer.js'),
    ])
    accelerateNative(layers)
    return fusedStepsOnNative
  },

  async webgpu(layers: Layers) {
    const [{ accelerateWebGPU }, { fusedStepsOnWebGPU }] = await Promise.all([
      import('./webgpu/accelerate.js'),
      import('./webgpu/optimizer.js'),
    ])
    accelerateWebGPU(layers)
    return fusedStepsOnWebGPU
  },
}
