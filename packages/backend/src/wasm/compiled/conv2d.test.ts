import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, useKernels } from '../../testing/compare.js'

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]]

beforeAll(() => useKernels('compiled'))

const conv =
  (strides: [number, number], pad: Pad, dilations = 1) =>
  (x: tf.Tensor, w: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad, 'NHWC', dilations)

describe('compiled conv2d', () => {
  it('has the values and gradients of cpu for any shape', async () => {
    const size = fc.integer({ min: 1, max: 8 })
    const side = fc.integer({ min: 1, max: 4 })
    const edge = fc.integer({ min: 0, max: 3 })
    const pads = fc.oneof(
      fc.constantFrom<Pad>('same', 'valid', 0),
      fc.tuple(edge, edge, edge, edge).map(
        ([t, b, l, r]): Pad => [
          [0, 0],
          [t, b],
          [l, r],
          [0, 0],
        ],
      ),
    )
    const shape = fc.record({
      n: side,
      h: size,
      w: size,
      kh: side,
      kw: side,
      c: size,
      o: fc.integer({ min: 1, max: 20 }),
      sh: side,
      sw: side,
      pad: pads,
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ n, h, w, kh, kw, c, o, sh, sw, pad }) => {
        fc.pre(pad === 'same' || (kh <= h && kw <= w))
        const inputs = [input([n, h, w, c], 3), input([kh, kw, c, o], 4)]
        await expectSameAsCpu(inputs, conv([sh, sw], pad) as (...x: tf.Tensor[]) => tf.Tensor)
        await expectSameGradients(inputs, conv([sh, sw], pad) as (...x: tf.Tensor[]) => tf.Tensor)
      }),
      { numRuns: 60, seed: 8474 },
    )
  })

  // From 16 channels on, 3x3 filters of stride 1 go through Winograd's transforms, two output rows and columns at a time.
  it.each<[string, number[], number[], Pad]>([
    ['even', [2, 8, 6, 16], [3, 3, 16, 20], 'same'],
    ['odd', [3, 7, 5, 20], [3, 3, 20, 16], 'valid'],
    ['one pixel', [2, 1, 1, 16], [3, 3, 16, 16], 'same'],
    [
      'uneven padding',
      [1, 9, 6, 16],
      [3, 3, 16, 16],
      [
        [0, 0],
        [2, 0],
        [0, 3],
        [0, 0],
      ],
    ],
    ['many small images', [70, 4, 4, 16], [3, 3, 16, 24], 'same'],
    ['more tiles than one block', [1, 40, 36, 16], [3, 3, 16, 16], 'same'],
    ['more channels than one block', [1, 5, 4, 400], [3, 3, 400, 16], 'same'],
  ])('has the values and gradients of cpu through Winograd: %s', async (_, x, filter, pad) => {
    const inputs = [input(x, 3), input(filter, 4)]
    await expectSameAsCpu(inputs, (a, w) => conv([1, 1], pad)(a!, w!))
    await expectSameGradients(inputs, (a, w) => conv([1, 1], pad)(a!, w!))
  })

  it('adds bias and activation through Winograd', async () => {
    await expectSameAsCpu([input([2, 6, 5, 16], 1), input([3, 3, 16, 20], 2), input([20], 3)], (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: bias!,
        activation: 'relu',
      }),
    )
  })

  it.each([1, 2, 3, 4])('has the values and gradients of cpu with few output channels: %i', async n => {
    for (const [x, filter, strides, pad] of [
      [[3, 7, 7, 16], [3, 3, 16, n], [2, 2], 'same'],
      [[20, 5, 4, 4], [2, 3, 4, n], [1, 1], 'valid'],
      [[1, 1, 1, 8], [3, 3, 8, n], [1, 1], 'same'],
    ] as const) {
      const inputs = [input([...x], 3), input([...filter], 4)]
      await expectSameAsCpu(inputs, (a, w) => conv([...strides], pad)(a!, w!))
      await expectSameGradients(inputs, (a, w) => conv([...strides], pad)(a!, w!))
    }
    await expectSameAsCpu([input([2, 6, 5, 4], 1), input([3, 3, 4, n], 2), input([n], 3)], (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias: bias!,
        activation: 'relu',
      }),
    )
  })

  it('steps over pixels with a filter of one, where padding gives the output the size of the input', async () => {
    for (const [x, strides, pad] of [
      [[2, 3, 3, 5], [2, 2], 1],
      [
        [2, 3, 4, 5],
        [2, 3],
        [
          [0, 0],
          [0, 2],
          [6, 0],
          [0, 0],
        ],
      ],
      [
        [2, 1, 1, 5],
        [4, 4],
        [
          [0, 0],
          [3, 0],
          [0, 0],
          [0, 0],
        ],
      ],
    ] as [number[], [number, number], Pad][]) {
      const inputs = [input(x, 3), input([1, 1, 5, 9], 4)]
      await expectSameAsCpu(inputs, (a, w) => conv(strides, pad)(a!, w!))
      await expectSameGradients(inputs, (a, w) => conv(strides, pad)(a!, w!))
    }
  })

  it('sums over many channels and pixels', async () => {
    await expectSameGradients([input([3, 12, 12, 64], 1), input([3, 3, 64, 33], 2)], (x, w) => conv([1, 1], 'same')(x!, w!))
  })

  it('dilates forward', async () => {
    await expectSameAsCpu([input([2, 9, 8, 3], 1), input([3, 2, 3, 9], 2)], (x, w) => conv([1, 1], 'same', 2)(x!, w!))
  })

  it.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)('adds a bias and applies %s', async activation => {
    await expectSameAsCpu([input([2, 6, 5, 3], 1), input([3, 3, 3, 10], 2), input([10], 3)], (x, filter, bias) =>
      tf.fused.conv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 2,
        pad: 'same',
        bias: bias!,
        activation,
        leakyreluAlpha: 0.3,
      }),
    )
  })

  it('takes an empty batch', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const filter = tf.ones([3, 3, 2, 4]) as tf.Tensor4D
      const x = tf.tensor4d([], [0, 5, 5, 2])
      expect(tf.conv2d(x, filter, 1, 'same').shape).toEqual([0, 5, 5, 4])
      const [dx, dw] = tf.grads((a: tf.Tensor, b: tf.Tensor) => conv([1, 1], 'same')(a, b))(
        [x, filter],
        tf.tensor4d([], [0, 5, 5, 4]),
      )
      expect(dx!.shape).toEqual([0, 5, 5, 2])
      expect(dw!.dataSync().every(value => value === 0)).toBe(true)
    })
  })

  it('passes NaN and infinity on, and no further than they reach', async () => {
    await tf.setBackend('wasm')
    tf.tidy(() => {
      const values = new Float32Array(6 * 6).fill(1)
      values[0] = Number.NaN
      values[35] = Number.POSITIVE_INFINITY
      const y = tf.conv2d(tf.tensor4d(values, [1, 6, 6, 1]), tf.ones([3, 3, 1, 7]), 1, 'valid').dataSync()
      expect([...y.slice(0, 7)].every(Number.isNaN)).toBe(true)
      expect([...y.slice(-7)].every(value => value === Number.POSITIVE_INFINITY)).toBe(true)
      expect([...y.slice(7, 14)].every(value => value === 9)).toBe(true)
    })
  })

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38])(
    'passes %d through Winograd as cpu does',
    async special => {
      const [x, filter] = [input([2, 9, 10, 16], 3), input([3, 3, 16, 20], 4)]
      const values = Float32Array.from(x.values)
      values[16 * (10 * 4 + 5) + 3] = special
      const spoilt = { ...x, values }
      await expectSameKinds([spoilt, filter], (a, w) => [conv([1, 1], 'same')(a!, w!), tf.relu(conv([1, 1], 'same')(a!, w!))])
      // What a gradient of infinities reaches: pixels of the input, and the weights of the output channel that it came through.
      const dy = input([2, 9, 10, 20], 5)
      const spoiltDy = { ...dy, values: Float32Array.from(dy.values) }
      spoiltDy.values[20 * (10 * 8 + 9) + 7] = special
      const gradients = (...[a, w, d]: tf.Tensor[]) =>
        tf.grads((b: tf.Tensor, v: tf.Tensor) => conv([1, 1], 'same')(b, v))([a!, w!], d)
      await expectSameKinds([spoilt, filter, dy], gradients)
      await expectSameKinds([x, filter, spoiltDy], gradients)
    },
  )
})

/** The same infinities and the same NaN at the same places as on cpu, and all else equal. */
async function expectSameKinds(inputs: Parameters<typeof expectSameAsCpu>[0], program: Parameters<typeof expectSameAsCpu>[1]) {
  const kindsAndNumbers = (...tensors: tf.Tensor[]) =>
    [program(...tensors)].flat().flatMap(y => {
      const large = tf.greater(tf.abs(y), 1e30)
      const zeros = tf.zerosLike(y)
      const kinds = tf.where(tf.isNaN(y), tf.fill(y.shape, 2), tf.where(large, tf.sign(y), zeros))
      return [kinds, tf.where(tf.logicalOr(tf.isNaN(y), large), zeros, y)]
    })
  await expectSameAsCpu(inputs, kindsAndNumbers)
}
