import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { diagnose, useBackend } from '../../index.js'
import { lookInProject } from '../project.js'

const project = mkdtempSync(join(tmpdir(), 'onecycle-webgpu-'))
const quiet = { log: false } as const

/** What the packages that stand in for Dawn and for TensorFlow.js's backend look at, and leave behind. */
const fake = {
  KernelBackend: tf.KernelBackend,
  isFallbackAdapter: true,
  asked: undefined as unknown,
  navigatorAtImport: undefined as unknown,
  report: (_event: object) => {},
  lose: (_info: object) => {},
  unread: new Set<object>(),
  destroyed: 0,
}

const dawn = `
export const globals = { GPUBufferUsage: {} }
const fake = globalThis.fakeWebGPU
const device = {
  destroy() { fake.destroyed++ },
  lost: new Promise(resolve => { fake.lose = resolve }),
  addEventListener(type, listener) { if (type === 'uncapturederror') fake.report = listener },
}
const adapter = {
  features: new Set(),
  limits: {},
  get info() {
    return { vendor: 'v', architecture: 'a', device: 'pixel-1', description: 'driver 5', isFallbackAdapter: fake.isFallbackAdapter }
  },
  requestDevice: async () => device,
}
export const create = () => ({ requestAdapter: async options => { fake.asked = options; return adapter } })
`

// The real one registers itself where it finds a navigator.gpu, and draws into a canvas to read without waiting.
const backend = `
const fake = globalThis.fakeWebGPU
fake.navigatorAtImport = globalThis.navigator?.gpu
export class WebGPUBackend extends fake.KernelBackend {
  async read(id) { return new Float32Array(1) }
  readSync(id) { return fake.unread.has(id) ? new OffscreenCanvas(1, 1) : new Float32Array(1) }
  dispose() {}
}
`

function install(name: string, source: string): void {
  const directory = join(project, 'node_modules', name)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version: '4.22.0', type: 'module', main: 'index.js' }))
  writeFileSync(join(directory, 'index.js'), source)
}

beforeAll(() => {
  writeFileSync(join(project, 'package.json'), '{}')
  lookInProject(project)
  Object.assign(globalThis, { fakeWebGPU: fake })
  install('webgpu', dawn)
  install('@tensorflow/tfjs-backend-webgpu', backend)
})
afterAll(() => {
  rmSync(project, { recursive: true })
})

const started = async () => {
  await useBackend({ prefer: 'webgpu', ...quiet })
  return tf.backend() as unknown as { read(id: object): Promise<unknown>; readSync(id: object): unknown }
}

it('leaves an adapter in software alone until it is asked for by name', async () => {
  const unasked = await useBackend(quiet)
  expect(unasked.name).toBe('wasm')
  expect(unasked.line).toContain('no GPU, only software that is slower than wasm (pixel-1, driver 5): webgpu')
  const diagnosis = await diagnose()
  expect(diagnosis.best).toBe('wasm')
  expect(diagnosis.backends.find(({ name }) => name === 'webgpu')).toMatchObject({ usable: false })

  const asked = await useBackend({ prefer: 'webgpu', ...quiet })
  expect(asked.detail).toBe('pixel-1, driver 5, in software: slower than wasm')
  vi.stubEnv('ONECYCLE_BACKEND', 'webgpu')
  expect((await diagnose()).best).toBe('webgpu')
  vi.unstubAllEnvs()
})

it('makes the backend on the adapter that it describes, and lets the package register none of its own', async () => {
  await started()
  expect(fake.asked).toEqual({ powerPreference: 'high-performance' })
  expect(fake.navigatorAtImport).toBeUndefined()
  expect(tf.getBackend()).toBe('webgpu')
})

it('ends the device with the process, not to crash it', async () => {
  await started()
  const stop = process.listeners('exit').find(listener => String(listener).includes('device.destroy()'))!
  ;(stop as () => void)()
  expect(fake.destroyed).toBe(1)
})

it('says what to do in place of a read that waits', async () => {
  const running = await started()
  const [read, unread] = [{}, {}]
  fake.unread.add(unread)
  expect(running.readSync(read)).toEqual(new Float32Array(1))
  expect(() => running.readSync(unread)).toThrow('use await tensor.data() in place of dataSync()')
})

it('refuses results after the device has reported an error that nobody waited for', async () => {
  const running = await started()
  expect(await running.read({})).toEqual(new Float32Array(1))
  const preventDefault = vi.fn()
  fake.report({ error: { message: 'out of memory' }, preventDefault })
  fake.report({ error: { message: 'invalid buffer' }, preventDefault })
  expect(preventDefault).toHaveBeenCalledTimes(2)
  await expect(running.read({})).rejects.toThrow('The GPU failed, so results are wrong from there on: out of memory')
  fake.lose({ message: 'unplugged' })
  await expect.poll(() => running.read({}).catch(String)).toContain('the device was lost: unplugged')
})
