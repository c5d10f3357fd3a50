import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, type Input, input, numbers, useKernels } from '../../testing/compare.js'
import { expectGradientsOf, type Reference } from '../../testing/numerical.js'

type Pair = [number, number]
type Pad = 'same' | 'valid' | number | [Pair, Pair, Pair, Pair]

beforeAll(() => useKernels('compiled'))

const convolve =
  (strides: Pair | number, pad: Pad, dilations: Pair | number = 1) =>
  (x?: tf.Tensor, filter?: tf.Tensor) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations)

describe('compiled depthwiseConv2d', () => {
  it('has the values of cpu for any shape, stride, padding, multiplier and dilation', async () => {
    const size = fc.integer({ min: 1, max: 11 })
    const side = fc.integer({ min: 1, max: 4 })
    const edge = fc.integer({ min: 0, max: 3 })
    const shape = fc
      .record({
        n: fc.integer({ min: 1, max: 3 }),
        h: size,
        w: size,
        kernel: fc.tuple(side, side),
        c: fc.integer({ min: 1, max: 21 }),
        multiplier: fc.constantFrom(1, 1, 2, 3),
        strides: fc.tuple(side, side),
        dilations: fc.constantFrom<Pair>([1, 1], [1, 1], [2, 2], [1, 3]),
        pad: fc.oneof(
          fc.constantFrom<Pad>('same', 'valid'),
          fc.tuple(edge, edge, edge, edge).map(
            ([top, bottom, left, right]): Pad => [
              [0, 0],
              [top, bottom],
              [left, right],
              [0, 0],
            ],
          ),
        ),
      })
      .filter(({ h, w, kernel, dilations, pad }) => {
        const [tall, wide] = kernel.map((taps, i) => (taps - 1) * dilations[i]! + 1) as Pair
        return pad === 'same' || (tall <= h && wide <= w)
      })
    await fc.assert(
      fc.asyncProperty(shape, ({ n, h, w, kernel, c, multiplier, strides, dilations, pad }) => {
        const inputs = [input([n, h, w, c], 3), input([...kernel, c, multiplier], 4)]
        const steps: Pair = dilations.some(rate => rate > 1) ? [1, 1] : strides
        return expectSameAsCpu(inputs, convolve(steps, pad, dilations), 1e-6)
      }),
      { numRuns: 150, seed: 31 },
    )
  })

  it.each<[string, number[], number[], Pair | number, Pad]>([
    ['one pixel, one channel', [1, 1, 1, 1], [1, 1, 1, 1], 1, 'valid'],
    ['one pixel under a larger filter', [2, 1, 1, 5], [3, 3, 5, 2], 1, 'same'],
    ['strides beyond the filter', [2, 9, 8, 6], [2, 2, 6, 1], [5, 3], 'valid'],
    ['a number as padding', [2, 6, 6, 3], [3, 3, 3, 1], 2, 1],
    ['many channels', [2, 9, 9, 75], [5, 5, 75, 1], 1, 'same'],
    ['many filters a channel', [1, 9, 9, 3], [3, 3, 3, 16], 1, 'same'],
  ])('has the values of cpu: %s', async (_, x, filter, strides, pad) => {
    await expectSameAsCpu([input(x, 3), input(filter, 4)], convolve(strides, pad), 1e-6)
  })

  const channels = [
    [1, 1],
    [3, 1],
    [3, 2],
    [20, 1],
  ] as const
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const
  it.each(activations)('adds a bias and applies %s', async activation => {
    for (const [c, multiplier] of channels) {
      const n = c * multiplier
      await expectSameAsCpu(
        [input([2, 7, 9, c], 1), input([3, 3, c, multiplier], 2), input([n], 3), input([n], 4)],
        (x, filter, bias, alpha) =>
          tf.fused.depthwiseConv2d({
            x: x as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            strides: 1,
            pad: 'same',
            bias: bias!,
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === 'prelu' ? { preluActivationWeights: alpha! } : {}),
          }),
      )
    }
  })

  it('sees weights that were changed in place', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const [x, filter] = [tf.ones<tf.Rank.R4>([1, 4, 4, 8]), tf.ones<tf.Rank.R4>([3, 3, 8, 1])]
      const middle = () => tf.depthwiseConv2d(x, filter, 1, 'valid').dataSync()[0]
      expect(middle()).toBe(9)
      const { backend } = tf.engine() as unknown as { backend: { typedArrayFromHeap(x: tf.Tensor): Float32Array } }
      backend.typedArrayFromHeap(filter).fill(2)
      expect(middle()).toBe(18)
    })
  })

  it.each([2, 9])('passes NaN and infinity on in %i channels, and no further than they reach', async c => {
    const [values, weights] = [numbers(2 * 49 * c, 3), numbers(9 * c, 4)]
    for (const [i, special] of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].entries()) {
      values[7 * c * (2 * i + 1) + i] = special
    }
    const image: Input = { shape: [2, 7, 7, c], values }
    await expectSameAsCpu([image, { shape: [3, 3, c, 1], values: weights }], convolve(1, 'same'))
    weights[1] = Number.POSITIVE_INFINITY
    await expectSameAsCpu([input(image.shape), { shape: [3, 3, c, 1], values: weights }], convolve(1, 'same'))
  })

  it('takes an empty batch, a single image, and a view', async () => {
    const filter = input([2, 2, 3, 2])
    await expectSameAsCpu([input([0, 4, 4, 3]), filter], convolve(1, 'same'))
    await expectSameAsCpu([input([5, 4, 3]), filter], convolve(1, 'same'))
    await expectSameAsCpu([input([4, 18]), filter], (x, f) =>
      convolve(1, 'same')(tf.reshape(tf.slice(x!, 1, 2), [2, 3, 2, 3]), f),
    )
  })

  it('leaves channels first to TensorFlow.js, which refuses them', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const attrs = { strides: 1, pad: 'same', dilations: 1, dataFormat: 'NCHW', activation: 'linear' }
      const inputs = { x: tf.ones([1, 4, 4, 4]), filter: tf.ones([3, 3, 4, 1]) }
      expect(() => tf.engine().runKernel('FusedDepthwiseConv2D', inputs, attrs)).toThrow(/NCHW/)
    })
  })

  it('has the gradients of its definition in float64', async () => {
    const [n, h, w, c, m, k, stride] = [2, 6, 5, 3, 2, 3, 2]
    const [oh, ow] = [3, 3]
    const reference: Reference = (x, f) =>
      Float64Array.from({ length: n * oh * ow * c * m }, (_, i) => {
        const filter = i % (c * m)
        const pixel = Math.floor(i / (c * m))
        const [column, row, image] = [pixel % ow, Math.floor(pixel / ow) % oh, Math.floor(pixel / ow / oh)]
        let sum = 0
        for (let kh = 0; kh < k; kh++) {
          for (let kw = 0; kw < k; kw++) {
            const [y, z] = [row * stride + kh - 1, column * stride + kw - 1]
            if (y < 0 || y >= h || z < 0 || z >= w) continue
            sum += x![((image * h + y) * w + z) * c + Math.floor(filter / m)]! * f![(kh * k + kw) * c * m + filter]!
          }
        }
        return sum
      })
    const shapes = [
      [n, h, w, c],
      [k, k, c, m],
    ]
    await expectGradientsOf(reference, shapes, (x, f) => tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, 1))
  })

  it('has the gradients of cpu for any shape, stride and padding, also where its sums stay in registers', async () => {
    const size = fc.integer({ min: 1, max: 9 })
    const side = fc.integer({ min: 1, max: 5 })
    const shape = fc
      .record({
        h: size,
        w: size,
        kernel: fc.tuple(side, side),
        c: fc.constantFrom(1, 3, 8, 9, 13, 16),
        multiplier: fc.constantFrom(1, 1, 1, 2),
        strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
        pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
      })
      .filter(({ h, w, kernel, pad }) => pad === 'same' || (kernel[0] <= h && kernel[1] <= w))
    await fc.assert(
      fc.asyncProperty(shape, ({ h, w, kernel, c, multiplier, strides, pad }) =>
        expectSameGradients([input([2, h, w, c], 3), input([...kernel, c, multiplier], 4)], convolve(strides, pad)),
      ),
      { numRuns: 80, seed: 7 },
    )
  })

  it('has the gradients of cpu when an activation follows', async () => {
    await expectSameGradients([input([2, 6, 5, 3], 1), input([3, 3, 3, 2], 2), input([6], 3)], (x, filter, bias) =>
      tf.fused.depthwiseConv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: bias!,
        activation: 'relu',
      }),
    )
  })
})
