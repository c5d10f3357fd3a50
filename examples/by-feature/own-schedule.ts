// The base, with a schedule of its own: up a line, flat, down a cosine; momentum stays.
// npx tsx examples/by-feature/own-schedule.ts
import assert from 'node:assert/strict'
import { accuracy, combine_scheds, datasets, Learner, ParamScheduler, SchedCos, SchedLin, SchedNo, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const lr = combine_scheds([0.2, 0.3, 0.5], [SchedLin(1e-3, 5e-2), SchedNo(5e-2, 5e-2), SchedCos(5e-2, 1e-4)])
const history = await learn.fit(2, 1e-3, { callbacks: new ParamScheduler({ lr }) })

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
