import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { kernelSets, useKernels } from '../testing/compare.js'

const picture = () => tf.ones([1, 2, 2, 4]) as tf.Tensor4D

/** Windows of five that slide over two pixels, and what the shape of their result would be. */
const kernels: Record<string, [shape: string, run: () => tf.Tensor]> = {
  maxPool: ['1, -2, -2, 4', () => tf.maxPool(picture(), 5, 1, 'valid')],
  avgPool: ['1, -2, -2, 4', () => tf.avgPool(picture(), 5, 1, 'valid')],
  conv2d: ['1, -2, -2, 3', () => tf.conv2d(picture(), tf.ones([5, 5, 4, 3]) as tf.Tensor4D, 1, 'valid')],
  'conv2d of one side': ['1, 1, -2, 3', () => tf.conv2d(picture(), tf.ones([2, 5, 4, 3]) as tf.Tensor4D, 1, 'valid')],
  'conv2d with holes': ['1, -2, -2, 3', () => tf.conv2d(picture(), tf.ones([2, 2, 4, 3]) as tf.Tensor4D, 1, 'valid', 'NHWC', 4)],
  depthwiseConv2d: ['1, -2, -2, 4', () => tf.depthwiseConv2d(picture(), tf.ones([5, 5, 4, 1]) as tf.Tensor4D, 1, 'valid')],
  conv1d: ['1, 1, -2, 2', () => tf.conv1d(tf.ones([1, 3, 4]) as tf.Tensor3D, tf.ones([6, 4, 2]) as tf.Tensor3D, 1, 'valid')],
  dilation2d: ['1, -2, -2, 4', () => tf.dilation2d(picture(), tf.ones([5, 5, 4]) as tf.Tensor3D, 1, 'valid')],
}

describe.each(kernelSets)('windows, %s kernels', set => {
  beforeAll(async () => {
    await tf.setBackend('wasm')
    useKernels(set)
  })

  it.each(Object.entries(kernels))(
    '%s refuses one that is larger than the picture, and leaves nothing behind',
    (_, [shape, run]) => {
      const { numTensors, numBytes } = tf.memory()
      expect(() => tf.tidy(run)).toThrow(
        `A result would have the shape [${shape}]: the window of a pool or a convolution is larger`,
      )
      expect(tf.memory()).toMatchObject({ numTensors, numBytes })
    },
  )

  it('one that just does not fit has no results', () => {
    expect(tf.maxPool(picture(), 3, 1, 'valid').shape).toEqual([1, 0, 0, 4])
  })
})
