import { env } from '@tensorflow/tfjs-core'
import { type Candidate, startRegistered } from './candidate.js'

/** The default: comes with this package, needs nothing but npm. */
export const wasm: Candidate = {
  name: 'wasm',
  tfjsName: 'wasm',
  packages: ['@tensorflow/tfjs-backend-wasm'],
  notes: [],
  async start({ threads } = {}) {
    const { compiledVariant, startWasm, threadsInUse, trainingKernels } = await import('./wasm/index.js')
    await startWasm(threads)
    const compiled = trainingKernels().some(kernel => kernel.origin === 'compiled')
    const wide = compiled && compiledVariant() === 'wide-simd' ? '256-bit ' : ''
    const simd = (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? `${wide}SIMD` : 'no SIMD'
    const number = threadsInUse()
    return `${simd}, ${compiled ? 'compiled' : 'composed'} training kernels${number > 1 ? `, ${number} threads` : ''}`
  },
}

/** TensorFlow.js's reference backend in plain JavaScript: always there, and some hundred times slower than wasm. */
export const cpu: Candidate = {
  name: 'cpu',
  tfjsName: 'cpu',
  packages: ['@tensorflow/tfjs-backend-cpu'],
  notes: ['Plain JavaScript: for comparing results, not for training.'],
  async start() {
    await import('@tensorflow/tfjs-backend-cpu')
    const backend = (await startRegistered('cpu')) as { firstUse?: boolean }
    // Its first tensor would print a banner about tfjs-node; the line about the choice has said more already.
    backend.firstUse = false
    return 'plain JavaScript, slow'
  },
}
