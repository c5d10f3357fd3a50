// The base, at a rate that falls to a tenth where the validation loss stands still.
// npx tsx examples/by-feature/reduce-on-plateau.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, ReduceLROnPlateau, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit(6, 2e-2, {
  callbacks: new ReduceLROnPlateau({ monitor: 'valid_loss', patience: 1, min_delta: 0.02, factor: 10 }),
})

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
