import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

type Pair = [number, number]
type Case = [name: string, x: number[], filter: number[], strides: Pair, pad: 'same' | 'valid', dilations: Pair]

const cases: Case[] = [
  ['same', [2, 5, 6, 3], [3, 3, 3], [1, 1], 'same', [1, 1]],
  ['valid, stride 2', [2, 7, 6, 2], [2, 3, 2], [2, 2], 'valid', [1, 1]],
  ['different strides and dilations', [1, 9, 8, 2], [3, 2, 2], [1, 2], 'valid', [2, 3]],
  ['one pixel', [2, 1, 1, 3], [1, 1, 3], [1, 1], 'valid', [1, 1]],
]

describe.each(kernelSets)('dilation2d, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, x, filter, strides, pad, dilations) => {
    const dilate = (a?: tf.Tensor, w?: tf.Tensor) =>
      tf.dilation2d(a as tf.Tensor4D, tf.sub(w!, 1) as tf.Tensor3D, strides, pad, dilations)
    await expectSameAsCpu([input(x, 1), input(filter, 2)], dilate)
    await expectSameGradients([input(x, 1), input(filter, 2)], dilate)
  })
})
