// The base, ended where the validation loss has not fallen for two epochs.
// npx tsx examples/by-feature/early-stopping.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, EarlyStopping, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit_one_cycle(12, 5e-2, {
  callbacks: new EarlyStopping({ monitor: 'valid_loss', patience: 2, restore_best: true }),
})
console.log(`${history.epochs.length} of 12 epochs: ${learn.reason}`)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
