import { describe, expect, it, vi } from 'vitest'
import { readBuild as read } from '../../testing/build-folder.js'
import { files } from './builds.js'
import type { Functions } from './functions.js'
import { compiledFailure, compiledVariant, reasonForNarrow } from './module.js'

const { Instance, Memory, Module } = WebAssembly

const builds = Object.values(files)

/** The numbers of a wasm file's sections. */
function sections(bytes: Uint8Array): number[] {
  const found: number[] = []
  for (let at = 8; at < bytes.length; ) {
    found.push(bytes[at++]!)
    let size = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      size |= (byte & 127) << shift
      if (byte < 128) break
    }
    at += size
  }
  return found
}

describe('the compiled modules', () => {
  it('run with fused multiply-add here, without a flag given by the user', () => {
    expect(compiledVariant()).toBe(reasonForNarrow() ? 'relaxed-simd' : 'wide-simd')
    expect(compiledFailure()).toBe('')
  })

  it('say why vectors are narrow when the build for wide ones does not compile', async () => {
    const compileWide = () => {
      throw new Error('no such thing')
    }
    vi.resetModules()
    vi.doMock('../../node/v8/wide.js', () => ({ compileWide, reasonAgainstWide: () => '', runsWide: () => true }))
    const module = await import('./module.js')
    vi.doUnmock('../../node/v8/wide.js')
    expect(module.compiledVariant()).toBe('relaxed-simd')
    expect(module.reasonForNarrow()).toBe('wide.wasm: no such thing')
  })

  it('that is asked for while another one is on its way is the one that comes', async () => {
    vi.resetModules()
    const made: [asked: unknown, done: (built: unknown) => void][] = []
    const build = (_: unknown, asked: unknown) => new Promise(done => made.push([asked, done]))
    vi.doMock('../../node/builds.js', () => ({ build, buildNow: () => undefined }))
    const { askForBuild, compiledVariant, prepareModule } = await import('./module.js')
    vi.doUnmock('../../node/builds.js')
    const early = prepareModule()
    askForBuild('plain')
    const late = prepareModule()
    expect(made.map(([asked]) => asked)).toEqual([undefined, 'plain'])
    made[0]![1]({ variant: 'relaxed-simd' })
    await Promise.resolve()
    made[1]![1]({ variant: 'simd' })
    expect(await Promise.all([early, late])).toEqual([{ variant: 'simd' }, { variant: 'simd' }])
    expect(compiledVariant()).toBe('simd')
    expect(made).toHaveLength(2)
  })

  it.each(builds)('%s brings no data, which would land on the heap of TensorFlow.js, and imports memory only', file => {
    expect(sections(read(file))).not.toContain(11)
    expect(() => new Instance(new Module(read(file)), { env: { memory: new Memory({ initial: 1 }) } })).not.toThrow()
  })

  it.each(builds)('%s multiplies matrices', file => {
    const memory = new Memory({ initial: 64 })
    const run = new Instance(new Module(read(file)), { env: { memory } }).exports as unknown as Functions
    run.setMemory(64)
    const [m, n, k] = [13, 11, 401]
    const [a, b, bias, out] = [1024, 262_144, 393_216, 458_752]
    const at = (address: number, length: number) => new Float32Array(memory.buffer, address, length)
    at(a, m * k).forEach((_, i, all) => {
      all[i] = Math.sin(i)
    })
    at(b, k * n).forEach((_, i, all) => {
      all[i] = Math.cos(3 * i)
    })
    at(bias, n).fill(0.5)
    run.gemm(a, 0, 4 * k, b, 0, 4 * n, out, 4 * n, m, n, k, bias, 1, 524_288)
    const product = Float64Array.from({ length: m * n }, (_, i) => {
      let sum = 0.5
      for (let j = 0; j < k; j++) sum += at(a, m * k)[Math.floor(i / n) * k + j]! * at(b, k * n)[j * n + (i % n)]!
      return Math.max(sum, 0)
    })
    const largest = Math.max(...product)
    at(out, m * n).forEach((value, i) => {
      expect(Math.abs(value - product[i]!) / largest).toBeLessThan(2e-6)
    })
  })
})
