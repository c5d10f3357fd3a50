import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import { batchNormTraining, conv2d, type Definition, matMul, segmentSum, softmaxCrossEntropy } from '../../testing/definitions.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

/** The largest difference from the sums in float64, as a part of the largest. */
function drift({ shapes, program, reference }: Definition, values: (size: number, input: number) => Float32Array): number {
  const inputs = shapes.map((shape, i) => values(tf.util.sizeFromShape(shape), i))
  const expected = reference(...inputs.map(input => Float64Array.from(input)))
  const actual = tf.tidy(() => program(...shapes.map((shape, i) => tf.tensor(inputs[i]!, shape))).dataSync())
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / scale
}

const ofAboutOne = (size: number, input: number) => numbers(size, input + 1).map(value => value + 1.3)
const equal = (size: number) => new Float32Array(size).fill(0.1)

/** For one channel, a depthwise convolution is a convolution. */
const depthwiseFilterGradient: Definition = {
  ...conv2d([1, 1, 26_000, 1], [1, 3, 1, 1], [1, 1], 'same').filterGradient,
  program: (x, dy) => {
    const attrs = { strides: 1, pad: 'same', dilations: 1, filterShape: [1, 3, 1, 1] }
    return tf.engine().runKernel(tf.DepthwiseConv2dNativeBackpropFilter, { x: x!, dy: dy! }, attrs) as tf.Tensor
  },
}

// Added one after the other in float32, as many equal terms are off by 1e-4 to 5e-4.
it.each<[string, Definition]>([
  ['a wide product', matMul(7, 26_000, 9, [true, false])],
  ['a narrow product', matMul(2, 26_000, 3, [false, true])],
  ['a deep convolution', conv2d([1, 3, 3, 500], [3, 3, 500, 9], [1, 1], 'same').forward],
  ['a deep convolution of few channels', conv2d([1, 3, 3, 500], [3, 3, 500, 3], [1, 1], 'same').forward],
  ['a deep input gradient', conv2d([1, 3, 3, 9], [3, 3, 9, 500], [1, 1], 'same').inputGradient],
  ['a filter gradient', conv2d([64, 32, 32, 3], [1, 1, 3, 8], [1, 1], 'same').filterGradient],
  ['a narrow filter gradient', conv2d([32, 28, 28, 1], [3, 3, 1, 2], [1, 1], 'same').filterGradient],
  ['a filter gradient of few channels', conv2d([64, 32, 32, 4], [1, 1, 4, 2], [1, 1], 'same').filterGradient],
  ['a filter gradient of many large images', conv2d([32, 128, 128, 1], [1, 2, 1, 5], [1, 1], 'same').filterGradient],
  [
    'a filter gradient of many large images and few channels',
    conv2d([16, 128, 128, 4], [1, 2, 4, 1], [1, 1], 'same').filterGradient,
  ],
  ['a depthwise filter gradient of wide images', depthwiseFilterGradient],
  ['a loss', softmaxCrossEntropy(5_000, 5, false)],
  ['a loss of many classes', softmaxCrossEntropy(2, 5_000, true)],
  ['batch norm of many rows', batchNormTraining(40_000, 3)],
  ['rows that share a segment', segmentSum(new Array(26_000).fill(0), 16, 2)],
  [
    'rows that share segments',
    segmentSum(
      Array.from({ length: 26_000 }, (_, i) => i % 700),
      7,
      700,
    ),
  ],
])('%s does not drift', (_, definition) => {
  expect(drift(definition, ofAboutOne)).toBeLessThanOrEqual(1e-6)
  expect(drift(definition, equal)).toBeLessThanOrEqual(1e-6)
})
