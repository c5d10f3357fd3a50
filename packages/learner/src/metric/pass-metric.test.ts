import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { binary_cross_entropy } from '../loss/binary-cross-entropy.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { accuracy } from './classification.js'
import { F1Score, Recall } from './precision-recall.js'
import { APScoreMulti, RocAuc } from './ranking.js'

beforeAll(useCpu)

const inputs = Float32Array.of(-2, -0.4, 0.4, 2)
const identity = (activation?: 'sigmoid') => {
  const model = sequential({
    layers: [layers.dense({ units: 1, inputShape: [1], useBias: false, ...(activation && { activation }) })],
  })
  model.setWeights([tf.tensor2d([[1]])])
  return model
}

it('reads predictions by what the model ends in', async () => {
  const y = Int32Array.of(0, 1, 1, 1)
  const data = DataBunch.from_arrays({ x: inputs, y, bs: 3, valid_bs: 3, valid: { x: inputs, y } })
  const metrics = () => [new Recall(), new RocAuc()]
  for (const model of [identity(), identity('sigmoid')]) {
    const figures = await new Learner(data, model, { metrics: metrics(), progress: false }).validate()
    expect(figures['recall_score']).toBeCloseTo(2 / 3, 6)
    expect(figures['roc_auc_score']).toBe(1)
  }
  const sure = new Learner(data, identity('sigmoid'), { metrics: new Recall({ thresh: 0.7 }), progress: false })
  expect((await sure.validate())['recall_score']).toBeCloseTo(1 / 3, 6)
})

it('takes each unit for a label where the loss asks each for a yes or no', async () => {
  const x = Float32Array.of(-1, 1, 1, 1, 1, -1)
  const y = Float32Array.of(0, 1, 1, 1, 0, 0)
  const data = DataBunch.from_arrays({ x, y, shape: [2], targetShape: [2], bs: 2, valid: { x, y } })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2], useBias: false })] })
  model.setWeights([tf.eye(2)])
  const f1 = new F1Score()
  const learn = new Learner(data, model, { loss: binary_cross_entropy, metrics: [f1, new APScoreMulti()], progress: false })
  await learn.validate()
  // Of the first label two are predicted and one is right; of the second both are.
  expect(f1.perClass).toEqual([2 / 3, 1])
  expect(learn.values['f1_score']).toBeCloseTo(5 / 6, 12)
})

it('measures while a fit runs and leaves nothing behind', async () => {
  const learn = tinyLearner({ metrics: [accuracy, new F1Score(), new RocAuc()] })
  await learn.fit(1e-2, 1)
  const before = tf.memory().numTensors
  await learn.fit(1e-2, 1)
  expect(tf.memory().numTensors).toBe(before)
  expect(learn.values['f1_score']).toBeGreaterThanOrEqual(0)
  expect(learn.betterOf('roc_auc_score')).toBe('higher')
})
