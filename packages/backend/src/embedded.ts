import { MathBackendCPU } from '#backend/tfjs-cpu.js'
import { type Candidate, type StartRequest, startRegistered } from './candidate.js'
import type { TriedThreads } from './wasm/internal.js'

/** The default: comes with this package, needs nothing but npm. */
export const wasm: Candidate = {
  name: 'wasm',
  tfjsName: 'wasm',
  packages: ['@tensorflow/tfjs-backend-wasm'],
  embedded: true,
  notes: [],
  async start(request = {}) {
    const { compiledVariant, simd, startFastest, startWasm, threadsInUse, trainingKernels } = await import('./wasm/internal.js')
    const { threads: asked, simd: build } = request
    const found = asked === 'auto' ? await startFastest(build) : await startWasm({ threads: asked, simd: build })
    const compiled = trainingKernels().some(kernel => kernel.origin === 'compiled')
    const kind = { 'wide-simd': '256-bit ', 'relaxed-simd': '', simd: 'plain ' }[
      (compiled && compiledVariant()) || 'relaxed-simd'
    ]
    const number = threadsInUse()
    const threads = describeThreads(number, asked, found)
    return `${simd() ? `${kind}SIMD` : 'no SIMD'}, ${compiled ? 'compiled' : 'composed'} training kernels${threads}`
  },
}

function describeThreads(number: number, asked: StartRequest['threads'], found: TriedThreads | string | undefined): string {
  if (typeof found === 'object') {
    const times = `${found.gain.toFixed(1)} times as fast as one in a trial`
    return number > 1 ? `, ${number} threads, ${times}` : `, 1 thread: ${found.tried} were ${times}`
  }
  if (number > 1) return `, ${number} threads`
  return found ? `, 1 thread, not ${asked === 'auto' ? 'several' : asked}: ${found}` : ''
}

/** TensorFlow.js's reference backend in plain JavaScript: always there, and some hundred times slower than wasm. */
export const cpu: Candidate = {
  name: 'cpu',
  tfjsName: 'cpu',
  packages: ['@tensorflow/tfjs-backend-cpu'],
  embedded: true,
  notes: ['Plain JavaScript: for comparing results, not for training.'],
  async start() {
    const backend = await startRegistered('cpu')
    // Its first tensor would print a banner about tfjs-node; the line about the choice has said more already.
    if (backend instanceof MathBackendCPU) Object.assign(backend, { firstUse: false })
    return 'plain JavaScript, slow'
  },
}
