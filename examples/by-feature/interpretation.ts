// The base, and which digits it takes for each other.
// npx tsx examples/by-feature/interpretation.ts
import assert from 'node:assert/strict'
import { accuracy, ClassificationInterpretation, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const history = await learn.fit_one_cycle(2, 5e-2)
const interp = await ClassificationInterpretation.from_learner(learn)
await interp.plot_confusion_matrix().save('runs/examples/by-feature/confusion.png')
await (await interp.plot_top_losses(9)).save('runs/examples/by-feature/top-losses.png')

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
