// Alone: it registers another backend.
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useTensorFlowStandIn } from '../testing/tensorflow.js'
import { useCpu } from '../testing/tiny.js'
import { fusedConv2d } from './fused-conv2d.js'

beforeAll(useCpu)

const near = (actual: tf.Tensor, expected: tf.Tensor) => {
  expect(actual.shape).toEqual(expected.shape)
  const [a, b] = [actual.dataSync(), expected.dataSync()]
  for (const [i, value] of b.entries()) expect(Math.abs(a[i]! - value)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)))
}

it.each([
  ['relu', 2, 1, true],
  ['relu', 1, 0, false],
  ['linear', 2, 1, true],
  ['linear', 1, 1, false],
] as const)(
  '%s, stride %i, pad %i, bias %s: output and gradients are those of the single steps',
  (activation, strides, pad, withBias) => {
    const x = tf.randomNormal([2, 7, 6, 3], 0, 1, 'float32', 1)
    const filter = tf.randomNormal([3, 3, 3, 4], 0, 1, 'float32', 2)
    const bias = tf.randomNormal([4], 0, 1, 'float32', 3)
    const before = tf.memory().numTensors

    const steps = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) => {
      const sum = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', 1, 'floor')
      const shifted = withBias ? tf.add(sum, bias) : sum
      return activation === 'relu' ? tf.relu(shifted) : shifted
    }
    const fused = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
      fusedConv2d(x, filter, withBias ? bias : undefined, { strides, pad, activation })
    const inputs = withBias ? [x, filter, bias] : [x, filter]
    const gradientsOf = (f: typeof steps) =>
      tf.grads((...given) => tf.sum(tf.square(f(given[0]!, given[1]!, given[2] ?? bias))))(inputs)

    tf.tidy(() => {
      near(fused(x, filter, bias), steps(x, filter, bias))
      const expected = gradientsOf(steps)
      for (const [i, gradient] of gradientsOf(fused).entries()) near(gradient, expected[i]!)
    })
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose([x, filter, bias])
  },
)

describe('on tfjs-node', () => {
  afterAll(() => void useCpu())

  it.each([
    [3, 1, 0, false],
    [3, 1, 1, false],
    [3, 1, 2, true],
    [3, 2, 0, false],
    [3, 2, 1, true],
    [4, 1, 1, true],
    [1, 2, 0, false],
  ])(
    'filter %i, stride %i, pad %i: output and gradients are those of the number (zeros copied: %s)',
    async (size, strides, pad, copied) => {
      const convolve = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor) =>
        fusedConv2d(x, filter, bias, { strides, pad, activation: 'relu' })
      const results = () =>
        tf.tidy(() => {
          const inputs = [[2, 7, 6, 3], [size, size, 3, 4], [4]].map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', i + 1))
          const before = tf.memory().numTensors
          const y = convolve(...(inputs as [tf.Tensor, tf.Tensor, tf.Tensor]))
          expect(tf.memory().numTensors).toBe(before + 1)
          const gradients = tf.grads((...given) => tf.sum(tf.square(convolve(given[0]!, given[1]!, given[2]!))))(inputs)
          return [y, ...gradients].map(tensor => ({ shape: tensor.shape, values: tensor.arraySync() }))
        })
      await useCpu()
      const expected = results()
      await useTensorFlowStandIn()
      expect(results()).toEqual(expected)
      const { kernelNames } = await tf.profile(() => void results())
      expect(kernelNames.includes(tf.PadV2)).toBe(copied)
    },
  )
})
