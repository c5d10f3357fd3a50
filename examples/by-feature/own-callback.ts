// The base, with a callback that says how sure the model is while it trains.
// npx tsx examples/by-feature/own-callback.ts
import assert from 'node:assert/strict'
import { accuracy, type Callback, datasets, Learner, simple_cnn } from 'onecycle'
import * as tf from 'onecycle/tf'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const sureness: number[] = []
const measure: Callback = {
  after_pred({ training, pred }) {
    if (training) sureness.push(tf.tidy(() => tf.mean(tf.max(tf.softmax(pred as tf.Tensor2D), -1)).dataSync()[0]!))
  },
}
const history = await learn.fit_one_cycle(2, 5e-2, { callbacks: measure })
console.log(`sure to ${sureness[0]!.toFixed(2)} at first, to ${sureness.at(-1)!.toFixed(2)} at last`)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
