import { findBackendFactory, type KernelBackend, registerBackend } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from './candidate.js'
import { importPackage } from './packages.js'

/** The part of the WebGPU interface that is used here; its full types want the browser's. */
interface Adapter {
  readonly features: ReadonlySet<string>
  readonly limits: Record<string, number>
  readonly info?: {
    readonly vendor: string
    readonly architecture: string
    readonly device?: string
    readonly description: string
  }
  requestDevice(descriptor: object): Promise<object>
}
interface Dawn {
  readonly globals: object
  create(flags: string[]): { requestAdapter(): Promise<Adapter | null> }
}
interface WebGPUPackage {
  readonly WebGPUBackend: new (device: object, info: object) => KernelBackend
}

const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
]

let described = ''

/**
 * WebGPU in Node, through Dawn. TensorFlow.js's package looks for a browser: it is given the globals it reads, and its backend is
 * made here, because it registers itself in a window or a worker only.
 */
export const webgpu: Candidate = {
  name: 'webgpu',
  tfjsName: 'webgpu',
  packages: ['@tensorflow/tfjs-backend-webgpu', 'webgpu'],
  notes: ['Needs a GPU driver with Vulkan, Metal or Direct3D 12. Reading results is asynchronous: await data().'],
  async start() {
    if (!findBackendFactory('webgpu')) {
      const dawn = (await importPackage('webgpu')) as unknown as Dawn
      Object.assign(globalThis, dawn.globals)
      const gpu = dawn.create([])
      // Node 21 and later have a navigator of their own, Node 20 has none.
      const navigator: object = Reflect.get(globalThis, 'navigator') ?? {}
      Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
      if (!Reflect.has(globalThis, 'navigator'))
        Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
      Object.assign(globalThis, { self: globalThis })
      const adapter = await gpu.requestAdapter()
      if (!adapter) throw new Error('no WebGPU adapter found (it needs a GPU driver with Vulkan, Metal or Direct3D 12)')
      const { WebGPUBackend } = (await importPackage('@tensorflow/tfjs-backend-webgpu')) as unknown as WebGPUPackage
      const device = await adapter.requestDevice({
        requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
        requiredLimits: Object.fromEntries(limits.map(name => [name, adapter.limits[name]])),
      })
      const info = adapter.info ?? { vendor: '', architecture: '', description: '' }
      described = info.description || info.device || info.vendor || 'GPU'
      if (!findBackendFactory('webgpu')) registerBackend('webgpu', () => new WebGPUBackend(device, info), 3)
    }
    await startRegistered('webgpu')
    return described
  },
}
