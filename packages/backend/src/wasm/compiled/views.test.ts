import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { numbers, useKernels } from '../../testing/compare.js'
import {
  batchNorm,
  batchNormTraining,
  conv2d,
  lookUp,
  matMul,
  segmentSum,
  softmaxCrossEntropy,
  sum,
} from '../../testing/definitions.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

// A reshaped tensor shares its data with the tensor that it came from: kernels read it by its own shape, and must not write to it.
describe.each([
  matMul(5, 6, 7, [false, true], 2),
  matMul(5, 6, 7, [true, false], 2),
  conv2d([2, 5, 4, 3], [3, 3, 3, 9], [2, 1], 'same').forward,
  batchNormTraining(6, 5),
  batchNorm(6, 5),
  softmaxCrossEntropy(4, 3, false),
  segmentSum([1, 0, 1], 6, 2),
  lookUp([2, 0, 2], 6, 3),
  sum(3, 4, 5),
])('$name', ({ shapes, program }) => {
  const flat = shapes.map((shape, i) => numbers(tf.util.sizeFromShape(shape), i + 1))

  it('reads views of other shapes, and leaves what they share as it was', () => {
    const results = (view: boolean) =>
      tf.tidy(() => {
        const own = flat.map((values, i) => tf.tensor(values, view ? [values.length] : shapes[i]!))
        const inputs = own.map((tensor, i) => (view ? tf.reshape(tensor, shapes[i]!) : tensor))
        const y = program(...inputs)
        const dy = tf.tensor(numbers(y.size, 7))
        const gradients = tf.grads(program)(inputs, tf.reshape(dy, y.shape))
        expect(dy.dataSync()).toEqual(numbers(y.size, 7))
        for (const [i, tensor] of own.entries()) expect(tensor.dataSync()).toEqual(flat[i])
        return [y, ...gradients].map(tensor => tensor.dataSync().slice())
      })
    expect(results(true)).toEqual(results(false))
  })
})
