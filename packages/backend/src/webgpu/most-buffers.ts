const limit = 'maxStorageBuffersPerShaderStage'

/** The part of a GPUAdapter that is used here, and of whoever gives one. */
export interface Devices {
  readonly limits: { readonly [limit]: number }
  requestDevice(descriptor?: { readonly requiredLimits?: object }): Promise<object>
}
export interface Adapters {
  requestAdapter(options?: object): Promise<Devices | null>
}

/**
 * Has devices that are asked for meanwhile bind as many buffers as their adapter can: TensorFlow.js asks for what WebGPU has at least, which is
 * eight, and a program that steps parameters takes three or four for each.
 */
export async function withMostBuffers<Result>(gpu: Adapters, work: () => Promise<Result>): Promise<Result> {
  const own = Object.getOwnPropertyDescriptor(gpu, 'requestAdapter')
  const { requestAdapter } = gpu
  gpu.requestAdapter = async options => {
    const adapter = await requestAdapter.call(gpu, options)
    if (!adapter) return adapter
    const { requestDevice, limits } = adapter
    adapter.requestDevice = (descriptor = {}) =>
      requestDevice.call(adapter, { ...descriptor, requiredLimits: { ...descriptor.requiredLimits, [limit]: limits[limit] } })
    return adapter
  }
  try {
    return await work()
  } finally {
    if (own) Object.defineProperty(gpu, 'requestAdapter', own)
    else Reflect.deleteProperty(gpu, 'requestAdapter')
  }
}
