// The base, ended in the middle, and gone on with to the same bits.
// npx tsx examples/by-feature/checkpoint-and-resume.ts
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { accuracy, type Callback, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ channels: 1, bs: 128, seed: 1 })
const model = simple_cnn([1, 8, 8, 2], { seed: 1 })

const learn = new Learner(data, model, { metrics: [accuracy], progress: 'plain', seed: 1 })
const dir = 'runs/examples/by-feature/checkpoints'
await rm(dir, { recursive: true, force: true })
const power = new AbortController() // ends the fit as Ctrl-C does, or a machine that is taken away
const cut: Callback = { after_batch: ({ train_iter }) => void (train_iter === 100 && power.abort()) }
const first = learn.fit_one_cycle(2, 5e-2, { resume: dir, signal: power.signal, callbacks: cut })
await first.catch(error => console.log(String(error)))
const history = await learn.fit_one_cycle(2, 5e-2, { resume: dir }) // as the program does that is begun again

const { accuracy: reached } = await learn.validate()
console.log(`${history.losses.length} batches, accuracy ${reached!.toFixed(3)}`)
assert(reached! > 0.95, `The accuracy is ${reached}, and should be above 0.95.`)
