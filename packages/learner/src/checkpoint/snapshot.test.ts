import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { mse } from '../loss/regression.js'
import { weightsOf } from '../model/parameters.js'
import { points, tinyLearner, useCpu } from '../testing/tiny.js'
import { capture, restore } from './snapshot.js'

beforeAll(useCpu)

const weights = (learn: Learner) => weightsOf(learn.model).map(({ name, variable }) => [name, [...variable.dataSync()]])

it('is all that training changes: put back, the same training gives the same again', async () => {
  const learn = tinyLearner()
  await learn.fit(1e-2, 1)
  const before = await capture(learn)
  const tensors = tf.memory().numTensors
  const first = await learn.fit_one_cycle(2, 1e-1)
  const end = weights(learn)
  await restore(learn, before)
  expect(learn.opt.get('lr')).toEqual([1e-2])
  const again = await learn.fit_one_cycle(2, 1e-1)
  expect(again.losses).toEqual(first.losses)
  expect(weights(learn)).toEqual(end)
  expect(tf.memory().numTensors).toBe(tensors)
})

it('is a copy, which neither training nor restoring changes', async () => {
  const learn = tinyLearner()
  const taken = await capture(learn)
  const kept = structuredClone(taken.weights)
  await restore(learn, taken)
  await learn.fit(1e-1, 2)
  expect(taken.weights).toEqual(kept)
})

it('of another model is refused, and nothing changed', async () => {
  const learn = tinyLearner()
  const before = weights(learn)
  const taken = await capture(learn)
  const { '0.bias': bias, ...others } = taken.weights
  await expect(restore(learn, { ...taken, weights: others })).rejects.toThrow(/the model has 0.bias \[8\], which was not saved/)
  const foreign = { ...taken.weights, '0.bias': { shape: [2, 4], values: bias!.values }, '9.kernel': bias! }
  await expect(restore(learn, { ...taken, weights: foreign })).rejects.toThrow(
    /0.bias \[8\], which was not saved; 0.bias \[2,4\], 9.kernel \[8\] was saved, which the model does not have/,
  )
  const optimizer = { ...taken.optimizer, rule: 'sgd' }
  const moved = { '0.bias': { shape: [8], values: new Float32Array(8).fill(7) } }
  await expect(restore(learn, { optimizer, weights: { ...taken.weights, ...moved } })).rejects.toThrow(/sgd/)
  expect(weights(learn)).toEqual(before)
})

it('keeps whole numbers whole', async () => {
  const [w, steps] = [tf.variable(tf.ones([2, 1])), tf.variable(tf.tensor1d([16777215, -3], 'int32'), false)]
  const model = {
    apply: (x: tf.Tensor | tf.Tensor[]) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D),
    trainableWeights: [w],
    weights: [w, steps],
  }
  const learn = new Learner(points(), model, { loss: mse, progress: false })
  const taken = await capture(learn)
  steps.assign(tf.zeros([2], 'int32'))
  await restore(learn, taken)
  expect([steps.dtype, steps.dataSync()]).toEqual(['int32', Int32Array.of(16777215, -3)])
})
