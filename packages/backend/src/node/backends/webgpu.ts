import { plainError } from '@onecycle/platform'
import { findBackendFactory, type KernelBackend, registerBackend } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from '../../candidate.js'
import { quickenFilterGradient } from '../../webgpu/filter-gradient.js'
import { mendMatMul } from '../../webgpu/mat-mul.js'
import { type Device, speakOut } from '../../webgpu/outspoken.js'
import { importPackage } from './find-package.js'

/** The part of the WebGPU interface that is used here; its full types want the browser's. */
interface Adapter {
  readonly features: ReadonlySet<string>
  readonly limits: Record<string, number>
  readonly info?: {
    readonly vendor: string
    readonly architecture: string
    readonly device?: string
    readonly description: string
    readonly isFallbackAdapter?: boolean
  }
  requestDevice(descriptor: object): Promise<Device>
}
interface Dawn {
  readonly globals: object
  create(flags: string[]): { requestAdapter(options: object): Promise<Adapter | null> }
}
interface WebGPUPackage {
  readonly WebGPUBackend: new (device: object, info: object) => KernelBackend
}

const limits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
]

let described = ''
let software = false

/**
 * WebGPU in Node, through Dawn. TensorFlow.js's package looks for a browser: it is given the globals it reads. It is loaded before there
 * is a navigator.gpu, which it would take for an invitation to register a backend of its own, on an adapter of its own choice.
 */
export const webgpu: Candidate = {
  name: 'webgpu',
  tfjsName: 'webgpu',
  packages: ['@tensorflow/tfjs-backend-webgpu', 'webgpu'],
  notes: ['Needs a GPU driver with Vulkan, Metal or Direct3D 12. Reading results is asynchronous: await data().'],
  async start({ byName = false } = {}) {
    if (!findBackendFactory('webgpu')) {
      const dawn = (await importPackage('webgpu')) as unknown as Dawn
      Object.assign(globalThis, dawn.globals, { self: globalThis })
      const gpu = dawn.create([])
      const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
      if (!adapter) {
        const loader = process.platform === 'linux' ? '; on Linux also libvulkan.so.1, from libvulkan1 or vulkan-loader' : ''
        throw plainError(
          'no-webgpu',
          `no WebGPU adapter found (it needs a GPU driver with Vulkan, Metal or Direct3D 12${loader})`,
        )
      }
      const { WebGPUBackend } = (await importPackage('@tensorflow/tfjs-backend-webgpu')) as unknown as WebGPUPackage
      // Node 21 and later have a navigator of their own, Node 20 has none.
      const navigator: object = Reflect.get(globalThis, 'navigator') ?? {}
      Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
      if (!Reflect.has(globalThis, 'navigator'))
        Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
      const device = await adapter.requestDevice({
        requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
        requiredLimits: Object.fromEntries(limits.map(name => [name, adapter.limits[name]])),
      })
      // Dawn crashes a process that ends while a result is being read, whatever exit code it was to have.
      process.once('exit', () => device.destroy())
      const info = adapter.info ?? { vendor: '', architecture: '', description: '' }
      described = [...new Set([info.device, info.description])].filter(Boolean).join(', ') || info.vendor || 'GPU'
      software = info.isFallbackAdapter ?? false
      registerBackend('webgpu', () => speakOut(new WebGPUBackend(device, info), device), 3)
    }
    mendMatMul()
    quickenFilterGradient()
    if (software && !byName) throw plainError('software-gpu', `no GPU, only software that is slower than wasm (${described})`)
    await startRegistered('webgpu')
    return software ? `${described}, in software: slower than wasm` : described
  },
}
