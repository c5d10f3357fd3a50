import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, type Input, input, kernelSets, useKernels } from '../../testing/compare.js'

const integers: Input = { shape: [2, 3], values: [-5, 0, 1, 4, 7, -1], dtype: 'int32' }

describe.each(kernelSets)('integers, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it('are chosen beside floats', async () => {
    await expectSameAsCpu([integers, input([2, 3])], (x, y) => [
      tf.where(tf.greater(x!, 0), x!, y!),
      tf.where(tf.greater(x!, 0), y!, x!),
      tf.where(tf.greater(x!, 0), x!, 0),
    ])
  })

  it('and booleans are chosen, within their memory', async () => {
    await expectSameAsCpu([integers], x => {
      const [some, none] = [tf.greater(x!, 0), tf.less(x!, -9)]
      const chosen = Array.from({ length: 100 }, () => tf.where(some, none, some))
      return [chosen[99]!, tf.zeros([50]), tf.where(some, some, x!)]
    })
  })

  it('are clipped', async () => {
    await expectSameAsCpu([integers], x => [tf.clipByValue(x!, -2, 3), tf.clipByValue(x!, 1, 1)])
  })

  it.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('are multiplied as matrices, transposed: %s and %s', async (transposeA, transposeB) => {
    const other: Input = { shape: transposeA === transposeB ? [3, 2] : [2, 3], values: [3, 1, -4, 1, 5, -9], dtype: 'int32' }
    await expectSameAsCpu([integers, other], (x, y) => tf.matMul(x!, y!, transposeA, transposeB))
  })

  it('are counted in a confusion matrix', async () => {
    const labels: Input = { shape: [5], values: [0, 2, 1, 2, 2], dtype: 'int32' }
    const predicted: Input = { shape: [5], values: [0, 1, 1, 2, 0], dtype: 'int32' }
    await expectSameAsCpu([labels, predicted], (a, b) => tf.math.confusionMatrix(a as tf.Tensor1D, b as tf.Tensor1D, 3))
  })
})
