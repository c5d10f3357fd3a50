// The base, at the rate that a search suggests.
// npx tsx examples/by-feature/lr-finder.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const { lr, advice } = await learn.lr_find()
console.log(advice)
await learn.recorder.plot().save('runs/examples/by-feature/lr-find.png')
const history = await learn.fit_one_cycle(2, lr)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
