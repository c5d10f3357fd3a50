import { join } from 'node:path'
import {
  type Callback,
  CancelEpoch,
  CancelFit,
  CancelTrain,
  type EventName,
  ParamScheduler,
  SaveModel,
  SchedNo,
  TerminateOnNaN,
} from '@onecycle/callbacks'
import { mul } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import type { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { weightsOf } from './model/parameters.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const raise = (event: EventName, error: unknown, when: (learn: Learner) => boolean = () => true): Callback<Learner> => ({
  order: -100,
  [event]: (learn: Learner) => {
    if (when(learn)) throw error
  },
})
const weights = (learn: Learner) => weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])

it('has a row, its best model, and is heard by all, when a callback of an early order ends the fit in after_epoch', async () => {
  const fname = join(await temporaryFolder(), 'best')
  const heard: number[] = []
  const learn = tinyLearner({ metrics: [accuracy] })
  const best = new SaveModel(learn, { fname, log: () => {} })
  const stop: Callback<Learner> = {
    after_epoch({ values, epoch }) {
      if (epoch === 1 && values['accuracy']! >= 0) throw new CancelFit()
    },
  }
  const watch: Callback<Learner>[] = [-20, 0, 49, 60, 70].map(order => ({ order, after_epoch: () => void heard.push(order) }))
  const history = await learn.fit(5, 1e-2, { callbacks: [stop, best, ...watch] })
  expect(history).toMatchObject({ reason: 'stopped', epochs: [{ epoch: 0 }, { epoch: 1 }], nb_batches: [2, 2] })
  expect(best.monitor.best).toBe(Math.min(...(history.val_losses as number[])))
  expect(heard).toEqual([-20, 0, 49, 60, 70, -20, 0, 49, 60, 70])
  const kept = weights(learn)
  await learn.load(fname, { with_opt: false })
  expect(weights(learn)).toEqual(kept)
})

it.each([
  ['an error', () => raise('after_epoch', new Error('mine')), 'mine'],
  ['a rejection', (): Callback => ({ order: -100, after_epoch: () => Promise.reject(new Error('later')) }), 'later'],
])('%s in after_epoch ends the fit after all have heard it', async (_, make, message) => {
  const learn = tinyLearner()
  const others: Callback<Learner>[] = [raise('after_epoch', new CancelFit()), make(), raise('after_epoch', new Error('too late'))]
  await expect(learn.fit(3, 1e-2, { callbacks: others })).rejects.toThrow(message)
  expect(learn.recorder.history).toMatchObject({ reason: 'failed', epochs: [{ epoch: 0 }] })
  expect((learn.error as Error).cause).toMatchObject({ message: 'too late' })
})

it('of which callbacks give several ends, has the first one’s reason', async () => {
  const signals = [new CancelFit('diverged'), new CancelFit('stopped')]
  const history = await tinyLearner().fit(3, 1e-2, { callbacks: signals.map(signal => raise('after_epoch', signal)) })
  expect(history).toMatchObject({ reason: 'diverged', epochs: { length: 1 } })
})

it('keeps the figures of a pass that was complete when its end cancels the epoch', async () => {
  const learn = tinyLearner({ metrics: [accuracy] })
  const { epochs } = await learn.fit(2, 1e-2, { callbacks: [raise('after_validate', new CancelEpoch())] })
  expect(epochs).toMatchObject([{ valid_loss: expect.any(Number), accuracy: expect.any(Number) }, { epoch: 1 }])
  const trained = await learn.fit(2, 1e-2, { callbacks: [raise('after_train', new CancelEpoch())] })
  expect(trained.epochs).toMatchObject([{ train_loss: expect.any(Number), valid_loss: null }, { epoch: 1 }])
})

it('tells the end of the batch that cuts its pass short to those who count', async () => {
  let counted = 0
  const count: Callback<Learner> = { order: 60, run_valid: false, after_batch: () => void counted++ }
  const short = raise('after_batch', new CancelTrain(), learn => learn.training)
  const { nb_batches } = await tinyLearner().fit(2, 1e-2, { callbacks: [short, count] })
  expect([counted, nb_batches]).toEqual([2, [1, 1]])
})

it('has the epoch in which TerminateOnNaN ended the fit as fastai 1 does, without validation', async () => {
  const nan: Callback<Learner> = {
    after_loss(learn) {
      if (learn.training && learn.epoch === 1) learn.loss = mul(learn.loss, Number.NaN)
    },
  }
  const stop = new TerminateOnNaN({ form: 'fastai1', log: () => {} })
  const history = await tinyLearner().fit(4, 1e-2, { callbacks: [nan, stop] })
  expect(history).toMatchObject({ reason: 'diverged', nb_batches: [2, 1], val_losses: [expect.any(Number), null] })
  expect(history.epochs[1]).toMatchObject({ epoch: 1, train_loss: Number.NaN, valid_loss: null })
})

it('has the epoch in which a schedule was over', async () => {
  const over = new ParamScheduler({ lr: SchedNo(1e-2) }, { steps: 2 })
  const { epochs, reason } = await tinyLearner().fit(4, 1e-2, { callbacks: [over] })
  expect([epochs.length, reason]).toEqual([2, 'stopped'])
})

it('is followed by after_fit, whose errors are a reason too, in the history as well', async () => {
  const learn = tinyLearner()
  const [first, second] = [new Error('first'), new Error('second')]
  const both = [raise('after_fit', first), raise('after_fit', second)]
  await expect(learn.fit(1, 1e-2, { callbacks: both })).rejects.toBe(first)
  expect([learn.reason, learn.error, first.cause]).toEqual(['failed', first, second])
  expect(learn.recorder.history).toMatchObject({ reason: 'failed', epochs: { length: 1 } })
})

it('keeps an error in after_fit as the cause of the one that ended the fit', async () => {
  const [first, second] = [new Error('first'), new Error('second')]
  const both = [raise('after_batch', first), raise('after_fit', second)]
  await expect(tinyLearner().fit(1, 1e-2, { callbacks: both })).rejects.toBe(first)
  expect(first.cause).toBe(second)
})

it('of a fit that a callback ends before the Recorder has heard of it is the history of nothing, not of the fit before', async () => {
  const learn = tinyLearner()
  const before = await learn.fit(2, 1e-2)
  const history = await learn.fit(3, 1e-2, { callbacks: [raise('before_fit', new CancelFit())] })
  expect(history).toMatchObject({ reason: 'stopped', epochs: [], losses: [], lrs: [] })
  expect(learn.recorder.history).toBe(before)
})
