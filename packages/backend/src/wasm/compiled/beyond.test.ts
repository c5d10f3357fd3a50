import { beforeAll, describe, expect, it } from 'vitest'
import { readBuild } from '../../testing/build-folder.js'
import { numbers } from '../../testing/compare.js'
import { files } from './builds.js'
import type { Functions } from './functions.js'

/** What lies around a result, in each build: a kernel that writes there spoils another tensor, and no figure of its own shows it. */
describe.each(Object.values(files))('%s writes nothing beyond its result:', file => {
  const memory = new WebAssembly.Memory({ initial: 16 })
  let run: Functions
  const GUARD = 64
  const [a, b, scratch, table] = [4096, 65_536, 131_072, 196_608]
  const out = 262_144

  beforeAll(() => {
    run = new WebAssembly.Instance(new WebAssembly.Module(readBuild(file) as BufferSource), { env: { memory } })
      .exports as unknown as Functions
    run.setMemory(64)
    new Float32Array(memory.buffer, a, 4096).set(numbers(4096, 1))
    new Float32Array(memory.buffer, b, 4096).set(numbers(4096, 2))
  })

  /** Runs a kernel whose result has so many bytes, and expects what is around it to stay. */
  function expectKept(bytes: number, kernel: (out: number) => void): void {
    const around = new Uint8Array(memory.buffer, out - GUARD, bytes + 2 * GUARD).fill(0xa5)
    kernel(out)
    expect(around.subarray(0, GUARD).every(byte => byte === 0xa5)).toBe(true)
    expect(around.subarray(GUARD + bytes).every(byte => byte === 0xa5)).toBe(true)
  }
  const integers = (at: number, ...values: number[]) => {
    new Int32Array(memory.buffer, at, values.length).set(values)
    return at
  }
  const sizes = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33]

  it('comparisons, choices and extremes', () => {
    for (const n of sizes) {
      for (let how = 0; how < 8; how++) expectKept(n, out => run.compare(how, a, b, out, 1, n, 0, 1, 0, 1))
      expectKept(3 * n, out => run.compare(2, a, b, out, 3, n, n, 1, 1, 0))
      for (const side of [0, 1]) {
        expectKept(12 * n, out => run.extreme(side, a, b, out, 3, n, n, 1, 0, 1))
        expectKept(n, out => run.join(side, a, b, out, n))
        expectKept(8 * n, out => run.largest(a, 2, 3, n, out, side))
        expectKept(8, out => run.largest(a, 2, n, 1, out, side))
      }
      expectKept(4 * n, out => run.select(b, a, b, out, n))
    }
  })

  it('dropout and look-ups', () => {
    integers(table, 2, 0, 1, 1, 2, 0)
    for (const n of sizes) {
      expectKept(4 * n, out => run.dropout(a, out, scratch, n, 0.5, 1, 2, 3, 1))
      expectKept(4 * n, out => run.dropout(a, scratch, out, n, 0.5, 1, 2, 3, 1))
      expectKept(12 * n, out => run.embed(a, table, 8, 3, n, out, 4 * n))
      expectKept(12 * n, out => run.segmentSum(a, 4 * n, table, 8, 3, n, 3, out, scratch))
    }
  })

  it('resized images and their gradients', () => {
    const half = [0, -1, 0x3f800000, 0, 0, 1, 0x3f000000, 0x3f000000, 1, -1, 0x3f800000, 0]
    integers(table, ...half)
    for (const channels of sizes) {
      const shape = integers(scratch, 2, 2, 2, channels, 3, 3, channels)
      expectKept(4 * 2 * 9 * channels, out => run.resizeNearest(shape, a, table, table, out))
      expectKept(4 * 2 * 4 * channels, out => run.resizeGradient(shape, a, table, table, out, scratch + 1024))
    }
  })

  it('depthwise convolutions and their gradients', () => {
    for (const c of sizes) {
      for (const [stride, size] of [
        [1, 5],
        [2, 3],
      ] as const) {
        // biome-ignore format: a table
        const shape = integers(scratch, 1, 5, 5, c, size, size, c, 3, 3, stride, stride, 1, 1, 1, 1)
        expectKept(4 * size * size * c, out => run.depthwise(shape, 1, a, b, out, 0, 1, scratch + 1024))
        expectKept(4 * 25 * c, out => run.depthwiseInputGradient(shape, 1, a, b, out, scratch + 1024))
        expectKept(4 * 9 * c, out => run.depthwiseFilterGradient(shape, 1, a, b, out, scratch + 1024))
      }
    }
  })
})
