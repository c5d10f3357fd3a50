import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

type Pad = 'same' | 'valid' | number
type Case = [name: string, x: number[], filter: number[], strides: number | [number, number], pad: Pad]

const cases: Case[] = [
  ['same, stride 1', [2, 7, 6, 3], [3, 3, 3, 1], 1, 'same'],
  ['valid, stride 1', [2, 7, 6, 3], [3, 3, 3, 1], 1, 'valid'],
  ['same, stride 2', [2, 7, 6, 4], [3, 3, 4, 1], 2, 'same'],
  ['valid, stride 2, a row left unused', [2, 8, 8, 4], [3, 3, 4, 1], 2, 'valid'],
  ['pad 1, stride 2', [2, 28, 28, 3], [3, 3, 3, 1], 2, 1],
  ['pad 2', [2, 5, 5, 2], [3, 3, 2, 1], 1, 2],
  ['two outputs a channel', [2, 6, 5, 3], [3, 3, 3, 2], 1, 'same'],
  ['three outputs a channel, stride 2', [2, 7, 5, 2], [3, 3, 2, 3], 2, 'same'],
  ['one channel', [2, 6, 6, 1], [3, 3, 1, 1], 1, 'same'],
  ['many channels', [2, 5, 5, 65], [3, 3, 65, 1], 1, 'same'],
  ['1x1', [2, 4, 4, 5], [1, 1, 5, 1], 1, 'same'],
  ['one pixel', [1, 1, 1, 3], [3, 3, 3, 1], 1, 'same'],
]

describe.each(kernelSets)('gradients of depthwiseConv2d, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, x, filter, strides, pad) => {
    await expectSameGradients([input(x, 1), input(filter, 2)], (a, w) =>
      tf.depthwiseConv2d(a as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
    )
  })

  it('of any shape', async () => {
    const size = fc.integer({ min: 1, max: 8 })
    const side = fc.integer({ min: 1, max: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          n: side,
          h: size,
          w: size,
          k: side,
          c: size,
          m: side,
          s: side,
          pad: fc.constantFrom<Pad>('same', 'valid', 0, 1, 2),
        }),
        async ({ n, h, w, k, c, m, s, pad }) => {
          fc.pre(pad === 'same' || k <= Math.min(h, w))
          await expectSameGradients([input([n, h, w, c], 3), input([k, k, c, m], 4)], (a, f) =>
            tf.depthwiseConv2d(a as tf.Tensor4D, f as tf.Tensor4D, s, pad),
          )
        },
      ),
      { numRuns: 30, seed: 11 },
    )
  })

  it('of a separable convolution', async () => {
    await expectSameGradients([input([2, 6, 6, 3], 1), input([3, 3, 3, 2], 2), input([1, 1, 6, 4], 3)], (x, depth, point) =>
      tf.separableConv2d(x as tf.Tensor4D, depth as tf.Tensor4D, point as tf.Tensor4D, 2, 'same'),
    )
  })

  it('refuses dilation as plainly as TensorFlow.js does', async () => {
    await tf.setBackend('wasm')
    const [x, w] = [tf.ones<tf.Rank.R4>([1, 5, 5, 3]), tf.ones<tf.Rank.R4>([3, 3, 3, 1])]
    const dilated = (a: tf.Tensor) => tf.sum(tf.depthwiseConv2d(a as tf.Tensor4D, w, 1, 'valid', 'NHWC', 2))
    expect(() => tf.grad(dilated)(x)).toThrow(/dilation rates greater than 1/)
    const attrs = { strides: [1, 1], pad: 'same', dilations: [2, 2], filterShape: [3, 3, 3, 1] }
    expect(() => tf.engine().runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy: x }, attrs)).toThrow(
      /no gradient for dilation/,
    )
    tf.dispose([x, w])
  })
})
