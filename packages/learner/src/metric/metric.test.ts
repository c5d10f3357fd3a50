import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { AverageMetric } from './metric.js'

beforeAll(useCpu)

const meanOfTarget = (_: unknown, target: unknown) => tf.mean(tf.mul(target as tf.Tensor, 1)) as tf.Scalar

it('weighs each batch by its samples, and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      async batches => {
        const metric = new AverageMetric(meanOfTarget)
        const before = tf.memory().numTensors
        for (const batch of batches) {
          const y = tf.tensor1d(batch)
          await metric.accumulate(y, y)
          y.dispose()
        }
        const all = batches.flat()
        expect(metric.value).toBeCloseTo(all.reduce((sum, v) => sum + v, 0) / all.length, 4)
        expect(tf.memory().numTensors).toBe(before)
      },
    ),
    { numRuns: 20 },
  )
})

it('is NaN before the first batch and after a reset', async () => {
  const metric = new AverageMetric(meanOfTarget)
  expect(metric.value).toBeNaN()
  const y = tf.tensor1d([4])
  await metric.accumulate(y, y)
  expect(metric.value).toBe(4)
  metric.reset()
  expect(metric.value).toBeNaN()
})

it('counts the samples of the first of several targets', async () => {
  const metric = new AverageMetric((_, target) => tf.mean((target as tf.Tensor[])[0]!) as tf.Scalar, 'first')
  await metric.accumulate(tf.zeros([2]), [tf.tensor1d([1, 1]), tf.zeros([2, 7])])
  await metric.accumulate(tf.zeros([6]), [tf.tensor1d([5, 5, 5, 5, 5, 5]), tf.zeros([6, 7])])
  expect(metric.value).toBe(4)
})

it("carries its function's name, or its own", () => {
  expect(new AverageMetric(meanOfTarget).name).toBe('meanOfTarget')
  expect(new AverageMetric(meanOfTarget, 'mean').name).toBe('mean')
  expect(() => new AverageMetric((...args) => meanOfTarget(args[0], args[1]))).toThrow(/without a name/)
})

it('refuses what is not one number', async () => {
  const vector = new AverageMetric(() => tf.zeros([3]) as tf.Scalar, 'vector')
  await expect(vector.accumulate(tf.zeros([3]), tf.zeros([3]))).rejects.toThrow(/vector gave a tensor of shape \[3\]/)
  const later = new AverageMetric((async () => tf.scalar(1)) as never, 'later')
  await expect(later.accumulate(tf.zeros([3]), tf.zeros([3]))).rejects.toThrow(/later gave a promise.*accumulate is asynchronous/)
  const word = new AverageMetric((() => 'good') as never, 'word')
  await expect(word.accumulate(tf.zeros([3]), tf.zeros([3]))).rejects.toThrow(/word gave 'good'/)
  expect(() => new AverageMetric('accuracy' as never)).toThrow(/of a function of \(pred, target\).*but got 'accuracy'/)
})

it('takes a number for a scalar, and keeps no tensor of what it refuses', async () => {
  const [pred, target] = [tf.tensor1d([1, 3]), tf.zeros([2])]
  const before = tf.memory().numTensors
  const number = new AverageMetric(given => (given as tf.Tensor).dataSync()[1]!, 'second')
  await number.accumulate(pred, target)
  expect(number.value).toBe(3)
  const vector = new AverageMetric(given => tf.add(given as tf.Tensor, 1) as tf.Scalar, 'vector')
  await expect(vector.accumulate(pred, target)).rejects.toThrow()
  expect(tf.memory().numTensors).toBe(before)
})
