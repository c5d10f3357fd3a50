import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

const ids = (values: number[]) => ({ shape: [values.length], values, dtype: 'int32' as const })

describe.each(kernelSets)('unsortedSegmentSum, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it('adds rows that share an id, leaves out ids out of range and leaves unmet segments at zero', async () => {
    await expectSameAsCpu([input([6, 3]), ids([2, 0, 2, 9, -1, 2])], (x, segments) =>
      tf.unsortedSegmentSum(x, segments as tf.Tensor1D, 5),
    )
  })

  it('adds numbers and higher ranks', async () => {
    await expectSameAsCpu([input([4]), ids([1, 1, 1, 0])], (x, segments) => tf.unsortedSegmentSum(x, segments as tf.Tensor1D, 2))
    await expectSameAsCpu([input([4, 2, 3]), ids([1, 0, 1, 0])], (x, segments) =>
      tf.unsortedSegmentSum(x, segments as tf.Tensor1D, 2),
    )
  })

  it('is the gradient of gather, along any axis, with repeats', async () => {
    await expectSameGradients([input([7, 4]), ids([6, 0, 0, 3, 6])], (table, indices) => tf.gather(table, indices as tf.Tensor1D))
    await expectSameGradients([input([3, 5, 2]), ids([4, 4, 0])], (table, indices) => tf.gather(table, indices as tf.Tensor1D, 1))
  })

  it('is the gradient of an embedding of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }).chain(rows =>
          fc.record({
            rows: fc.constant(rows),
            width: fc.integer({ min: 1, max: 5 }),
            picks: fc.array(fc.integer({ min: 0, max: rows - 1 }), { minLength: 1, maxLength: 12 }),
          }),
        ),
        async ({ rows, width, picks }) => {
          await expectSameGradients([input([rows, width]), ids(picks)], (table, indices) =>
            tf.gather(table, indices as tf.Tensor1D),
          )
        },
      ),
      { numRuns: 20, seed: 3 },
    )
  })
})
