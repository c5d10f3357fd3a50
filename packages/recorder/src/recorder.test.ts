import { type Callback, CancelBatch, CancelEpoch, CancelFit, CancelTrain, CancelValidate } from '@onecycle/callbacks'
import { expect, test } from 'vitest'
import { Recorder } from './recorder.js'
import { SmoothenValue } from './smoothing.js'
import { FakeFit, type FakeFitOptions } from './testing/fake-fit.js'

function record(options: FakeFitOptions = {}, ...others: Callback[]) {
  const recorder = new Recorder()
  const fit = new FakeFit([recorder, ...others], options)
  return { recorder, fit: fit.run(), history: recorder.history }
}

test('every training batch leaves its loss and the values in force, every epoch a row', () => {
  const { recorder, history } = record()
  const losses = Array.from({ length: 10 }, (_, k) => 1 / (k + 1))
  const smoother = new SmoothenValue()
  expect(history.losses).toEqual(losses)
  expect(history.smooth_losses).toEqual(losses.map(loss => smoother.add(loss)))
  expect(recorder.smooth_loss).toBe(smoother.value)
  expect(history.lrs).toEqual(losses.map((_, k) => 0.1 * (k + 1)))
  expect(history.moms).toEqual(losses.map(() => 0.9))
  expect(history.lr_groups).toBeUndefined()
  expect(history.hps).toBeUndefined()
  expect(history.nb_batches).toEqual([5, 5])
  expect(history.val_losses).toEqual([0.5, 0.25])
  expect(history.metrics).toEqual({ accuracy: [0.9, 0.91] })
  expect(history.epochs).toMatchObject([
    { epoch: 0, train_loss: history.smooth_losses[4], valid_loss: 0.5, accuracy: 0.9 },
    { epoch: 1, train_loss: history.smooth_losses[9], valid_loss: 0.25, accuracy: 0.91 },
  ])
  expect(history.epochs[0]!.time).toBeGreaterThan(0)
  expect(history.reason).toBe('completed')
  expect(JSON.parse(JSON.stringify(history))).toEqual(history)
})

test('later callbacks find the epoch training loss in values', () => {
  const seen: (number | undefined)[] = []
  const { history } = record({}, { order: 60, after_epoch: learn => void seen.push(learn.values['train_loss']) })
  expect(seen).toEqual(history.epochs.map(row => row.train_loss))
})

test('a schedule of higher order that sets the rate in before_batch is recorded for the same batch', () => {
  let lr = 0
  const schedule: Callback = {
    order: 60,
    before_batch: learn => {
      if (learn.training) lr = learn.train_iter + 1
    },
  }
  const recorder = new Recorder()
  const fit = new FakeFit([recorder, schedule], { epochs: 1, batches: 3 })
  fit.opt.get = () => [lr]
  fit.run()
  expect(recorder.history.lrs).toEqual([1, 2, 3])
})

test('with layer groups every group is kept, and the last one is the learning rate', () => {
  const { history } = record({ epochs: 1, batches: 2, hypers: k => ({ lr: [k + 1, k + 10] }) })
  expect(history.lr_groups).toEqual([
    [1, 10],
    [2, 11],
  ])
  expect(history.lrs).toEqual([10, 11])
  expect(history.moms).toEqual([])
})

test('other hyper-parameters are kept from the first when they change, and left out when they do not', () => {
  const { history } = record({ epochs: 1, batches: 4, hypers: k => ({ lr: [1], wd: [k < 2 ? 0.1 : 0.2], eps: [1e-5] }) })
  expect(history.hps).toEqual({ wd: [0.1, 0.1, 0.2, 0.2] })
})

test('a new fit begins a new history and a new mean; the old history stays as it was', () => {
  const recorder = new Recorder()
  const first = new FakeFit([recorder], { epochs: 1 }).run() && recorder.history
  const copy = structuredClone(first)
  new FakeFit([recorder], { epochs: 1, loss: () => 3 }).run()
  expect(first).toEqual(copy)
  expect(recorder.history).not.toBe(first)
  expect(recorder.smooth_loss).toBeCloseTo(3, 12)
})

test('metrics that nothing will measure are said once', () => {
  const recorder = new Recorder()
  const said = [0, 2].map(validBatches => new FakeFit([recorder], { validBatches }).run().said)
  expect(said).toEqual([[expect.stringMatching(/^accuracy will not be measured.*no validation set/)], []])
  expect(new FakeFit([recorder], { validBatches: 0 }).run().said).toEqual([])
  expect(new FakeFit([new Recorder()], { validBatches: 0, metrics: [] }).run().said).toEqual([])
})

test('without validation the row says so', () => {
  const { history } = record({ validBatches: 0 })
  expect(history.val_losses).toEqual([null, null])
  expect(history.metrics).toEqual({ accuracy: [null, null] })
  expect(history.epochs[1]).toMatchObject({ valid_loss: null, accuracy: null, train_loss: history.smooth_losses[9] })
})

test('a batch cancelled before its loss is known leaves no trace', () => {
  for (const event of ['before_batch', 'after_pred', 'after_loss', 'before_backward'] as const) {
    const skip: Callback = {
      [event]: (learn: FakeFit) => {
        if (learn.training && learn.train_iter === 1) throw new CancelBatch()
      },
    }
    const { history } = record({ epochs: 1, batches: 4 }, skip)
    expect(history.losses, event).toEqual([1, 1 / 3, 1 / 4])
    expect(history.lrs, event).toHaveLength(3)
  }
})

test('the first batch cancelled does not bring in the loss of an earlier fit', () => {
  const recorder = new Recorder()
  const skip: Callback = {
    before_batch: learn => {
      if (learn.training && learn.train_iter === 0) throw new CancelBatch()
    },
  }
  const fit = new FakeFit([recorder, skip], { epochs: 1, batches: 2 })
  fit.lossValue = 99
  fit.run()
  expect(recorder.history.losses).toEqual([0.5])
})

test('a batch whose after_batch an earlier callback hides by ending the pass counts all the same, once', () => {
  for (const Cancel of [CancelTrain, CancelEpoch, CancelFit]) {
    const short: Callback = {
      order: 0,
      after_batch: learn => {
        if (learn.training && learn.iter === 2) throw new Cancel()
      },
    }
    const { history, recorder, fit } = record({ epochs: 1 }, short)
    expect(history.losses, Cancel.name).toEqual([1, 1 / 2, 1 / 3])
    if (Cancel === CancelFit) expect(history.epochs).toEqual([])
    else {
      expect(history.nb_batches).toEqual([3])
      expect(fit.values['train_loss']).toBe(recorder.smooth_loss)
      expect(history.epochs[0]!.valid_loss).toBe(Cancel === CancelTrain ? 0.5 : null)
    }
  }
})

test('a cancelled validation still belongs to a row, and an epoch skipped whole has none', () => {
  const skip: Callback = {
    before_validate: learn => {
      if (learn.epoch === 1) throw new CancelValidate()
    },
    before_epoch: learn => {
      if (learn.epoch === 0) throw new CancelEpoch()
    },
  }
  const { history } = record({ epochs: 2 }, skip)
  expect(history.epochs.map(row => row.epoch)).toEqual([1])
  expect(history.nb_batches).toEqual([5])
})

test('a fit that dies keeps what it had, and why it ended', () => {
  const recorder = new Recorder()
  const boom: Callback = {
    order: 70,
    after_backward: learn => {
      if (learn.train_iter === 6) throw new Error('out of memory')
    },
  }
  expect(() => new FakeFit([recorder, boom]).run()).toThrow('out of memory')
  expect(recorder.history.losses).toHaveLength(7)
  expect(recorder.history.epochs).toHaveLength(1)
  expect(recorder.history.reason).toBe('failed')
})

test('the mock training of lr_find leaves the history of the last fit alone', () => {
  const { recorder, history, fit } = record()
  const before = structuredClone(history)
  fit.lr_finding = true
  fit.run()
  expect(recorder.history).toBe(history)
  expect(history).toEqual(before)
})

test('validation on its own changes nothing', () => {
  const { recorder, fit } = record({ epochs: 1 })
  const before = structuredClone(recorder.history)
  for (const event of ['before_epoch', 'before_validate', 'after_validate', 'after_epoch'] as const) fit.fire(event)
  expect(recorder.history).toEqual(before)
})

test('plots without anything to show say what to do', () => {
  const recorder = new Recorder()
  expect(() => recorder.plot()).toThrow(/lr_find/)
  expect(() => recorder.plot_lr()).toThrow(/fit/)
  expect(() => recorder.plot_losses()).toThrow(/fit/)
  expect(() => recorder.plot_metrics()).toThrow(/metrics: \[accuracy\]/)
  const { recorder: plain } = record({ validBatches: 0, hypers: () => ({ lr: [1] }) })
  expect(() => plain.plot_lr({ showMoms: true })).toThrow(/no momentum/)
  expect(() => plain.plot_metrics()).toThrow(/accuracy has no value/)
  expect(() => plain.plot_losses({ skipStart: 8, skipEnd: 2 })).toThrow(/leave nothing of 10/)
  expect(() => plain.plot_losses({ skipStart: -1 })).toThrow(/skipStart is -1/)
})
