import { plainError } from '@onecycle/platform'
import type { KernelBackend } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from '../../candidate.js'
import type { Adapters, Devices } from '../../webgpu/most-buffers.js'
import type { Device } from '../../webgpu/outspoken.js'

/** The part of the browser's WebGPU that is used here. */
interface Gpu extends Adapters {
  requestAdapter(options: object): Promise<Adapter | null>
}
interface Adapter extends Devices {
  readonly info?: {
    readonly vendor: string
    readonly architecture: string
    readonly device: string
    readonly description: string
    readonly isFallbackAdapter?: boolean
  }
}

/** WebGPU, of a page that has imported TensorFlow.js's package for it. */
export const webgpu: Candidate = {
  name: 'webgpu',
  tfjsName: 'webgpu',
  packages: ['@tensorflow/tfjs-backend-webgpu'],
  notes: ['Needs a secure context (https, or localhost) and a GPU.'],
  async start({ byName = false } = {}) {
    const { gpu } = navigator as { gpu?: Gpu }
    if (!gpu) throw plainError('no-webgpu', `no WebGPU in this browser${isSecureContext ? '' : ', which has it over https only'}`)
    const { info } = (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ?? {}
    if (!info) throw plainError('no-webgpu', 'no WebGPU adapter found')
    const software = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${info.architecture} ${info.description}`)
    const described = [...new Set([info.vendor, info.architecture, info.device, info.description])].filter(Boolean).join(', ')
    if (software && !byName) throw plainError('software-gpu', `no GPU, only software that is slower than wasm (${described})`)
    const { mendMatMul, quickenFilterGradient, speakOut, withMostBuffers } = await import('../../webgpu/index.js')
    mendMatMul()
    quickenFilterGradient()
    const backend = (await withMostBuffers(gpu, () => startRegistered('webgpu'))) as KernelBackend & { readonly device: Device }
    speakOut(backend, backend.device)
    return software ? `${described}, in software: slower than wasm` : described || 'GPU'
  },
}
