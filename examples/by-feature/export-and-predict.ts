// The base, exported and loaded again by what needs nothing that trains.
// npx tsx examples/by-feature/export-and-predict.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'
import { load_learner } from 'onecycle/inference'
import { zeros } from 'onecycle/tf'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit_one_cycle(2, 5e-2)
await learn.export('runs/examples/by-feature/digits')
const digits = await load_learner('runs/examples/by-feature/digits')
console.log(await digits.predict(zeros([1, 28, 28, 1])))

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
