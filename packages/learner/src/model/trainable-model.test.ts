import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mse } from '../loss/regression.js'
import { sgd } from '../optimizer/index.js'
import { useCpu } from '../testing/tiny.js'
import type { TrainableModel } from './trainable-model.js'

beforeAll(useCpu)

it('may answer with the variable that it trains, which stays the model’s', async () => {
  const image = tf.variable(tf.zeros([2, 1]))
  const model: TrainableModel = { apply: () => image, trainableWeights: [image] }
  const data = DataBunch.from_arrays({ x: new Float32Array(4), y: Float32Array.of(3, 3, 3, 3), shape: [1], bs: 2 })
  const learn = new Learner(data, model, { progress: false, loss: mse, optimizer: sgd({ mom: 0 }), wd: 0 })
  await learn.fit(0.5, 4)
  const answer = learn.predict(tf.zeros([2, 1])) as tf.Tensor
  expect(answer.dataSync()[0]).toBeCloseTo(3 * (1 - 0.5 ** 8), 5)
  answer.dispose()
  expect(image.isDisposed).toBe(false)
})
