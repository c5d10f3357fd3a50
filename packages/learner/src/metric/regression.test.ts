import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { useCpu } from '../testing/tiny.js'
import { RootMeanSquaredError } from './regression.js'

beforeAll(useCpu)

it('is the root of the mean over all batches, not the mean of their roots', async () => {
  const rmse = new RootMeanSquaredError()
  expect([rmse.name, rmse.value]).toEqual(['rmse', Number.NaN])
  await rmse.accumulate(tf.tensor1d([3, 3, 3]), tf.tensor1d([0, 0, 0]))
  await rmse.accumulate(tf.tensor1d([1]), tf.tensor1d([0]))
  expect(rmse.value).toBeCloseTo(Math.sqrt((3 * 9 + 1) / 4), 6)
  rmse.reset()
  await rmse.accumulate(tf.tensor1d([2]), tf.tensor1d([0]))
  expect(rmse.value).toBe(2)
})
