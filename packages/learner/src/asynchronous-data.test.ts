import { type ArrayDataset, DataBunch, type Dataset } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { Checkpoint } from './checkpoint/checkpoint-callback.js'
import { Learner, type LearnerOptions } from './learner.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { mlp, points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** The same samples, a while later. */
function later(dataset: Dataset, failsAt = Number.POSITIVE_INFINITY): Dataset {
  let read = 0
  return Object.assign(Object.create(dataset) as Dataset, {
    asynchronous: true,
    async batch(indices: Int32Array) {
      if (read++ === failsAt) throw new Error('the disk is gone')
      await new Promise(resolve => setTimeout(resolve, 1))
      return (dataset as ArrayDataset).batch(indices)
    },
  })
}

const { train_ds, valid_ds } = points({ train: 22 })
const options: LearnerOptions = { seed: 3, progress: false, log: false, metrics: 'accuracy' }
const make = (asynchronous: boolean, prefetch?: number, failsAt?: number) => {
  const of = (dataset: Dataset | undefined) => (asynchronous ? later(dataset!, failsAt) : dataset!)
  const data = DataBunch.from_datasets(of(train_ds), of(valid_ds), { bs: 4, valid_bs: 3, prefetch })
  return new Learner(data, mlp(), options)
}

async function outcome(learn: Learner) {
  const { losses, val_losses, metrics } = learn.recorder.history
  const { preds, targets } = await learn.get_preds()
  const predicted = [preds.dataSync(), targets.dataSync()]
  tf.dispose([preds, targets])
  return { weights: await learn.getWeights(), losses, val_losses, metrics, figures: await learn.validate(), predicted }
}

it('is trained, measured and predicted to the bits of data at hand', async () => {
  const expected = make(false)
  await expected.fit_one_cycle(2, 1e-2)
  for (const prefetch of [undefined, 0, 3]) {
    const learn = make(true, prefetch)
    const before = tf.memory().numTensors
    await learn.fit_one_cycle(2, 1e-2)
    expect(await outcome(learn)).toEqual(await outcome(expected))
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(before)
  }
})

it('goes on amid an epoch, with batches under way, to the bits of a run that was not stopped', async () => {
  const whole = make(true, 2)
  await whole.fit_one_cycle(2, 1e-2)
  const dir = await temporaryFolder()
  const half = make(true, 2)
  const before = tf.memory().numTensors
  const dies = {
    name: 'dies',
    order: 3e9,
    after_batch({ train_iter, training }: Learner) {
      if (training && train_iter === 7) throw new Error('killed')
    },
  }
  const callbacks = [new Checkpoint({ dir, every: { batches: 1 } }), dies]
  await expect(half.fit_one_cycle(2, 1e-2, { resume: dir, callbacks })).rejects.toThrow('killed')
  half.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  const rest = make(true, 2)
  await rest.fit_one_cycle(2, 1e-2, { resume: dir })
  expect(await outcome(rest)).toEqual(await outcome(whole))
})

it('fails when the batch is due that could not be read, and leaves nothing', async () => {
  const learn = make(true, 2, 3)
  const before = tf.memory().numTensors
  await expect(learn.fit_one_cycle(1, 1e-2)).rejects.toThrow('the disk is gone')
  expect(learn.recorder.history.losses).toHaveLength(3)
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
})
