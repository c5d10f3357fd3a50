import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'
import { type KernelBackend, registerBackend } from '@tensorflow/tfjs-core'

/** What was asked of a {@link CountingDevice}. */
export interface GpuCounts {
  /** Programs that were to run. */
  programs: number
  pipelines: number
  bindGroups: number
  buffers: number
  /** Small writes, of which nearly all are uniforms. */
  writes: number
  submits: number
}

const none = (): GpuCounts => ({ programs: 0, pipelines: 0, bindGroups: 0, buffers: 0, writes: 0, submits: 0 })

class CountingBuffer {
  readonly size: number
  readonly usage: number
  mapState: 'mapped' | 'unmapped'
  destroyed = false
  #bytes: ArrayBuffer | undefined

  constructor({ size, usage, mappedAtCreation = false }: { size: number; usage: number; mappedAtCreation?: boolean }) {
    this.size = size
    this.usage = usage
    this.mapState = mappedAtCreation ? 'mapped' : 'unmapped'
  }

  getMappedRange(): ArrayBuffer {
    this.#bytes ??= new ArrayBuffer(this.size)
    return this.#bytes
  }

  async mapAsync(): Promise<void> {
    this.mapState = 'mapped'
  }

  unmap(): void {
    this.mapState = 'unmapped'
  }

  destroy(): void {
    this.destroyed = true
  }
}

/**
 * A GPUDevice that computes nothing, and counts what it is asked for: what a step asks of a GPU, and how long JavaScript takes to ask, without
 * one. All that is read from it is zeros.
 */
export class CountingDevice {
  readonly features = new Set<string>()
  readonly limits = { maxComputeWorkgroupsPerDimension: 65_535, maxStorageBuffersPerShaderStage: 8 }
  readonly lost = new Promise<{ message: string }>(() => {})
  readonly queue = {
    submit: () => {
      this.counts.submits++
    },
    writeBuffer: () => {
      this.counts.writes++
    },
  }
  /** What was asked for since they were last set to 0. */
  counts = none()
  /** Where there is such a list, it gets the name of each program that is to run. */
  names: string[] | undefined
  readonly #pass = {
    setPipeline: ({ label }: { label: string }) => {
      this.names?.push(label)
    },
    setBindGroup: () => {},
    dispatchWorkgroups: () => {
      this.counts.programs++
    },
    end: () => {},
  }
  readonly #encoder = {
    beginComputePass: () => this.#pass,
    copyBufferToBuffer: () => {},
    finish: () => ({}),
  }

  countAnew(): void {
    this.counts = none()
  }

  createBuffer(descriptor: ConstructorParameters<typeof CountingBuffer>[0]): CountingBuffer {
    this.counts.buffers++
    return new CountingBuffer(descriptor)
  }

  createShaderModule(): object {
    return {}
  }

  createComputePipeline({ label }: { label: string }): object {
    this.counts.pipelines++
    const layout = {}
    return { label, getBindGroupLayout: () => layout }
  }

  createBindGroup(): object {
    this.counts.bindGroups++
    return {}
  }

  createCommandEncoder(): object {
    return this.#encoder
  }

  addEventListener(): void {}
  destroy(): void {}
}

/** What is used of TensorFlow.js's package. */
interface WebGPUPackage {
  readonly WebGPUBackend: new (device: object, info: object) => KernelBackend
}

const names = {
  GPUBuffer: CountingBuffer,
  GPUTexture: class {},
  GPUBufferUsage: { MAP_READ: 1, MAP_WRITE: 2, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128, QUERY_RESOLVE: 512 },
  GPUMapMode: { READ: 1, WRITE: 2 },
}

/**
 * Registers a backend webgpu whose device is a {@link CountingDevice}.
 *
 * @param folder where TensorFlow.js's package is installed, which need not be here
 */
export function registerCounting(folder: string): CountingDevice {
  const file = join(folder, 'node_modules/@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.node.js')
  const module = { exports: {} as WebGPUPackage }
  // Run as if it lay here, so that there is one tfjs-core for all, and before it finds a navigator.gpu to register itself for.
  const run = compileFunction(readFileSync(file, 'utf8'), ['require', 'module', 'exports'], { filename: file })
  run(createRequire(import.meta.url), module, module.exports)
  Object.assign(globalThis, names)
  const navigator: object = Reflect.get(globalThis, 'navigator') ?? {}
  Object.defineProperty(navigator, 'gpu', { value: {}, configurable: true })
  if (!Reflect.has(globalThis, 'navigator'))
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true })
  const device = new CountingDevice()
  registerBackend('webgpu', () => new module.exports.WebGPUBackend(device, { vendor: '', architecture: '' }), 3)
  return device
}
