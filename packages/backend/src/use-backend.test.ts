import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { pinBackend } from './choosing.js'
import { diagnose } from './doctor.js'
import { wasm } from './embedded.js'
import { lookInProject } from './node/project.js'
import { ready } from './ready.js'
import { useBackend } from './use-backend.js'

vi.mock('./node/backends/find-package.js', async original =>
  (await import('./testing/without-native.js')).withoutNative(await original()),
)

const project = mkdtempSync(join(tmpdir(), 'onecycle-backend-'))
const quiet = { log: false } as const

/** Registers the cpu backend under the name that both native packages have. */
function startFakeBackend(): void {
  tf.registerBackend('tensorflow', () => Object.assign(new MathBackendCPU(), { isUsingGpuDevice: false, firstUse: false }), 3)
  tf.copyRegisteredKernels('cpu', 'tensorflow')
}

/** Puts a package of one module into the project that this test runs in. */
function install(name: string, source: string): void {
  const directory = join(project, 'node_modules', name)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version: '4.22.0', main: 'index.js' }))
  writeFileSync(join(directory, 'index.js'), source)
}

beforeAll(() => {
  writeFileSync(join(project, 'package.json'), '{}')
  lookInProject(project)
  Object.assign(globalThis, { startFakeBackend })
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => {
  rmSync(project, { recursive: true })
})

describe('useBackend', () => {
  it('takes wasm where only npm packages of TensorFlow.js are installed, and says why nothing better', async () => {
    const lines: string[] = []
    const report = await useBackend({ log: line => lines.push(line) })
    expect(report).toMatchObject({ name: 'wasm', tfjsName: 'wasm', version: '4.22.0', forced: false })
    expect(tf.getBackend()).toBe('wasm')
    expect(report.passedOver.map(({ name }) => name)).toEqual(['node-gpu', 'webgpu', 'node'])
    expect(lines).toEqual([report.line])
    expect(report.line).toMatch(
      /^onecycle: backend wasm \((256-bit )?SIMD, \w+ training kernels\); not installed: node-gpu, webgpu, node$/,
    )
  })

  it('says nothing and starts nothing the second time', async () => {
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    const first = await useBackend({ log })
    expect(await useBackend({ prefer: 'wasm', log })).toBe(first)
    expect(lines).toEqual([])
  })

  it('serves calls made at the same time in turn', async () => {
    const [first, cpu, second] = await Promise.all([
      useBackend(quiet),
      useBackend({ prefer: 'cpu', ...quiet }),
      useBackend(quiet),
    ])
    expect([first.name, cpu.name, second.name]).toEqual(['wasm', 'cpu', 'cpu'])
    expect(tf.getBackend()).toBe('cpu')
  })

  it('starts again when the program has set another backend meanwhile', async () => {
    await useBackend({ prefer: 'wasm', ...quiet })
    await tf.setBackend('cpu')
    expect((await useBackend(quiet)).name).toBe('wasm')
    expect(tf.getBackend()).toBe('wasm')
  })

  it('can be forced by the environment, and the option outranks it', async () => {
    vi.stubEnv('ONECYCLE_BACKEND', 'cpu')
    expect(await useBackend(quiet)).toMatchObject({ name: 'cpu', forced: true, line: expect.stringContaining('as asked for') })
    expect((await useBackend({ prefer: 'wasm', ...quiet })).name).toBe('wasm')
  })

  it('refuses an unknown name and lists the known ones', async () => {
    await expect(useBackend({ prefer: 'cuda' })).rejects.toThrow(
      "Unknown backend 'cuda' (prefer): expected one of node-gpu, webgpu, node, wasm, cpu.",
    )
    vi.stubEnv('ONECYCLE_BACKEND', 'gpu')
    await expect(useBackend()).rejects.toThrow("Unknown backend 'gpu' (ONECYCLE_BACKEND)")
  })

  it('says what to install for a backend that is absent', async () => {
    await expect(useBackend({ prefer: 'node-gpu' })).rejects.toThrow('npm install @tensorflow/tfjs-node-gpu@4.22.0')
    await expect(useBackend({ prefer: 'webgpu' })).rejects.toThrow('npm install @tensorflow/tfjs-backend-webgpu@4.22.0 webgpu')
  })

  it('fails with the cause when a forced backend is installed but does not start', async () => {
    install('@tensorflow/tfjs-backend-webgpu', '')
    install('webgpu', "throw new Error('libvulkan.so.1 not found\\nand more')")
    await expect(useBackend({ prefer: 'webgpu', ...quiet })).rejects.toMatchObject({
      message: "Backend 'webgpu' does not start: libvulkan.so.1 not found",
      cause: expect.objectContaining({ message: expect.stringContaining('and more') }),
    })
  })
})

describe('threads', () => {
  const machine = `This machine runs ${availableParallelism()} at a time.`

  it.each([0, -1, 1.5, 65, Number.NaN])('refuses %s of them', async threads => {
    const text = `Expected a whole number of threads from 1 to 64, or 'auto', got ${threads} (threads). ${machine}`
    await expect(useBackend({ threads, ...quiet })).rejects.toThrow(text)
  })

  it('refuses a number that the environment misspells', async () => {
    vi.stubEnv('ONECYCLE_THREADS', 'two')
    await expect(useBackend(quiet)).rejects.toThrow(`got 'two' (ONECYCLE_THREADS). ${machine}`)
  })

  it('are for wasm only', async () => {
    const text = "2 threads are for the backend 'wasm', not for 'cpu': leave them out, or prefer wasm."
    await expect(useBackend({ prefer: 'cpu', threads: 2, ...quiet })).rejects.toThrow(text)
    vi.stubEnv('ONECYCLE_BACKEND', 'cpu')
    await expect(useBackend({ threads: 2, ...quiet })).rejects.toThrow(text)
    expect((await useBackend({ threads: 1, ...quiet })).name).toBe('cpu')
  })

  it('are as many as a trial finds, where that is asked for', async () => {
    const found = await useBackend({ threads: 'auto', ...quiet })
    expect(found.detail).toMatch(/threads?, \d+\.\d times as fast|1 thread: \d were|1 thread, not several/)
    expect(await useBackend({ threads: 'auto', ...quiet })).toBe(found)
    await expect(useBackend({ prefer: 'cpu', threads: 'auto', ...quiet })).rejects.toThrow(
      "several threads are for the backend 'wasm', not for 'cpu'",
    )
    vi.stubEnv('ONECYCLE_THREADS', 'auto')
    expect((await useBackend({ prefer: 'cpu', ...quiet })).name).toBe('cpu')
  })

  it('of the environment leave another backend that is asked for by name alone', async () => {
    vi.stubEnv('ONECYCLE_THREADS', '2')
    expect((await useBackend({ prefer: 'cpu', ...quiet })).name).toBe('cpu')
    vi.stubEnv('ONECYCLE_BACKEND', 'cpu')
    expect((await useBackend(quiet)).name).toBe('cpu')
  })

  it('start the wasm backend anew while it is empty, and end with it', async () => {
    await useBackend({ prefer: 'wasm', ...quiet })
    const two = await useBackend({ threads: 2, ...quiet })
    expect(two).toMatchObject({ name: 'wasm', forced: true })
    expect(two.detail).toMatch(/^(256-bit )?SIMD, compiled training kernels, 2 threads$/)
    expect(await useBackend(quiet)).toBe(two)
    expect(await useBackend({ prefer: 'wasm', threads: 2, ...quiet })).toBe(two)
    await useBackend({ prefer: 'cpu', ...quiet })
    expect((await useBackend({ prefer: 'wasm', ...quiet })).detail).toBe(two.detail)

    const ended = vi.spyOn(Worker.prototype, 'terminate')
    const one = await useBackend({ threads: 1, ...quiet })
    expect(ended).toHaveBeenCalledOnce()
    expect(one.detail).toMatch(/^(256-bit )?SIMD, compiled training kernels$/)
  })

  it('cannot be had once there are tensors', async () => {
    await useBackend({ prefer: 'wasm', ...quiet })
    const x = tf.scalar(1)
    await expect(useBackend({ threads: 4, ...quiet })).rejects.toThrow(
      "Backend 'wasm' does not start on 4 threads: it runs on 1 thread already and holds tensors. Ask for 4 threads before the program makes its first tensor.",
    )
    expect(x.dataSync()[0]).toBe(1)
    x.dispose()

    await useBackend({ threads: 2, ...quiet })
    const y = tf.scalar(1)
    await expect(useBackend({ threads: 1, ...quiet })).rejects.toThrow(
      "Backend 'wasm' does not start: it runs on 2 threads already and holds tensors. Ask for 1 thread before the program makes its first tensor.",
    )
    y.dispose()
  })
})

describe('simd', () => {
  it('asks for a build of the kernels, which an empty backend is started anew for', async () => {
    const fastest = await useBackend({ prefer: 'wasm', threads: 1, ...quiet })
    const plain = await useBackend({ simd: 'plain', ...quiet })
    expect(plain).toMatchObject({ name: 'wasm', detail: 'plain SIMD, compiled training kernels', forced: true })
    expect(await useBackend(quiet)).toBe(plain)
    expect((await useBackend({ simd: 'plain', threads: 2, ...quiet })).detail).toBe(
      'plain SIMD, compiled training kernels, 2 threads',
    )
    const x = tf.scalar(1)
    await expect(useBackend({ simd: 'relaxed', ...quiet })).rejects.toThrow(
      "it runs on another build already and holds tensors. Ask for SIMD 'relaxed' before the program makes its first tensor.",
    )
    x.dispose()
    const relaxed = await useBackend({ simd: 'relaxed', threads: 1, ...quiet })
    expect(relaxed.detail).toBe(fastest.detail.replace('256-bit ', ''))
  })

  it('is for wasm only', async () => {
    await expect(useBackend({ prefer: 'cpu', simd: 'plain', ...quiet })).rejects.toThrow(
      "simd: 'plain' is for the backend 'wasm', not for 'cpu': leave it out, or prefer wasm.",
    )
    await expect(useBackend({ simd: 'wide' as 'plain', ...quiet })).rejects.toThrow(
      "simd must be one of 'plain', 'relaxed', but it is 'wide'.",
    )
  })
})

describe('native backends', () => {
  it('passes over a CUDA build without a device and takes the next best, with the reason', async () => {
    install('@tensorflow/tfjs-node-gpu', 'startFakeBackend()')
    install('@tensorflow/tfjs-node', 'startFakeBackend()')
    await tf.setBackend('cpu')
    pinBackend('tensorflow')
    const report = await useBackend(quiet)
    expect(report).toMatchObject({ name: 'node', tfjsName: 'tensorflow', detail: 'native CPU' })
    expect(report.line).toMatch(/no CUDA device found/)
  })

  it('are taken without a trial where wasm does not start', async () => {
    await tf.setBackend('cpu')
    // A checkpoint of neither.
    pinBackend('cpu')
    const fails = vi.spyOn(wasm, 'start').mockRejectedValue(new Error('no WebAssembly'))
    const report = await useBackend({ trial: false, ...quiet })
    vi.stubEnv('ONECYCLE_TRIAL', '0')
    const { best, backends } = await diagnose()
    fails.mockRestore()
    pinBackend('tensorflow')
    expect(report).toMatchObject({ name: 'node', tfjsName: 'tensorflow' })
    expect(report.passedOver.map(({ name }) => name)).toEqual(['node-gpu', 'webgpu', 'wasm'])
    expect(report.line).toMatch(/no WebAssembly: wasm$/)
    expect(best).toBe('node')
    expect(backends.find(({ name }) => name === 'node')!.worse).toContain('no trial was wanted')
  })

  it('leaves the one that runs as it is, whatever is asked about the other', async () => {
    const x = tf.tensor1d([1, 2])
    const { backends, best } = await diagnose()
    expect(backends.filter(({ name }) => name.startsWith('node'))).toMatchObject([
      { name: 'node-gpu', usable: false, reason: expect.stringContaining('no CUDA device found') },
      { name: 'node', usable: true },
    ])
    expect(best).toBe('node')
    await expect(useBackend({ prefer: 'node-gpu', ...quiet })).rejects.toThrow('no CUDA device found')
    expect(tf.getBackend()).toBe('tensorflow')
    expect([...x.dataSync()]).toEqual([1, 2])
    x.dispose()
  })
})

it('is where a backend is chosen, and ready() is not', async () => {
  const given = ready as (choice: unknown) => Promise<void>
  for (const choice of ['cpu', { prefer: 'cpu' }, { backend: 'cpu' }])
    await expect(given(choice)).rejects.toThrow('Choose: await useBackend(')
  // As the hooks of test runners call it.
  await given({ name: 'a test' })
})
