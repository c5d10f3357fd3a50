import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf, type Reference } from '../../testing/numerical.js'

type Pair = [number, number]
type Pad = 'same' | 'valid' | number | [Pair, Pair, Pair, Pair]

const pools = { maxPool: tf.maxPool, avgPool: tf.avgPool } as const
const names = Object.keys(pools) as (keyof typeof pools)[]

const pool =
  (name: keyof typeof pools, window: Pair | number, strides: Pair | number, pad: Pad, rounding?: 'ceil') => (x?: tf.Tensor) =>
    pools[name](x as tf.Tensor4D, window, strides, pad as number, rounding)

const around = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

const size = fc.integer({ min: 1, max: 9 })
const side = fc.integer({ min: 1, max: 5 })
const edge = fc.integer({ min: 0, max: 3 })
const anyPool = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    h: size,
    w: size,
    c: fc.integer({ min: 1, max: 37 }),
    window: fc.tuple(side, side),
    strides: fc.tuple(side, side),
    pad: fc.oneof(
      fc.constantFrom<Pad>('same', 'valid'),
      fc.tuple(edge, edge, edge, edge).map(edges => around(...edges)),
    ),
  })
  .filter(({ h, w, window, pad }) => pad === 'same' || (window[0] <= h && window[1] <= w))

describe.each(names)('compiled %s', name => {
  beforeAll(() => useKernels('compiled'))

  it('has the values of cpu for any window, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(anyPool, ({ n, h, w, c, window, strides, pad }) =>
        expectSameAsCpu([input([n, h, w, c], 6)], pool(name, window, strides, pad), 1e-6),
      ),
      { numRuns: 100, seed: 22 },
    )
  })

  it.each<[string, number[], Pair | number, Pair | number, Pad]>([
    ['one pixel, one channel', [1, 1, 1, 1], 1, 1, 'valid'],
    ['one pixel under a larger window', [2, 1, 1, 5], 3, 1, 'same'],
    ['the whole image', [3, 7, 7, 64], 7, 7, 'valid'],
    ['a window of one', [2, 5, 4, 3], 1, 1, 'same'],
    ['strides beyond the window', [2, 9, 8, 6], 2, [5, 3], 'valid'],
    ['windows that lie in the padding alone', [1, 4, 4, 7], 2, 2, around(2, 2, 2, 3)],
    ['a number as padding', [2, 6, 6, 2], 3, 2, 1],
  ])('has the values of cpu: %s', async (_, shape, window, strides, pad) => {
    await expectSameAsCpu([input(shape, 6)], pool(name, window, strides, pad), 1e-6)
  })

  it.each([3, 8, 18])('treats NaN and infinity in %i channels as cpu does', async channels => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -1]
    const values = Array.from(numbers(2 * 49 * channels, 3), (value, i) => (i % 3 ? value : special[i % 5]!))
    for (const [window, stride] of [
      [1, 2],
      [2, 2],
      [3, 1],
    ] as const) {
      await expectSameAsCpu([{ shape: [2, 7, 7, channels], values }], pool(name, window, stride, 'same'))
    }
    const nothing = { shape: [1, 2, 2, channels], values: new Float32Array(4 * channels).fill(Number.NaN) }
    await expectSameAsCpu([nothing], pool(name, 2, 2, 'valid'))
  })

  it('takes an empty batch, a single image, and a view', async () => {
    await expectSameAsCpu([input([0, 4, 4, 3])], pool(name, 2, 2, 'valid'))
    await expectSameAsCpu([input([5, 4, 3])], x => pools[name](x as tf.Tensor3D, 2, 1, 'same'))
    await expectSameAsCpu([input([4, 30])], x => pool(name, 2, 2, 'valid')(tf.reshape(tf.slice(x!, 1, 2), [2, 3, 2, 5])))
  })
})

describe('compiled pooling', () => {
  beforeAll(() => useKernels('compiled'))

  it('averages a large window without drifting', async () => {
    await tf.setBackend('wasm')
    const values = numbers(120 * 120 * 5, 3).map(value => value + 1.3)
    const means = tf.tidy(() => tf.avgPool(tf.tensor4d(values, [1, 120, 120, 5]), 120, 1, 'valid').dataSync())
    for (const [channel, mean] of means.entries()) {
      const exact = values.reduce((sum, value, i) => (i % 5 === channel ? sum + value : sum), 0) / 14400
      expect(Math.abs(mean / exact - 1)).toBeLessThan(1e-6)
    }
  })
})

/** Pooling of one image in float64, windows cut at its edges. */
const reference =
  (kind: keyof typeof pools, [h, w, c]: number[], window: number, stride: number, pad: number, [oh, ow]: number[]): Reference =>
  x =>
    Float64Array.from({ length: oh! * ow! * c! }, (_, i) => {
      const [row, column] = [Math.floor(i / c! / ow!), Math.floor(i / c!) % ow!]
      const seen: number[] = []
      for (let y = row * stride - pad; y < row * stride - pad + window; y++) {
        for (let z = column * stride - pad; z < column * stride - pad + window; z++) {
          if (y >= 0 && y < h! && z >= 0 && z < w!) seen.push(x![(y * w! + z) * c! + (i % c!)]!)
        }
      }
      return kind === 'maxPool' ? Math.max(...seen) : seen.reduce((a, b) => a + b, 0) / seen.length
    })

describe.each(kernelSets)('gradients of pooling, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(names)('%s: those of its definition in float64', async name => {
    const image = [6, 5, 6]
    await expectGradientsOf(reference(name, image, 2, 2, 0, [3, 2]), [[1, ...image]], pool(name, 2, 2, 'valid'))
    await expectGradientsOf(reference(name, image, 3, 1, 1, [6, 5]), [[1, ...image]], pool(name, 3, 1, 'same'))
    await expectGradientsOf(reference(name, image, 3, 2, 1, [3, 3]), [[1, ...image]], pool(name, 3, 2, 1))
    await expectGradientsOf(reference(name, image, 2, 4, 0, [2, 1]), [[1, ...image]], pool(name, 2, 4, 'valid'))
  })

  it('are those of cpu for any window: of the maximum always, of the mean where no edge cuts it', async () => {
    await fc.assert(
      fc.asyncProperty(anyPool, async ({ n, h, w, c, window, strides, pad }) => {
        await expectSameGradients([input([n, h, w, c], 6)], pool('maxPool', window, strides, pad))
        if (pad === 'valid') await expectSameGradients([input([n, h, w, c], 6)], pool('avgPool', window, strides, pad))
      }),
      { numRuns: 40, seed: 23 },
    )
  })

  it('give the gradient of equal values to the first', async () => {
    await expectSameGradients([{ shape: [1, 4, 4, 5], values: new Float32Array(80).fill(0.5) }], pool('maxPool', 3, 1, 'same'))
  })
})

// The stock kernels, which the composed gradients follow, round sizes down whatever they are told.
describe('compiled pooling with sizes rounded up', () => {
  beforeAll(() => useKernels('compiled'))

  it.each(names)('%s has the values and gradients of its definition', async name => {
    const image = [6, 6, 5]
    await expectGradientsOf(reference(name, image, 3, 2, 0, [3, 3]), [[1, ...image]], pool(name, 3, 2, 0, 'ceil'))
  })
})
