// The base, whose model is that of the best epoch, kept in a file.
// npx tsx examples/by-feature/save-best.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, SaveModel, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit_one_cycle(2, 5e-2, {
  callbacks: new SaveModel(learn, { monitor: 'accuracy', fname: 'runs/examples/by-feature/best' }),
})

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
