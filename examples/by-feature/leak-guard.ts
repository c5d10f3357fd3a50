// The base, with a callback that forgets tensors, and who says so.
// npx tsx examples/by-feature/leak-guard.ts
import assert from 'node:assert/strict'
import { accuracy, type Callback, datasets, LeakGuard, Learner, simple_cnn } from 'onecycle'
import * as tf from 'onecycle/tf'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const forgetful: Callback = { after_batch: ({ training }) => void (training && tf.keep(tf.ones([8]))) }
const guard = new LeakGuard()
const history = await learn.fit_one_cycle(2, 5e-2, { callbacks: [guard, forgetful] })
console.log(guard.leaks)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
