import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, type Input, kernelSets, useKernels } from '../../testing/compare.js'

const classes: Input = { shape: [2, 3], values: [1, 2, 0, 3, 7, -1], dtype: 'int32' }

describe.each(kernelSets)('oneHot, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(['int32', 'float32', 'bool'] as const)('as %s, with indices outside', async dtype => {
    await expectSameAsCpu([classes], indices => tf.oneHot(indices!, 4, 1, 0, dtype))
  })

  it('with smoothed labels', async () => {
    await expectSameAsCpu([classes], indices => tf.oneHot(indices!, 4, 0.9, 0.1 / 3, 'float32'))
  })
})
