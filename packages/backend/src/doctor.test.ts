import * as tf from '@tensorflow/tfjs-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { backendNames, describe as describeDiagnosis, diagnose } from './index.js'
import { candidates } from './node/candidates.js'

vi.mock('./node/backends/find-package.js', async original =>
  (await import('./testing/without-native.js')).withoutNative(await original()),
)

afterEach(() => vi.unstubAllEnvs())

describe('doctor', () => {
  it('examines every backend and leaves the one in use', async () => {
    await import('@tensorflow/tfjs-backend-cpu')
    await tf.setBackend('cpu')
    const diagnosis = await diagnose()
    expect(tf.getBackend()).toBe('cpu')
    expect(diagnosis.host).toContain(process.version)
    expect(diagnosis.tfjs).toMatchObject({ '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-backend-wasm': '4.22.0' })
    expect(diagnosis.backends.map(({ name }) => name)).toEqual([...backendNames])
    expect(diagnosis.best).toBe('wasm')
    expect(diagnosis.wasm).toMatchObject({ simd: true, threads: 1 })
    expect(diagnosis.wasm.vectorBits).toBe(diagnosis.wasm.narrow ? 128 : 256)
    expect(diagnosis.wasm.kernels.map(({ name }) => name)).toContain('Conv2DBackpropFilter')
    expect(diagnosis.wasm.kernels.map(({ name }) => name)).toContain('UnsortedSegmentSum')

    const gpu = diagnosis.backends[0]!
    expect(gpu).toMatchObject({ usable: false, reason: 'not installed', install: 'npm install @tensorflow/tfjs-node-gpu@4.22.0' })
    expect(gpu.notes.join(' ')).toMatch(/CUDA and cuDNN: 11\.2 and 8\.1 for TensorFlow 2\.9/)

    const text = describeDiagnosis(diagnosis)
    for (const name of backendNames) expect(text).toContain(`  ${name}`)
    expect(text).toMatch(/wasm +4\.22\.0 usable .*the default here/)
    expect(text).toMatch(/vectors: (256 bits$|128 bits, not 256: \w+)/m)
    expect(text).toMatch(/util\.isNullOrUndefined/)
    expect(text).toMatch(/npm install @tensorflow\/tfjs-node@4\.22\.0/)
  })

  it('leaves a wasm backend that runs on another number of threads as it is', async () => {
    await tf.setBackend('wasm')
    const running = tf.backend()
    vi.stubEnv('ONECYCLE_THREADS', '2')
    expect((await diagnose()).wasm.threads).toBe(1)
    expect(tf.backend()).toBe(running)

    const x = tf.scalar(3)
    const { backends, best } = await diagnose()
    expect(backends.find(({ name }) => name === 'wasm')).toMatchObject({ usable: true })
    expect(best).toBe('wasm')
    expect(x.dataSync()[0]).toBe(3)
    x.dispose()
  })

  it('takes for the best one what useBackend() would take', async () => {
    const better = candidates.find(({ name }) => name === 'webgpu')!
    Object.assign(better, { packages: ['@tensorflow/tfjs-core'], start: async () => 'a GPU' })
    expect((await diagnose()).best).toBe('webgpu')
    vi.stubEnv('ONECYCLE_THREADS', '2')
    expect((await diagnose()).best).toBe('wasm')
    vi.stubEnv('ONECYCLE_BACKEND', 'cpu')
    expect((await diagnose()).best).toBe('cpu')
  })
})
