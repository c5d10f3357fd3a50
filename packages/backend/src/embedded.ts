import { MathBackendCPU } from '#backend/tfjs-cpu.js'
import { type Candidate, startRegistered } from './candidate.js'

/** The default: comes with this package, needs nothing but npm. */
export const wasm: Candidate = {
  name: 'wasm',
  tfjsName: 'wasm',
  packages: ['@tensorflow/tfjs-backend-wasm'],
  embedded: true,
  notes: [],
  async start(request = {}) {
    const { compiledVariant, simd, startWasm, threadsInUse, trainingKernels } = await import('./wasm/index.js')
    const alone = await startWasm(request)
    const compiled = trainingKernels().some(kernel => kernel.origin === 'compiled')
    const kind = { 'wide-simd': '256-bit ', 'relaxed-simd': '', simd: 'plain ' }[
      (compiled && compiledVariant()) || 'relaxed-simd'
    ]
    const number = threadsInUse()
    const threads = number > 1 ? `, ${number} threads` : alone ? `, 1 thread, not ${request.threads}: ${alone}` : ''
    return `${simd() ? `${kind}SIMD` : 'no SIMD'}, ${compiled ? 'compiled' : 'composed'} training kernels${threads}`
  },
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
