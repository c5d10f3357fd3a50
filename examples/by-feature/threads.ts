// The base, on two threads.
// npx tsx examples/by-feature/threads.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, simple_cnn, useBackend } from 'onecycle'

await useBackend({ prefer: 'wasm', threads: 2 })
const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit_one_cycle(2, 5e-2)

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
