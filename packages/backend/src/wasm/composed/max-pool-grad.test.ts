import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, it } from 'vitest'
import { expectSameGradients, type Input, input, kernelSets, useKernels } from '../../testing/compare.js'

type Case = [name: string, x: number[], size: number, strides: number, pad: 'same' | 'valid' | number]

const cases: Case[] = [
  ['2x2', [2, 6, 6, 3], 2, 2, 'valid'],
  ['2x2, a row left unused', [2, 7, 5, 1], 2, 2, 'valid'],
  ['3x3 overlapping, same', [2, 7, 6, 5], 3, 2, 'same'],
  ['3x3, pad 1', [2, 6, 6, 2], 3, 1, 1],
  ['the whole image', [3, 4, 4, 33], 4, 4, 'valid'],
]

/** Values of few sizes only, so that most windows hold their maximum several times. */
const tied = (shape: number[]): Input => {
  const { values } = input(shape, 1)
  return { shape, values: Array.from(values, value => Math.max(0, Math.round(2 * value))) }
}

/** Behind a batch norm or a leaky relu a window may hold no positive value at all. */
const negative = (shape: number[]): Input => {
  const { values } = input(shape, 1)
  return { shape, values: Array.from(values, value => value - 1.5) }
}

describe.each(kernelSets)('gradient of maxPool, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, shape, size, strides, pad) => {
    await expectSameGradients([input(shape, 1)], x => tf.maxPool(x as tf.Tensor4D, size, strides, pad))
  })

  it.each(cases)('%s, of negative values', async (_, shape, size, strides, pad) => {
    await expectSameGradients([negative(shape)], x => tf.maxPool(x as tf.Tensor4D, size, strides, pad))
  })

  it.each(cases)('%s, with equal values', async (_, shape, size, strides, pad) => {
    await expectSameGradients([tied(shape)], x => tf.maxPool(x as tf.Tensor4D, size, strides, pad))
  })
})
