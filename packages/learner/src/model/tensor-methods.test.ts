import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { expectClose } from '../testing/numerical.js'
import { points, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

it.each([
  [4, 3],
  [3, 4],
])('an orthogonal %i x %i matrix is orthogonal', (rows, columns) => {
  const q = initializers.orthogonal({ seed: 1 } as never).apply([rows, columns]) as tf.Tensor2D
  const size = Math.min(rows, columns)
  const product = rows < columns ? tf.matMul(q, q, false, true) : tf.matMul(q, q, true, false)
  expect(product.shape).toEqual([size, size])
  expectClose(product.dataSync(), tf.eye(size).dataSync())
})

it.each([
  ['lstm', () => layers.lstm({ units: 3 })],
  ['gru', () => layers.gru({ units: 3 })],
])('a model with a %s layer trains', async (_, recurrent) => {
  const model = sequential({
    layers: [layers.reshape({ targetShape: [2, 1], inputShape: [2] }), recurrent(), layers.dense({ units: 2 })],
  })
  const { losses } = await new Learner(points(), model, { progress: false }).fit(3e-2, 15)
  const mean = (part: readonly number[]) => part.reduce((sum, loss) => sum + loss, 0) / part.length
  expect(mean(losses.slice(-2))).toBeLessThan(mean(losses.slice(0, 2)))
})
