import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, type Input, input, numbers, useKernels } from '../../testing/compare.js'
import { conv2d } from '../../testing/definitions.js'

beforeAll(() => useKernels('compiled'))

const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

/** Random numbers, with others put at some of their places. */
function withSpecials(shape: number[], seed: number, specials: readonly (readonly [place: number, value: number])[]): Input {
  const { values } = input(shape, seed)
  const changed = Float32Array.from(values)
  for (const [place, value] of specials) changed[place % changed.length] = value
  return { shape, values: changed }
}

const convolve = (pad: 'same' | 'valid') => (x?: tf.Tensor, filter?: tf.Tensor) =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, pad)

/** The convolution, and both of its gradients for a gradient `dy` from above. */
const allOf = (pad: 'same' | 'valid') => (x?: tf.Tensor, filter?: tf.Tensor, dy?: tf.Tensor) => [
  convolve(pad)(x, filter),
  ...tf.grads(convolve(pad))([x!, filter!], dy),
]

describe('NaN, infinity and the largest numbers through Winograd', () => {
  it('reach what they do by the definition, and nothing else', async () => {
    const specials = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...odd)), { maxLength: 2 })
    // Sizes that Winograd serves, forward and back, whose tiles of 4x4 are whole or cut.
    const size = fc.integer({ min: 6, max: 8 })
    const cases = fc.record({
      h: size,
      w: size,
      c: fc.constantFrom(16, 20),
      o: fc.constantFrom(16, 24),
      pad: fc.constantFrom('same' as const, 'valid' as const),
      inX: specials,
      inDy: specials,
    })
    await fc.assert(
      fc.asyncProperty(cases, ({ h, w, c, o, pad, inX, inDy }) => {
        const edges = pad === 'same' ? 0 : 2
        const x = withSpecials([2, h + edges, w + edges, c], 3, inX)
        return expectSameAsCpu([x, input([3, 3, c, o], 4), withSpecials([2, h, w, o], 5, inDy)], allOf(pad))
      }),
      { numRuns: 20, seed: 61 },
    )
  })

  it('wherever in a tile they stand', async () => {
    const shape = [1, 6, 6, 16]
    for (let pixel = 0; pixel < 36; pixel++) {
      const value = odd[pixel % 2]!
      const x = withSpecials(shape, 3, [[16 * pixel + (pixel % 16), value]])
      const dy = withSpecials(shape, 5, [[16 * pixel + ((5 * pixel) % 16), value]])
      await expectSameAsCpu([x, input([3, 3, 16, 16], 4), input(shape, 5)], allOf('same'))
      await expectSameAsCpu([input(shape, 3), input([3, 3, 16, 16], 4), dy], allOf('same'))
    }
  })

  it('do not overflow on the way', async () => {
    // The transforms of the input add several of these.
    const large: Input = {
      shape: [1, 6, 6, 16],
      values: Float32Array.from(input([1, 6, 6, 16]).values, value => 2e38 * Math.sign(value)),
    }
    const small = (shape: number[]): Input => ({ shape, values: Float32Array.from(input(shape, 4).values, value => value / 1e4) })
    await expectSameAsCpu([large, small([3, 3, 16, 16]), small([1, 6, 6, 16])], allOf('same'))
    await expectSameAsCpu([small([1, 6, 6, 16]), small([3, 3, 16, 16]), large], allOf('same'))
  })

  it('in many images and tiles, before a bias and an activation', async () => {
    const x = withSpecials([40, 6, 6, 16], 3, [
      [7000, Number.NEGATIVE_INFINITY],
      [12_345, Number.POSITIVE_INFINITY],
      [19_199, Number.NaN],
    ])
    const bias = withSpecials([16], 5, [[3, Number.POSITIVE_INFINITY]])
    for (const activation of ['relu', 'relu6', 'linear'] as const) {
      await expectSameAsCpu([x, input([3, 3, 16, 16], 4), bias], (image, filter, b) =>
        tf.fused.conv2d({
          x: image as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: b!,
          activation,
        }),
      )
    }
  })

  it('when nothing else is there', async () => {
    const [x, filter] = [input([2, 6, 6, 16]), input([3, 3, 16, 16])]
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const filled = ({ shape, values }: Input): Input => ({ shape, values: Float32Array.from(values, () => value) })
      await expectSameAsCpu([filled(x), filter, x], allOf('same'))
      await expectSameAsCpu([x, filled(filter), x], allOf('same'))
      await expectSameAsCpu([x, filter, filled(x)], allOf('same'))
    }
  })
})

// At the usual points of interpolation, 0, 1, -1, 2 and -2, the forward pass is off by 5e-6.
it.each(['forward', 'inputGradient', 'filterGradient'] as const)('rounds little: %s', async pass => {
  await tf.setBackend('wasm')
  const { shapes, program, reference } = conv2d([4, 8, 8, 128], [3, 3, 128, 16], [1, 1], 'same')[pass]
  const values = shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))
  const expected = reference(...values.map(each => Float64Array.from(each)))
  const actual = tf.tidy(() => program(...shapes.map((shape, i) => tf.tensor(values[i]!, shape))).dataSync())
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const error = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / scale
  expect(error).toBeLessThan(3e-6)
})
