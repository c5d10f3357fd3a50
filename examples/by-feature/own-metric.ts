// The base, with a metric of its own: how sure the model is of what is right.
// npx tsx examples/by-feature/own-metric.ts
import assert from 'node:assert/strict'
import { AverageMetric, accuracy, datasets, Learner, simple_cnn } from 'onecycle'
import * as tf from 'onecycle/tf'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const sure_of_right = (pred: tf.Tensor, target: tf.Tensor) =>
  tf.mean(tf.sum(tf.mul(tf.softmax(pred as tf.Tensor2D), tf.oneHot(target as tf.Tensor1D, 2)), -1)) as tf.Scalar
const learn = new Learner(data, model, {
  metrics: [accuracy, new AverageMetric(sure_of_right, { better: 'higher' })],
  progress: 'plain',
  seed: 1,
})
const history = await learn.fit_one_cycle(2, 5e-2)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
