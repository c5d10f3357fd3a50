// Runs before each test file of kernels, which share a process (see vitest.config.ts): wasm is there as it starts.
import { setBackend } from '@tensorflow/tfjs-core'
import { beforeAll } from 'vitest'
import { useKernels } from './compare.js'

beforeAll(async () => {
  await setBackend('wasm')
  useKernels('compiled')
})
