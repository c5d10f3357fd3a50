import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Candidate } from '../../candidate.js'
import { slowerThanWasm } from './trial.js'

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }

const times = vi.hoisted(() => ({ next: [2, 1], asked: 0 }))
vi.mock('./trial-work.js', () => ({
  timesInTurns: async () => {
    times.asked++
    return times.next
  },
}))

let folder: string
const file = () => join(folder, 'trials.json')
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'onecycle-trial-'))
  vi.stubEnv('ONECYCLE_CACHE', folder)
  await tf.setBackend('cpu')
  Object.assign(times, { next: [2, 1], asked: 0 })
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const started: string[] = []
const candidate = (tfjsName: string, fails?: string): Candidate => ({
  ...{ name: 'node', tfjsName, packages: ['onecycle-none'], notes: [] },
  async start() {
    started.push(tfjsName)
    if (fails) throw new Error(fails)
    return ''
  },
})
const [node, wasm] = [candidate('tensorflow'), candidate('wasm')]

describe('a trial', () => {
  it('is made once, and remembered for this machine', async () => {
    expect(await slowerThanWasm(node, wasm, true)).toBe('takes 2.0 times as long as wasm here')
    expect(started).toEqual(['tensorflow', 'wasm'])
    expect(await slowerThanWasm(node, wasm, true)).toBe('takes 2.0 times as long as wasm here')
    expect(times.asked).toBe(1)
    const [[key, trial], ...others] = Object.entries(JSON.parse(readFileSync(file(), 'utf8'))) as [[string, unknown]]
    expect([trial, others]).toEqual([{ node: 2, wasm: 1 }, []])
    // Other kernels, or fewer of the processors for this process, may have another winner.
    expect(key).toMatch(new RegExp(`^onecycle ${version.replaceAll('.', '\\.')}; .* x ${availableParallelism()}; `))
    expect(tf.getBackend()).toBe('cpu')
  })

  it('that the native backend wins lets it be taken', async () => {
    times.next = [1, 2]
    expect(await slowerThanWasm(node, wasm, true)).toBeUndefined()
  })

  it('is made anew with another setting of the kernels, and where what is remembered is no trial', async () => {
    await slowerThanWasm(node, wasm, true)
    vi.stubEnv('ONECYCLE_SIMD', '128')
    await slowerThanWasm(node, wasm, true)
    expect(times.asked).toBe(2)
    for (const damaged of ['{', '[]', '{"a":null}']) {
      writeFileSync(file(), damaged)
      await slowerThanWasm(node, wasm, true)
    }
    expect(times.asked).toBe(5)
  })

  it('that is not wanted leaves wasm, and what does not start too', async () => {
    expect(await slowerThanWasm(node, wasm, false)).toBe('not compared with wasm, as no trial was wanted')
    expect(await slowerThanWasm(candidate('tensorflow', 'no library'), wasm, true)).toBe('no library')
    expect(times.asked).toBe(0)
  })

  it('lets the native backend be taken where wasm does not start, and remembers nothing', async () => {
    expect(await slowerThanWasm(node, candidate('wasm', 'no WebAssembly'), true)).toBeUndefined()
    expect(times.asked).toBe(0)
    expect(existsSync(file())).toBe(false)
    expect(tf.getBackend()).toBe('cpu')
  })

  it('does without a folder that can be written', async () => {
    writeFileSync(join(folder, 'taken'), '')
    vi.stubEnv('ONECYCLE_CACHE', join(folder, 'taken'))
    expect(await slowerThanWasm(node, wasm, true)).toContain('2.0 times')
  })

  it('is no matter where a fit goes on from a checkpoint', async () => {
    vi.resetModules()
    const { pinBackend } = await import('../../choosing.js')
    const { slowerThanWasm } = await import('./trial.js')
    pinBackend('wasm')
    expect(await slowerThanWasm(node, wasm, true)).toBe('wasm computed what goes on')
    pinBackend('tensorflow')
    expect(await slowerThanWasm(node, wasm, true)).toBeUndefined()
    expect(times.asked).toBe(0)
  })
})
