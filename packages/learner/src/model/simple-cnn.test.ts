import * as tf from '@tensorflow/tfjs-core'
import type { Sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { weightsOf } from './parameters.js'
import { simple_cnn } from './simple-cnn.js'

beforeAll(useCpu)

const values = (model: Sequential) => weightsOf(model).map(({ name, variable }) => [name, [...variable.dataSync()]] as const)

it.each([
  [[3, 16, 16, 2], 3058],
  [[1, 16, 32, 10], 7690],
])('simple_cnn(%s) has %i parameters', (actns, count) => {
  expect(simple_cnn(actns).countParams()).toBe(count)
})

it('gives logits for images of any size', () => {
  const model = simple_cnn([3, 4, 5], { seed: 1 })
  expect(model.outputs[0]!.shape).toEqual([null, 5])
  for (const size of [9, 28]) expect((model.apply(tf.zeros([2, size, size, 3])) as tf.Tensor).shape).toEqual([2, 5])
})

describe('a seed', () => {
  it('decides all weights, of which no two layers have the same', () => {
    const [a, b, other] = [
      simple_cnn([4, 4, 4], { seed: 0 }),
      simple_cnn([4, 4, 4], { seed: 0 }),
      simple_cnn([4, 4, 4], { seed: 1 }),
    ]
    expect(values(a)).toEqual(values(b))
    expect(values(a)).not.toEqual(values(other))
    const kernels = values(a).filter(([name]) => name.endsWith('kernel'))
    expect(kernels[0]![1]).not.toEqual(kernels[1]![1])
  })

  it('left out gives other weights each time', () => {
    expect(values(simple_cnn([1, 2]))).not.toEqual(values(simple_cnn([1, 2])))
  })
})

it('starts with zero biases, and weights of standard deviation sqrt(2 / fan_in)', () => {
  const std = (numbers: readonly number[]) => Math.sqrt(numbers.reduce((sum, w) => sum + w * w, 0) / numbers.length)
  const model = simple_cnn([8, 32, 32], { kernelSizes: [5, 3], seed: 1 })
  const weights = Object.fromEntries(values(model))
  expect(std(weights['0.kernel']!) / Math.sqrt(2 / (25 * 8))).toBeCloseTo(1, 1)
  expect(std(weights['1.kernel']!) / Math.sqrt(2 / (9 * 32))).toBeCloseTo(1, 1)
  for (const name of ['0.bias', '1.bias']) expect(weights[name]!.every(b => b === 0)).toBe(true)
})

describe('with batch norm', () => {
  it('has no bias before one, and none after the last convolution', () => {
    expect(weightsOf(simple_cnn([1, 4, 4, 2], { bn: true })).map(({ name }) => name)).toEqual([
      '0.kernel',
      ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map(weight => `1.${weight}`),
      '2.kernel',
      ...['gamma', 'beta', 'moving_mean', 'moving_variance'].map(weight => `3.${weight}`),
      '4.kernel',
      '4.bias',
    ])
  })

  it('moves its running statistics a tenth of the way in training, and keeps them otherwise', () => {
    const model = simple_cnn([1, 2, 2], { bn: true, seed: 1 })
    const x = tf.randomNormal([8, 6, 6, 1], 3, 1, 'float32', 2)
    const mean = () => values(model).find(([name]) => name === '1.moving_mean')![1]
    tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor)
    expect(mean()).toEqual([0, 0])
    const activations = model.layers[0]!.apply(x) as tf.Tensor
    const batch = [...tf.mean(activations, [0, 1, 2]).dataSync()]
    tf.tidy(() => model.apply(x, { training: true }) as tf.Tensor)
    for (const [i, value] of mean().entries()) expect(value).toBeCloseTo(batch[i]! / 10, 5)
  })
})

it.each([
  [[3], {}, /1 channel counts/],
  [[3, 4, 2], { kernelSizes: [3] }, /1 kernelSizes and 2 strides/],
  [[3, 4, 2], { strides: [2, 2, 2] }, /3 strides/],
  [[0, 4], {}, /0 channels of the input/],
  [[3, 0], {}, /filters = 0/],
  [[3, 4], { seed: -1 }, /seed/],
])('refuses simple_cnn(%s, %o)', (actns, options, message) => {
  expect(() => simple_cnn(actns, options)).toThrow(message)
})
