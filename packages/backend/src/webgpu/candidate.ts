import { type backend_util, findBackendFactory, type KernelBackend, registerBackend } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from '../candidate.js'
import { importPackage } from '../packages.js'
import { quickenFilterGradient } from './filter-gradient.js'
import { mendMatMul } from './mat-mul.js'

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
interface Device {
  destroy(): void
  readonly lost: Promise<{ readonly message: string }>
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string }; preventDefault(): void }) => void,
  ): void
}
interface Dawn {
  readonly globals: object
  create(flags: string[]): { requestAdapter(options: object): Promise<Adapter | null> }
}
interface WebGPUPackage {
  readonly WebGPUBackend: new (device: object, info: object) => KernelBackend & Reads
}
interface Reads {
  read(dataId: object): Promise<backend_util.BackendValues>
  readSync(dataId: object): backend_util.BackendValues
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
        throw new Error(`no WebGPU adapter found (it needs a GPU driver with Vulkan, Metal or Direct3D 12${loader})`)
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
      const Backend = outspoken(WebGPUBackend, device)
      registerBackend('webgpu', () => new Backend(device, info), 3)
    }
    mendMatMul()
    quickenFilterGradient()
    if (software && !byName) throw new Error(`no GPU, only software that is slower than wasm (${described})`)
    await startRegistered('webgpu')
    return software ? `${described}, in software: slower than wasm` : described
  },
}

/**
 * TensorFlow.js's backend, which says what went wrong. Where memory runs out or a program is not valid, WebGPU goes on with zeros and
 * reports it to nobody who waits: here the next result that is read is refused, which in a fit is the loss of the batch.
 */
function outspoken(WebGPUBackend: WebGPUPackage['WebGPUBackend'], device: Device): WebGPUPackage['WebGPUBackend'] {
  let failure: string | undefined
  device.addEventListener('uncapturederror', event => {
    event.preventDefault()
    failure ??= event.error.message
  })
  void device.lost.then(({ message }) => {
    failure = `the device was lost: ${message}`
  })
  const check = () => {
    if (failure) throw new Error(`The GPU failed, so results are wrong from there on: ${failure}`)
  }
  return class extends WebGPUBackend {
    override async read(dataId: object): Promise<backend_util.BackendValues> {
      const values = await super.read(dataId).catch(error => {
        check()
        throw error
      })
      check()
      return values
    }

    override readSync(dataId: object): backend_util.BackendValues {
      try {
        return super.readSync(dataId)
      } catch (cause) {
        // It draws into a canvas, which Node does not have.
        if (!(cause instanceof ReferenceError)) throw cause
        throw new Error('The webgpu backend cannot wait for a result in Node: use await tensor.data() in place of dataSync().', {
          cause,
        })
      }
    }
  }
}
