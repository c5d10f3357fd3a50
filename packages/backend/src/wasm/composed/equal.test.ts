import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

const cases: [name: string, a: number[], b: number[]][] = [
  ['one shape', [3, 4], [3, 4]],
  ['a number', [3, 4], []],
  ['a row', [3, 4], [4]],
  ['repeated along a middle axis', [2, 5, 3], [2, 1, 3]],
  ['both repeated', [2, 1, 3], [1, 4, 1]],
  ['another number of axes', [5, 3], [2, 1, 3]],
]

describe.each(kernelSets)('equal, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, a, b) => {
    for (const dtype of ['float32', 'int32', 'bool'] as const)
      await expectSameAsCpu([input(a, 1), input(b, 2)], (x, y) => {
        const of = (given: tf.Tensor) => tf.cast(tf.greater(given, 0), dtype)
        return tf.cast(tf.equal(of(x!), of(y!)), 'int32')
      })
  })

  it('the gradient of a maximum goes back to where it was', async () => {
    await expectSameGradients([input([2, 6, 3], 1)], x => tf.max(x!, 1))
  })
})
