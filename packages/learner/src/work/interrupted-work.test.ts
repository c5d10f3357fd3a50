import { type Callback, CancelFit, type EventName } from '@onecycle/callbacks'
import type { DataLoader, LoaderState } from '@onecycle/data'
import { InterruptedError } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Learner } from '../learner.js'
import { weightsOf } from '../model/parameters.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const listeners = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')]
const weights = (learn: Learner) => weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])

/** Does something once, when `event` is told for the nth time. */
function at(event: EventName, act: (learn: Learner) => void, nth = 1): Callback<Learner> {
  let told = 0
  return { order: -50, [event]: (learn: Learner) => void (++told === nth && act(learn)) }
}
const press = (signal: NodeJS.Signals = 'SIGINT') => process.emit(signal)
const heardAtEnd = (heard: unknown[]): Callback<Learner> => ({
  after_cancel_fit: learn => void heard.push(learn.reason),
  after_fit: learn => void heard.push(learn.reason),
})

describe('Ctrl-C', () => {
  it.each([
    ['after_batch', 2, 'after training batch 2 of 2 in epoch 0', 2],
    ['before_batch', 3, 'after validation batch 1 of 1 in epoch 0', 2],
    ['after_validate', 2, 'after validation batch 1 of 1 in epoch 1', 4],
    ['after_epoch', 5, 'after validation batch 1 of 1 in epoch 4', 10],
    ['before_fit', 1, 'before the first batch', 0],
    ['after_fit', 1, 'after validation batch 1 of 1 in epoch 4', 10],
  ] as const)('in %s, the %ith: ends the fit, cleans up, keeps the history, and rejects', async (event, nth, where, batches) => {
    const learn = tinyLearner()
    const before = listeners()
    const heard: unknown[] = []
    const error = await learn
      .fit(1e-2, 5, { callbacks: [at(event, () => press(), nth), heardAtEnd(heard)] })
      .catch((error: unknown) => error)
    expect(error).toBeInstanceOf(InterruptedError)
    expect((error as Error).message).toBe(`Interrupted by Ctrl-C: fit, ${where}.`)
    // What comes in after_fit finds the fit complete.
    expect(heard).toEqual(event === 'after_fit' ? ['completed'] : ['interrupted', 'interrupted'])
    expect([learn.reason, learn.error]).toEqual(['interrupted', error])
    expect(learn.recorder.history).toMatchObject({ reason: 'interrupted', losses: { length: batches } })
    expect(listeners()).toEqual(before)
    await expect(learn.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed' })
  })

  it('before the first batch is told on the terminal as such', async () => {
    const written: string[] = []
    const learn = tinyLearner({ progress: { stream: { write: text => written.push(text) } } })
    await expect(learn.fit(1e-2, 1, { callbacks: [at('before_fit', () => press())] })).rejects.toThrow('before the first batch')
    expect(written).toEqual(['interrupted before the first batch\n'])
  })

  it('is SIGTERM as well, by its name', async () => {
    const failure = tinyLearner().fit(1e-2, 2, { callbacks: [at('after_batch', () => press('SIGTERM'))] })
    await expect(failure).rejects.toMatchObject({ signal: 'SIGTERM', message: /^Interrupted by SIGTERM: fit/ })
  })

  it('ends every way to train', async () => {
    const callbacks = () => [at('after_batch', () => press())]
    const ways: Record<string, (learn: Learner) => Promise<unknown>> = {
      fit_one_cycle: learn => learn.fit_one_cycle(3, 1e-2, { callbacks: callbacks() }),
      fit_flat_cos: learn => learn.fit_flat_cos(3, 1e-2, { callbacks: callbacks() }),
      fit_sgdr: learn => learn.fit_sgdr(2, 1, 1e-2, { callbacks: callbacks() }),
      fine_tune: learn => learn.fine_tune(3, 1e-2, { callbacks: callbacks() }),
      lr_find: learn => learn.lr_find({ callbacks: callbacks() }),
    }
    for (const [what, way] of Object.entries(ways)) {
      const learn = tinyLearner({ layer_groups: [2] })
      await expect(way(learn), what).rejects.toMatchObject({
        name: 'InterruptedError',
        message: expect.stringContaining(`${what}, `),
      })
      expect(learn.reason, what).toBe('interrupted')
    }
  })

  it('ends measuring too, and leaves no tensor', async () => {
    const learn = tinyLearner()
    const before = [tf.memory().numTensors, ...listeners()]
    learn.bus.add(at('before_batch', () => press()))
    await expect(learn.validate()).rejects.toThrow('Interrupted by Ctrl-C: validate, after validation batch 1 of 1.')
    const train_dl = learn.data.train_dl as DataLoader
    const slow = {
      ...{ batchSize: 4, length: 2, samples: 8 },
      state: () => train_dl.state(),
      restore: (state: LoaderState) => train_dl.restore(state),
      *[Symbol.iterator]() {
        for (const batch of train_dl) {
          press()
          yield batch
        }
      },
    }
    await expect(learn.get_preds(slow)).rejects.toThrow('Interrupted by Ctrl-C: get_preds, after batch 1 of 2.')
    expect([tf.memory().numTensors, ...listeners()]).toEqual(before)
  })

  it('is not lost when nobody was let in since it came', async () => {
    const late: Callback<Learner> = { after_fit: () => void process.kill(process.pid, 'SIGINT') }
    const keep = () => {}
    process.on('SIGINT', keep)
    await expect(tinyLearner().fit(1e-2, 1, { callbacks: [late] })).rejects.toBeInstanceOf(InterruptedError)
    process.off('SIGINT', keep)
  })

  it('ends a search with no suggestion, weights put back, and its curve and reason on the recorder', async () => {
    const learn = tinyLearner()
    await learn.fit(1e-2, 1)
    const [before, history] = [weights(learn), learn.recorder.history]
    await expect(learn.lr_find({ callbacks: [at('after_batch', () => press(), 7)] })).rejects.toBeInstanceOf(InterruptedError)
    expect(weights(learn)).toEqual(before)
    expect(learn.recorder.history).toBe(history)
    expect(learn.recorder.lrFind).toMatchObject({
      reason: 'the search was interrupted after 7 of 100 batches.',
      suggestions: { valley: null, minimum: null },
      ...{ lrs: { length: 7 }, losses: { length: 7 } },
    })
  })

  it('reaches what a callback measures in a pause of the fit', async () => {
    const heard: unknown[] = []
    const measure: Callback<Learner> = {
      async after_epoch(learn) {
        learn.bus.add(at('before_batch', () => press()))
        await learn.validate()
      },
    }
    const learn = tinyLearner()
    const failure = learn.fit(1e-2, 3, { callbacks: [measure, heardAtEnd(heard)] })
    await expect(failure).rejects.toThrow('Interrupted by Ctrl-C: validate, after validation batch 1 of 1.')
    expect(heard).toEqual(['interrupted', 'interrupted'])
  })

  it('comes before what goes wrong while cleaning up, which is its cause', async () => {
    const fail = at('after_fit', () => {
      throw new Error('cleaning up')
    })
    const failure = tinyLearner().fit(1e-2, 2, { callbacks: [at('after_batch', () => press()), fail] })
    await expect(failure).rejects.toMatchObject({ name: 'InterruptedError', cause: { message: 'cleaning up' } })
  })

  it('ends twenty fits at once, without a warning', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => void warnings.push(warning)
    process.on('warning', warn)
    const controller = new AbortController()
    const fits = Array.from({ length: 20 }, (_, i) =>
      tinyLearner().fit(1e-2, 50, { signal: controller.signal, callbacks: i === 0 ? [at('after_batch', () => press())] : [] }),
    )
    const ends = await Promise.allSettled(fits)
    expect(ends.map(end => end.status === 'rejected' && end.reason instanceof InterruptedError)).not.toContain(false)
    await new Promise(setImmediate)
    process.off('warning', warn)
    expect(warnings).toEqual([])
  })
})

it('is a normal end when a callback says so', async () => {
  const stop = at('after_batch', () => {
    throw new CancelFit('interrupted')
  })
  await expect(tinyLearner().fit(1e-2, 3, { callbacks: [stop] })).resolves.toMatchObject({ reason: 'interrupted' })
})

describe('signal', () => {
  it.each([
    ['its own reason', (controller: AbortController) => controller.abort(new Error('mine'))],
    ['a reason that is no error', (controller: AbortController) => controller.abort('enough')],
    ['an AbortError', (controller: AbortController) => controller.abort()],
  ])('ends the fit with %s', async (_, abort) => {
    const controller = new AbortController()
    const learn = tinyLearner()
    const heard: unknown[] = []
    const callbacks = [at('after_batch', () => abort(controller), 2), heardAtEnd(heard)]
    const error = await learn.fit(1e-2, 5, { signal: controller.signal, callbacks }).catch((error: unknown) => error)
    expect(error).toBe(controller.signal.reason)
    expect(heard).toEqual(['interrupted', 'interrupted'])
    expect([learn.reason, learn.error]).toEqual(['interrupted', error])
    expect(learn.recorder.history).toMatchObject({ reason: 'interrupted', losses: { length: 2 } })
  })

  it('that times out gives a TimeoutError', async () => {
    const slow: Callback = { before_batch: () => new Promise(resolve => setTimeout(resolve, 5)) }
    const failure = tinyLearner().fit(1e-2, 500, { signal: AbortSignal.timeout(20), callbacks: [slow] })
    await expect(failure).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('ends a fit in which a callback throws its reason', async () => {
    const controller = new AbortController()
    const obey: Callback = {
      after_step() {
        controller.abort()
        controller.signal.throwIfAborted()
      },
    }
    const learn = tinyLearner()
    await expect(learn.fit(1e-2, 2, { signal: controller.signal, callbacks: [obey] })).rejects.toThrow('aborted')
    expect([learn.reason, learn.error]).toEqual(['interrupted', controller.signal.reason])
  })

  it('that is aborted already trains nothing, tells nobody, and changes nothing', async () => {
    const heard: string[] = []
    const learn = tinyLearner()
    const history = await learn.fit(1e-2, 1)
    const found = await learn.lr_find({ num_it: 20 })
    const state = () => [weights(learn), learn.opt.get('lr'), learn.opt.get('wd'), learn.data.train_dl.state(), learn.reason]
    const before = state()
    const signal = AbortSignal.abort(new Error('no'))
    const options = { signal, wd: 0.5, callbacks: [{ before_fit: () => void heard.push('fit') }] }
    await expect(learn.fit(0.5, 1, options)).rejects.toThrow('no')
    await expect(learn.fit_one_cycle(1, 0.5, options)).rejects.toThrow('no')
    await expect(learn.lr_find(options)).rejects.toThrow('no')
    expect(state()).toEqual(before)
    expect([heard, learn.recorder.history, learn.recorder.lrFind]).toEqual([[], history, found])
  })
})

describe('interrupt', () => {
  it.each([
    ['an AbortError', [], { name: 'AbortError' }],
    ['its reason', [new Error('enough')], { message: 'enough' }],
  ])('ends what runs as an aborted signal does, with %s', async (_, given, expected) => {
    const learn = tinyLearner()
    const stop = () => learn.interrupt(...given)
    stop()
    await expect(learn.fit(1e-2, 5, { callbacks: [at('after_batch', stop, 2)] })).rejects.toMatchObject(expected)
    expect(learn.recorder.history).toMatchObject({ reason: 'interrupted', losses: { length: 2 } })
    await expect(learn.lr_find({ num_it: 20, callbacks: [at('after_batch', stop, 3)] })).rejects.toMatchObject(expected)
    expect(learn.recorder.lrFind?.lrs).toHaveLength(3)
    expect((await learn.fit(1e-2, 1)).reason).toBe('completed')
  })
})
