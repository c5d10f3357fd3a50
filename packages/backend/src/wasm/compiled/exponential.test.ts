import { describe, expect, it } from 'vitest'
import { readBuild } from '../../testing/build-folder.js'
import { errorFunction } from '../../testing/error-function.js'
import { files } from './builds.js'
import type { ForwardFunction, Functions } from './functions.js'
import { loadCompiledModule } from './module.js'

/** Each function in float64, how far from 0 it is tried, and how many units in the last place it may be off there. */
const functions: [ForwardFunction, (x: number) => number, number, number][] = [
  ['exp', Math.exp, 104, 2],
  ['tanh', Math.tanh, 12, 3],
  ['selu', x => (x < 0 ? 1.7580993408473768 * Math.expm1(x) : 1.0507009873554805 * x), 100, 3],
  ['softplus', x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 86, 4],
  ['erf', errorFunction, 6, 3],
]

const N = 40_001

// Has the engine accept relaxed SIMD.
loadCompiledModule()

describe.each(Object.values(files))('the exponential functions of %s', file => {
  const memory = new WebAssembly.Memory({ initial: 8 })
  const module = new WebAssembly.Module(readBuild(file))
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions
  run.setMemory(430_080)
  const [x, out] = [new Float32Array(memory.buffer, 1024, N), new Float32Array(memory.buffer, 262_144, N)]

  it.each(functions)('%s is right to the last places', (name, f, furthest, units) => {
    for (const range of [furthest, furthest / 10, 1e-3]) {
      for (let i = 0; i < N; i++) x[i] = range * ((2 * i) / (N - 1) - 1)
      run[name](1024, 262_144, N)
      let worst = 0
      for (let i = 0; i < N; i++) {
        const exact = f(x[i]!)
        if (exact < 2 ** 128) worst = Math.max(worst, Math.abs(out[i]! - exact) / unitInLastPlace(exact))
      }
      expect(worst, `up to ${range}`).toBeLessThanOrEqual(units)
    }
  })

  it('exp ends in infinity and 0', () => {
    x.set([88.72, 88.73, 1e30, Number.POSITIVE_INFINITY, -103.9, -104, -1e30, Number.NEGATIVE_INFINITY])
    run.exp(1024, 262_144, 8)
    const [last, ...rest] = out.subarray(0, 8)
    expect(Math.abs(last! / Math.exp(x[0]!) - 1)).toBeLessThan(2e-7)
    const { POSITIVE_INFINITY } = Number
    expect(rest).toEqual([POSITIVE_INFINITY, POSITIVE_INFINITY, POSITIVE_INFINITY, 2 ** -149, 0, 0, 0])
  })
})

/** The distance of float32 numbers of this size. */
function unitInLastPlace(y: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(y))), -126) - 23)
}
