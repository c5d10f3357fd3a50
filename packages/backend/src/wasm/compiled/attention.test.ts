import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AttentionRules, type AttentionSizes, attentionInFloat64 } from '../../testing/attention.js'
import { numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf } from '../../testing/numerical.js'
import { attentionKernelNames } from './kernel-names.js'

beforeAll(() => useKernels('compiled'))

const shapesOf = ({ batch, queries, keys, heads, size, values }: AttentionSizes): [number, number, number][] => [
  [batch, queries, heads * size],
  [batch, keys, heads * size],
  [batch, keys, heads * values],
]

type Attrs = { causal?: boolean; rate?: number; seed?: number }

const run =
  (heads: number, { causal = false, rate = 0, seed = 0 }: Attrs = {}, mask?: tf.Tensor) =>
  (...qkv: tf.Tensor[]): tf.Tensor => {
    const inputs = (mask ? [...qkv, mask] : qkv) as unknown as tf.NamedTensorMap
    const attrs = { heads, causal, rate, bound: Math.floor(rate * 2 ** 32), seed }
    return (tf.engine().runKernel(attentionKernelNames.forward, inputs, attrs) as unknown as tf.Tensor[])[0]!
  }

type Rule = NonNullable<AttentionRules['visible']>

const masks: Record<string, Rule | undefined> = {
  none: undefined,
  some: (b, i, j) => (b + i + 2 * j) % 3 !== 0,
  'nothing for every second': (_, i) => i % 2 === 0,
  nothing: () => false,
}

/** The mask as large as it has to be: what rows or batches share stands there once. */
function maskOf(visible: Rule, [batches, rows, keys]: [number, number, number]): tf.Tensor {
  const all = tf.buffer([batches, rows, keys], 'bool')
  for (let b = 0; b < batches; b++)
    for (let i = 0; i < rows; i++) for (let j = 0; j < keys; j++) all.set(visible(b, i, j), b, i, j)
  return all.toTensor()
}

async function expectDefinition(sizes: AttentionSizes, causal: boolean, visible?: Rule, shared = 0): Promise<void> {
  const { batch, queries, keys, heads } = sizes
  await tf.setBackend('wasm')
  const [batches, rows] = [shared > 1 ? 1 : batch, shared > 0 ? 1 : queries]
  const rule: Rule | undefined = visible && ((b, i, j) => visible(Math.min(b, batches - 1), Math.min(i, rows - 1), j))
  const mask = visible && maskOf(visible, [batches, rows, keys])
  const reference = (...xs: Float64Array[]) => attentionInFloat64(sizes, { causal, ...(rule && { visible: rule }) }, xs as never)
  await expectGradientsOf(reference, shapesOf(sizes), run(heads, { causal }, mask), 1e-4)
  mask?.dispose()
}

describe('compiled attention', () => {
  // Fewer and more than a tile of six queries, panels of 8 and of 16 keys, heads that no vector divides.
  it.each<[string, AttentionSizes]>([
    ['one of everything', { batch: 1, queries: 1, keys: 1, heads: 1, size: 1, values: 1 }],
    ['one query', { batch: 2, queries: 1, keys: 9, heads: 2, size: 3, values: 5 }],
    ['one key', { batch: 2, queries: 7, keys: 1, heads: 3, size: 4, values: 2 }],
    ['as many as tiles', { batch: 1, queries: 12, keys: 16, heads: 1, size: 4, values: 8 }],
    ['one more than tiles', { batch: 1, queries: 13, keys: 17, heads: 1, size: 9, values: 17 }],
    ['more than two panels', { batch: 1, queries: 7, keys: 39, heads: 1, size: 4, values: 3 }],
  ])('has the values and gradients of its definition in float64: %s', async (_, sizes) => {
    for (const causal of [false, true]) for (const visible of Object.values(masks)) await expectDefinition(sizes, causal, visible)
  })

  it('has them for any sizes, with masks that rows and batches share', async () => {
    const [few, some] = [fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 9 })]
    const sizes = fc.record({ batch: few, queries: some, keys: some, heads: few, size: some, values: some })
    const shared = fc.integer({ min: 0, max: 2 })
    await fc.assert(fc.asyncProperty(sizes, fc.boolean(), fc.constantFrom(...Object.values(masks)), shared, expectDefinition), {
      numRuns: 40,
    })
  })

  it.each([false, true])('sums over more queries than one band, causal: %s', async causal => {
    await tf.setBackend('wasm')
    const sizes = { batch: 1, queries: 150, keys: 400, heads: 1, size: 3, values: 2 }
    const inputs = shapesOf(sizes).map((shape, i) => tf.tensor(numbers(tf.util.sizeFromShape(shape), i + 1), shape))
    const dy = numbers(150 * 2, 7)
    const [dk, dv] = tf.tidy(() => {
      const grads = tf.grads(run(1, { causal }))(inputs, tf.tensor(dy, [1, 150, 2]))
      return grads.slice(1).map(each => each.dataSync())
    }) as [Float32Array, Float32Array]
    const xs = inputs.map(x => Float64Array.from(x.dataSync()))
    const loss = (changed: number, at: number, by: number) => {
      const moved = xs.map((x, i) => (i === changed ? x.with(at, x[at]! + by) : x))
      return attentionInFloat64(sizes, { causal }, moved as never).reduce((sum, y, i) => sum + y * dy[i]!, 0)
    }
    const slope = (changed: number, at: number) => (loss(changed, at, 1e-4) - loss(changed, at, -1e-4)) / 2e-4
    for (const [key, d] of [
      [0, 0],
      [3, 2],
      [97, 1],
      [149, 0],
      [200, 1],
      [399, 2],
    ] as const) {
      // biome-ignore format: a table
      expect(Math.abs(dk[3 * key + d]! - slope(1, 3 * key + d))).toBeLessThan(1e-5)
      expect(Math.abs(dv[2 * key + (d % 2)]! - slope(2, 2 * key + (d % 2)))).toBeLessThan(1e-5)
    }
    tf.dispose(inputs)
  })

  it('of no batch, queries or keys is empty or 0, and so are its gradients', async () => {
    await tf.setBackend('wasm')
    for (const none of ['batch', 'queries', 'keys']) {
      const sizes = { batch: 1, queries: 2, keys: 3, heads: 2, size: 2, values: 1, [none]: 0 }
      const [y, ...grads] = tf.tidy(() => {
        const inputs = shapesOf(sizes).map(shape => tf.ones(shape))
        const y = run(2)(...inputs)
        return [y, ...tf.grads(run(2))(inputs, tf.onesLike(y))].map(each => [...each.dataSync()])
      })
      expect(y).toEqual(none === 'keys' ? [0, 0, 0, 0] : [])
      for (const gradient of grads) expect(gradient.every(value => value === 0)).toBe(true)
    }
  })

  it('passes NaN on to the queries that look at it, and infinity', async () => {
    await tf.setBackend('wasm')
    const [nan, size] = [Number.NaN, [1, 3, 2] as [number, number, number]]
    const result = (values: number[], attrs: Attrs = {}, mask?: tf.Tensor) =>
      tf.tidy(() => {
        const x = tf.tensor3d(values, size)
        return [...run(1, attrs, mask)(x, tf.ones(size), x).dataSync()].map(Number.isNaN)
      })
    expect(result([1, 2, nan, 4, 5, 6])).toEqual([true, false, true, true, true, false])
    const gradient = tf.tidy(() => {
      const [x, ones] = [tf.tensor3d([nan, 2, 3, 4, 5, 6], size), tf.ones(size)]
      return [
        ...tf
          .grad((q: tf.Tensor) => run(1)(q, ones, ones))(x, ones)
          .dataSync(),
      ].map(Number.isNaN)
    })
    expect(gradient).toEqual([true, true, false, false, false, false])
    expect(result([Number.POSITIVE_INFINITY, 2, 3, 4, 5, 6]).slice(0, 2)).toEqual([true, true])
  })

  it('leaves weights out by their place and the seed, in the gradients the same', async () => {
    const sizes = { batch: 2, queries: 7, keys: 10, heads: 2, size: 3, values: 4 }
    const [rate, seed] = [0.4, 4_000_000_000]
    const mix = (x: number) => {
      const a = Math.imul(x ^ (x >>> 16), 0x7feb352d)
      const b = Math.imul(a ^ (a >>> 15), 0x846ca68b)
      return (b ^ (b >>> 16)) >>> 0
    }
    const kept = Array.from({ length: 2 * 2 * 7 * 10 }, (_, i) =>
      mix(Math.imul(i, 0x9e3779b9) + seed) < rate * 2 ** 32 ? 0 : 1 / (1 - rate),
    )
    for (const causal of [false, true]) {
      const reference = (...xs: Float64Array[]) => attentionInFloat64(sizes, { causal, kept }, xs as never)
      await expectGradientsOf(reference, shapesOf(sizes), run(2, { causal, rate, seed }), 1e-4)
    }
  })

  it('keeps no weights: what it gives and saves is as long as the queries', async () => {
    await tf.setBackend('wasm')
    const x = tf.randomNormal([1, 200, 8], 0, 1, 'float32', 1)
    const { newBytes, peakBytes } = await tf.profile(() => tf.tidy(() => tf.grads(run(2))([x, x, x].map(tf.clone), x)))
    expect(newBytes).toBe(3 * 4 * x.size)
    expect(peakBytes).toBeLessThan(20 * 4 * x.size)
    tf.dispose(x)
  })
})
