// The base, with the histograms of what its layers answer.
// npx tsx examples/by-feature/activations.ts
import assert from 'node:assert/strict'
import { ActivationStats, accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const activations = new ActivationStats({ every: 4, with_hist: true, range: [-4, 4] })
const history = await learn.fit_one_cycle(2, 5e-2, { callbacks: activations })
await activations.color_dim().save('runs/examples/by-feature/activations.png')

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
