import type { accelerateNative as accelerate } from './native/index.js'
import type { fusedStepsOnNative as nativeSteps } from './native/optimizer.js'
import type { accelerateWebGPU as accelerateOnWebGPU } from './webgpu/accelerate.js'
import type { fusedStepsOnWebGPU as fusedSteps } from './webgpu/optimizer.js'

/** As `accelerateNative` of './native', which is loaded for it; and what carries out steps of many parameters there. */
export async function accelerateNative(layers: Parameters<typeof accelerate>[0]): Promise<typeof nativeSteps> {
  const [native, { fusedStepsOnNative }] = await Promise.all([import('./native/index.js'), import('./native/optimizer.js')])
  native.accelerateNative(layers)
  return fusedStepsOnNative
}

/** As `accelerateWebGPU` of './webgpu', which is loaded for it; and what carries out steps of many parameters there. */
export async function accelerateWebGPU(layers: Parameters<typeof accelerateOnWebGPU>[0]): Promise<typeof fusedSteps> {
  const [webgpu, { fusedStepsOnWebGPU }] = await Promise.all([import('./webgpu/accelerate.js'), import('./webgpu/optimizer.js')])
  webgpu.accelerateWebGPU(layers)
  return fusedStepsOnWebGPU
}
