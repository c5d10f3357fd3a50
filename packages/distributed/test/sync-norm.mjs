// A rank that trains batch norms together with another, and ends in the ways that it is given, one fit after the other.
import { parentPort } from 'node:worker_threads'
import { useBackend } from '@onecycle/backend'
import { CancelBackward, CancelBatch, CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Learner, SyncBatchNorm } from '@onecycle/learner'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { thisThread } from '../dist/threads/on-threads.js'

const { comm, data: ways } = thisThread()
await useBackend({ prefer: 'wasm', log: false })

const numbers = Array.from({ length: 80 }, (_, i) => Math.sin(i * i))
const points = Array.from({ length: 40 }, (_, i) => numbers.slice(2 * i, 2 * i + 2))

/** In the second batch, on the second rank alone. */
const there = work => learn => {
  if (learn.training && learn.train_iter === 1 && comm.rank === 1) work(learn)
}
const thrown = error =>
  there(() => {
    throw error
  })
const failing = () => new Error('no memory')

/** Has the gradient of the loss throw. */
const spoil = learn => {
  learn.loss = tf.customGrad(loss => ({
    value: loss.clone(),
    gradFunc: () => {
      throw failing()
    },
  }))(learn.loss)
}

const others = {
  'fails before the first batch': {
    before_train() {
      if (comm.rank === 1) throw failing()
    },
  },
  'fails on the way forward': { after_pred: thrown(failing()) },
  'fails on the way back': { before_backward: there(spoil) },
  'skips a batch': { before_batch: thrown(new CancelBatch()) },
  'skips a way back': { before_backward: thrown(new CancelBackward()) },
  'stops amid a batch': { after_pred: thrown(new CancelFit()) },
}

async function endOf(way) {
  const before = tf.memory().numTensors
  const data = DataBunch.from_arrays({ x: points, y: points.map(([a, b]) => Number(a > b)), bs: 5, valid_pct: 0.2, seed: 1 })
  const norm = layers.batchNormalization()
  const model = sequential({ layers: [layers.dense({ units: 4, inputShape: [2] }), norm, layers.dense({ units: 2 })] })
  const learn = new Learner(data, model, { progress: false, log: false, distributed: comm, seed: 1 })
  const callbacks = way === 'has it alone' && comm.rank === 0 ? [] : [new SyncBatchNorm()]
  if (others[way]) callbacks.push(others[way])
  const fit = learn.fit({ lr: way === 'diverges' ? 1e30 : 1e-2, epochs: 3, callbacks })
  const end = await fit.then(({ reason }) => reason).catch(({ name, message }) => `${name}: ${message}`)
  const touched = Object.hasOwn(norm, 'call') || learn.bus.callbacks.some(({ name }) => name === 'NormsOfRanks')
  learn.dispose()
  model.dispose()
  return { end, touched, left: tf.memory().numTensors - before }
}

const ends = []
for (const way of ways) ends.push(await endOf(way))
parentPort.postMessage(ends)
