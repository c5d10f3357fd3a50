// The base, in cycles of fastai 0.7: a triangle each epoch, up in a fifth of it.
// npx tsx examples/by-feature/cyclic-rates.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit(5e-2, 2, { cycle_len: 1, use_clr: [32, 5] })
await learn.recorder.plot_lr().save('runs/examples/by-feature/cyclic-rates.png')

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
