// The base, at the rate that is best of four that are tried.
// npx tsx examples/by-feature/sweep.ts
import assert from 'node:assert/strict'
import { sweep } from '@onecycle/distributed'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const { best } = await sweep({
  dir: 'runs/examples/by-feature/sweep',
  space: { lr: { logUniform: [1e-3, 1e-1] } },
  trials: 4,
  async trial({ params: { lr }, fit }) {
    const tried = new Learner(data, simple_cnn([1, 8, 8, 2], { seed: 1 }), { progress: false, seed: 1 })
    await tried.fit_one_cycle(1, lr, fit)
  },
})
const history = await learn.fit_one_cycle(2, Number(best!.params['lr']))

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
