import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectSameAsCpu, expectSameGradients, input, useKernels } from '../../testing/compare.js'
import { batchNorm } from '../../testing/definitions.js'
import { batchNormKernelNames, softmaxCrossEntropyName } from './kernel-names.js'

beforeAll(async () => {
  useKernels('compiled')
  await tf.setBackend('wasm')
})

const none = (...shape: number[]) => ({ shape, values: [] })

describe('of nothing', () => {
  it.each([
    [1, 0, 3, 4],
    [1, 2, 3, 0],
    [1, 2, 0, 4],
    [0, 2, 3, 4],
    [5, 0, 0, 0],
  ])('%i products [%i, %i] by %i columns are those of cpu, with their gradients', async (batches, m, k, n) => {
    const inputs = [input([batches, m, k]), input([batches, k, n], 2)]
    await expectSameAsCpu(inputs, (x, y) => tf.matMul(x!, y!))
    await expectSameGradients(inputs, (x, y) => tf.matMul(x!, y!))
  })

  it('a layer of no inputs gives its bias', async () => {
    const y = tf.tidy(() => {
      const [a, b, bias] = [tf.zeros([2, 0]), tf.zeros([0, 3]), tf.tensor1d([1, -1, 2])] as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor1D,
      ]
      return [...tf.fused.matMul({ a, b, bias, activation: 'relu' }).dataSync()]
    })
    expect(y).toEqual([1, 0, 2, 1, 0, 2])
  })

  it.each(['elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)('a layer of no outputs has no activations: %s', async activation => {
    await expectSameAsCpu([input([2, 5]), input([5, 0]), none(0)], (a, b, alpha) =>
      tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, activation, preluActivationWeights: alpha! }),
    )
  })

  it('a batch is normalized by given statistics, and gives their gradients nothing', () => {
    const { program } = batchNorm(0, 3)
    tf.tidy(() => {
      const x = tf.zeros([0, 3])
      const [dx, ...rest] = tf.grads(program)([x, ...new Array(4).fill(tf.ones([3]))], x)
      expect(dx!.shape).toEqual([0, 3])
      for (const gradient of rest) expect([...gradient.dataSync()].map(Math.abs)).toEqual([0, 0, 0])
    })
  })

  it('a batch has no statistics and no mean loss', () => {
    tf.tidy(() => {
      const inputs = { x: tf.zeros([0, 3]), gamma: tf.ones([3]), beta: tf.zeros([3]) }
      const [y, , variance] = tf
        .engine()
        .runKernel(batchNormKernelNames.training, inputs, { epsilon: 1e-3 }) as unknown as tf.Tensor[]
      expect(y!.shape).toEqual([0, 3])
      expect([...variance!.dataSync()]).toEqual([Number.NaN, Number.NaN, Number.NaN])
      const [loss, gradient] = tf
        .engine()
        .runKernel(softmaxCrossEntropyName, { logits: tf.zeros([0, 3]), target: tf.zeros([0, 3]) }) as unknown as tf.Tensor[]
      expect(loss!.dataSync()[0]).toBeNaN()
      expect(gradient!.shape).toEqual([0, 3])
    })
  })

  it('segments of no rows are 0', async () => {
    const ids = { shape: [0], values: [], dtype: 'int32' as const }
    await expectSameAsCpu([none(0, 3), ids], (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 2))
    await tf.setBackend('wasm')
    expect(tf.tidy(() => tf.unsortedSegmentSum(tf.zeros([2, 0]), tf.tensor1d([0, 1], 'int32'), 3).shape)).toEqual([3, 0])
  })
})
