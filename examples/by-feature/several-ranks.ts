// The base, by as many ranks as are started, each with its part of every batch.
// npx tsx examples/by-feature/several-ranks.ts
// npx onecycle launch -n 2 examples/by-feature/several-ranks.ts
import assert from 'node:assert/strict'
import { distributed } from '@onecycle/distributed'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const comm = await distributed()
const data = await datasets.mnist_sample({ channels: 1, bs: 128 / comm.size, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1, distributed: comm })
const history = await learn.fit_one_cycle(2, 5e-2)

const { accuracy: reached } = await learn.validate()
if (comm.rank === 0) console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
await comm.close()
