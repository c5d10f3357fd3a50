import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, input, numbers, useKernels } from '../../testing/compare.js'

const grids = [
  [false, false],
  [true, false],
  [false, true],
] as const

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

const size = fc.integer({ min: 1, max: 9 })
const resize = fc.record({
  n: fc.integer({ min: 1, max: 3 }),
  from: fc.tuple(size, size),
  to: fc.tuple(size, size),
  c: fc.constantFrom(1, 3, 4, 9),
  grid: fc.constantFrom(...grids),
})

describe('resized images', () => {
  it('are those of cpu by nearest neighbours, NaN and infinities among them, on any grid', async () => {
    await fc.assert(
      fc.asyncProperty(resize, async ({ n, from, to, c, grid }) => {
        const values = numbers(n * from[0] * from[1] * c, 3)
        values[0] = Number.NaN
        values[values.length >> 1] = Number.NEGATIVE_INFINITY
        await expectSameAsCpu([{ shape: [n, ...from, c], values }], x =>
          tf.image.resizeNearestNeighbor(x as tf.Tensor4D, to, ...grid),
        )
      }),
      { numRuns: 60, seed: 5 },
    )
  })

  // Both are linear: x and its gradient have the same product as y and the gradient from above, in float64.
  it.each(['resizeBilinear', 'resizeNearestNeighbor'] as const)('have gradients on any grid: %s', async op => {
    await tf.setBackend('wasm')
    fc.assert(
      fc.property(resize, ({ n, from, to, c, grid }) => {
        const before = tf.memory().numTensors
        const shape: [number, number, number, number] = [n, ...from, c]
        const [left, right] = tf.tidy(() => {
          const x = tf.tensor4d(input(shape, 1).values as Float32Array, shape)
          const forward = (images: tf.Tensor) => tf.image[op](images as tf.Tensor4D, to, ...grid)
          const y = forward(x)
          const dy = tf.tensor(numbers(y.size, 2), y.shape)
          const product = (a: tf.Tensor, b: tf.Tensor) => {
            const values = b.dataSync<'float32'>()
            return a.dataSync<'float32'>().reduce((sum, value, i) => sum + value * values[i]!, 0)
          }
          const dx = tf.grad(forward)(x, dy)
          expect(dx.shape).toEqual(shape)
          return [product(x, dx), product(y, dy)]
        })
        expect(tf.memory().numTensors).toBe(before)
        expect(Math.abs(left! - right!)).toBeLessThan(1e-5 * (1 + n * to[0] * to[1] * c))
      }),
      { numRuns: 60, seed: 6 },
    )
  })

  it('do not drift where one pixel becomes many', () => {
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R4>([1, 1, 2, 5])
      const dx = tf.grad(x => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [300, 400]))(x, tf.fill([1, 300, 400, 5], 0.1))
      const expected = 300 * 200 * Math.fround(0.1)
      for (const value of dx.dataSync()) expect(Math.abs(value / expected - 1)).toBeLessThan(5e-6)
    })
  })

  it('have places that pass NaN on, and no others', () => {
    tf.tidy(() => {
      const dy = tf.tensor4d([1, Number.POSITIVE_INFINITY, 1, 1, 1, 1, 1, 1], [1, 2, 4, 1])
      const grad = tf.grad(x => tf.image.resizeBilinear(x as tf.Tensor4D, [2, 4]))
      const dx = grad(tf.zeros([1, 2, 2, 1]), dy).dataSync()
      expect([...dx]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1.5, 2.5])
    })
  })
})
