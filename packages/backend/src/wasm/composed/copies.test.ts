import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, input, kernelSets, useKernels } from '../../testing/compare.js'

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 })

describe.each(kernelSets)('slice and tile, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it('cut any box', async () => {
    const boxes = shapes.chain(shape =>
      fc.record({
        shape: fc.constant(shape),
        box: fc.tuple(
          ...shape.map(n =>
            fc.integer({ min: 0, max: n - 1 }).chain(b => fc.tuple(fc.constant(b), fc.integer({ min: 1, max: n - b }))),
          ),
        ),
      }),
    )
    await fc.assert(
      fc.asyncProperty(boxes, ({ shape, box }) =>
        expectSameAsCpu(
          [input(shape)],
          x =>
            tf.slice(
              x,
              box.map(([begin]) => begin),
              box.map(([, size]) => size),
            ),
          0,
        ),
      ),
      { numRuns: 40, seed: 5 },
    )
  })

  it('repeat along any axes', async () => {
    const tilings = shapes.chain(shape =>
      fc.record({ shape: fc.constant(shape), reps: fc.tuple(...shape.map(() => fc.integer({ min: 1, max: 3 }))) }),
    )
    await fc.assert(
      fc.asyncProperty(tilings, ({ shape, reps }) => expectSameAsCpu([input(shape)], x => tf.tile(x, reps), 0)),
      { numRuns: 40, seed: 6 },
    )
  })

  it('keep integers, and slice text', async () => {
    await expectSameAsCpu([{ shape: [2, 2], values: [1, 2, 3, 4], dtype: 'int32' }], x => [
      tf.slice(x, [0, 1], [2, 1]),
      tf.tile(x, [2, 1]),
    ])
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const text = tf.tensor(['a', 'b', 'c'])
      expect(tf.slice(text, 1, 2).dataSync()).toEqual(['b', 'c'])
    })
  })
})
