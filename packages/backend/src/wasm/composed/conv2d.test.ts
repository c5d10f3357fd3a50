import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, kernelSets, useKernels } from '../../testing/compare.js'

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]]
type Case = [name: string, x: number[], filter: number[], strides: number | [number, number], pad: Pad]

const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

const cases: Case[] = [
  ['same, stride 1', [2, 7, 6, 3], [3, 3, 3, 4], 1, 'same'],
  ['valid, stride 1', [2, 7, 6, 3], [3, 3, 3, 4], 1, 'valid'],
  ['same, stride 2, odd and even size', [2, 7, 6, 3], [3, 3, 3, 4], 2, 'same'],
  ['valid, stride 2, a row left unused', [2, 8, 8, 3], [3, 3, 3, 4], 2, 'valid'],
  ['pad 0', [2, 6, 7, 2], [3, 3, 2, 3], 1, 0],
  ['pad 1, stride 2', [4, 28, 28, 3], [3, 3, 3, 16], 2, 1],
  ['pad 2', [2, 5, 5, 2], [3, 3, 2, 2], 1, 2],
  ['pad 2, stride 2', [1, 5, 6, 2], [5, 5, 2, 3], 2, 2],
  ['pad wider than the filter', [2, 4, 4, 2], [1, 1, 2, 3], 1, 2],
  ['pad wider than the filter, stride 2', [2, 5, 5, 2], [1, 2, 2, 3], 2, 2],
  ['explicit, uneven', [2, 6, 5, 2], [3, 2, 2, 3], 1, explicit(0, 2, 1, 0)],
  ['explicit, uneven, stride 2', [2, 6, 5, 2], [3, 2, 2, 3], 2, explicit(1, 0, 0, 2)],
  ['stride 3 with a filter of 2: some inputs unseen', [2, 8, 8, 2], [2, 2, 2, 3], 3, 'valid'],
  ['different strides', [2, 9, 8, 2], [3, 3, 2, 3], [1, 2], 'same'],
  ['1x1', [3, 5, 4, 5], [1, 1, 5, 7], 1, 'same'],
  ['1x1, stride 2', [3, 5, 4, 5], [1, 1, 5, 7], 2, 'valid'],
  ['one channel in and out', [3, 6, 6, 1], [3, 3, 1, 1], 1, 'same'],
  ['many channels', [2, 4, 4, 33], [3, 3, 33, 40], 1, 'same'],
  ['one pixel', [2, 1, 1, 3], [1, 1, 3, 2], 1, 'valid'],
  ['one pixel under a 3x3 filter', [1, 1, 1, 3], [3, 3, 3, 2], 1, 'same'],
  ['batch of one', [1, 6, 6, 3], [3, 3, 3, 4], 2, 'same'],
  ['filter as large as the image', [2, 5, 5, 3], [5, 5, 3, 4], 1, 'valid'],
  ['large stride', [1, 9, 9, 2], [3, 3, 2, 2], 5, 'valid'],
]

describe.each(kernelSets)('gradients of conv2d, %s kernels', set => {
  beforeAll(() => useKernels(set))

  it.each(cases)('%s', async (_, x, filter, strides, pad) => {
    await expectSameGradients([input(x, 1), input(filter, 2)], (a, w) =>
      tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, strides, pad),
    )
  })

  it('of any shape', async () => {
    const size = fc.integer({ min: 1, max: 9 })
    const side = fc.integer({ min: 1, max: 4 })
    const channels = fc.integer({ min: 1, max: 6 })
    const pads = fc.oneof(
      fc.constantFrom<Pad>('same', 'valid', 0, 1, 2, 3),
      fc.tuple(side, side, side, side).map(p => explicit(...p)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.record({ n: side, h: size, w: size, kh: side, kw: side, c: channels, o: channels, sh: side, sw: side, pad: pads }),
        async ({ n, h, w, kh, kw, c, o, sh, sw, pad }) => {
          // TensorFlow.js takes a number as pad for square filters and strides only, and a filter that fits the padded image:
          // otherwise its own forward pass writes outside its memory.
          fc.pre(typeof pad !== 'number' || (kh === kw && sh === sw))
          const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo([n, h, w, c], [kh, kw, c, o], [sh, sw], 1, pad)
          fc.pre(outHeight > 0 && outWidth > 0)
          await expectSameGradients([input([n, h, w, c], 3), input([kh, kw, c, o], 4)], (a, f) =>
            tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, [sh, sw], pad),
          )
        },
      ),
      { numRuns: 60, seed: 8474 },
    )
  })

  it('of a transposed convolution', async () => {
    await expectSameGradients([input([2, 4, 4, 5], 1), input([3, 3, 2, 5], 2)], (dy, w) =>
      tf.conv2dTranspose(dy as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 8, 2], 2, 'same'),
    )
  })

  it('of a 1D convolution', async () => {
    await expectSameGradients([input([2, 9, 3], 1), input([3, 3, 4], 2)], (x, w) =>
      tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'same'),
    )
  })

  it('with the same filter used twice, after other filters came and went', async () => {
    await expectSameAsCpu([input([2, 6, 6, 3], 1), input([3, 3, 3, 3], 2)], (x, w) => {
      const f = (a: tf.Tensor, b: tf.Tensor) => {
        const once = tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same')
        return tf.sum(tf.square(tf.conv2d(once, b as tf.Tensor4D, 2, 'same')))
      }
      for (let i = 0; i < 20; i++) tf.grads(f)([x!, tf.mul(w!, i)])
      return tf.grads(f)([x!, w!])
    })
  })

  it('refuses NCHW and dilation as plainly as TensorFlow.js does', async () => {
    await tf.setBackend('wasm')
    const [x, w] = [tf.ones<tf.Rank.R4>([1, 3, 5, 5]), tf.ones<tf.Rank.R4>([3, 3, 3, 2])]
    expect(() => tf.conv2d(x, w, 1, 'valid', 'NCHW')).toThrow(/channelsLast/)
    const nhwc = tf.ones<tf.Rank.R4>([1, 5, 5, 3])
    const dilated = (a: tf.Tensor) => tf.sum(tf.conv2d(a as tf.Tensor4D, w, 1, 'valid', 'NHWC', 2))
    expect(() => tf.grad(dilated)(nhwc)).toThrow(/dilation rates greater than 1/)
    tf.dispose([x, w, nhwc])
  })
})
