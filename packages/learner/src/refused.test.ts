import { join } from 'node:path'
import { type Callback, EarlyStopping, ParamScheduler, SchedNo } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { train } from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { weightsOf } from './model/parameters.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const weights = (learn: Learner) => weightsOf(learn.model).map(({ variable }) => [...variable.dataSync()])

/** All that a call may change. */
const state = (learn: Learner) => ({
  weights: weights(learn),
  trained: learn.trained.map(({ name }) => name),
  hypers: Object.fromEntries(learn.opt.names.map(name => [name, learn.opt.get(name)])),
  callbacks: [...learn.bus.callbacks],
  history: learn.recorder.history,
  found: learn.recorder.lrFind,
  random: [learn.random.state(), learn.data.train_dl.state()],
  listeners: [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')],
  ...{ reason: learn.reason, error: learn.error, n_epoch: learn.n_epoch, values: learn.values, data: learn.data },
})

const mine: Callback = { name: 'mine', after_epoch() {} }
const optionsRefused: [string, object, RegExp][] = [
  [
    'a controller for its signal',
    { signal: new AbortController() },
    /signal.*AbortController.*\.signal|signal.*\.signal.*AbortController/,
  ],
  ['a signal that is none', { signal: 'SIGINT' }, /signal.*'SIGINT'/],
  ['too many weight decays', { wd: [0.1, 0.2, 0.3] }, /wd was given 3 values for \d layer groups/],
  ['a negative weight decay', { wd: -1 }, /wd must be at least 0/],
  ['a weight decay in words', { wd: '0.1' }, /wd must be a number/],
  ['no number as weight decay', { wd: Number.NaN }, /wd must be/],
  ['a start beyond the end', { start_epoch: 3 }, /start_epoch must be a whole number from 0 to \d, but it is 3/],
  ['a start that is no count', { start_epoch: 0.5 }, /start_epoch must be a whole number/],
  ['callbacks in words', { callbacks: 'mine' }, /callback/],
  ['a class', { callbacks: [EarlyStopping] }, /EarlyStopping is a class or a function.*new EarlyStopping/],
  ['a promise of a callback', { callbacks: [Promise.resolve(mine)] }, /callback is a promise.*await/],
  ['a callback twice', { callbacks: [mine, mine] }, /mine has been added already/],
  ['a callback without events', { callbacks: [{ after_bach() {} }] }, /after_bach, which is not an event/],
  [
    'a schedule that the optimizer has no use for',
    { callbacks: [new ParamScheduler({ betas: SchedNo(1) } as never)] },
    /no such hyper-parameter/,
  ],
]
const ways: Record<string, (learn: Learner, options: object) => Promise<unknown>> = {
  fit: (learn, options) => learn.fit(0.5, 2, options),
  fit_one_cycle: (learn, options) => learn.fit_one_cycle(2, 0.5, options),
  lr_find: (learn, options) => learn.lr_find({ num_it: 4, ...options }),
  fine_tune: (learn, options) => learn.fine_tune(2, 1e-2, options),
}

describe('a call that is refused changes nothing', () => {
  for (const [way, call] of Object.entries(ways)) {
    // What a way does not take: a search leaves schedules alone.
    const foreign = { lr_find: /^a (schedule|start)/, fine_tune: /^a start/ }[way]
    const refused = optionsRefused.filter(([what]) => !foreign?.test(what))
    it.each(refused)(`${way} with %s`, async (what, options, message) => {
      const learn = tinyLearner({ layer_groups: [2] })
      await learn.fit(1e-2, 1)
      const before = state(learn)
      await expect(call(learn, options)).rejects.toThrow(message)
      // A fit that its own callbacks refuse when it begins is a fit that failed.
      if (what.startsWith('a schedule')) Object.assign(before, ended(learn))
      expect(state(learn)).toEqual(before)
      await expect(learn.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed', losses: { length: 2 } })
    })
  }

  const ended = (learn: Learner) => {
    const { reason, error, n_epoch, values } = learn
    return { reason, error, n_epoch, values }
  }

  it('a fit whose callback fails when it begins: what was recorded last can still be drawn', async () => {
    const learn = tinyLearner()
    const first = await learn.fit(1e-2, 1)
    const smooth = learn.recorder.smooth_loss
    const failing: Callback = {
      order: 70,
      before_fit() {
        throw new Error('no')
      },
    }
    await expect(learn.fit(1e-2, 1, { callbacks: failing })).rejects.toThrow('no')
    await expect(learn.lr_find({ num_it: 4, callbacks: failing })).rejects.toThrow('no')
    expect(learn.reason).toBe('failed')
    expect(learn.recorder.history).toBe(first)
    expect(learn.recorder.smooth_loss).toBe(smooth)
    expect([first.reason, learn.sched.lrs]).toEqual(['completed', first.lrs])

    const fresh = tinyLearner()
    await expect(fresh.fit(1e-2, 1, { callbacks: failing })).rejects.toThrow('no')
    expect(fresh.recorder.history).toMatchObject({ reason: 'failed', losses: [] })
  })

  it('a search after a fit that was interrupted', async () => {
    const learn = tinyLearner()
    await learn.lr_find({ num_it: 20 })
    const controller = new AbortController()
    const abort: Callback = { after_batch: () => controller.abort() }
    const { signal } = controller
    await expect(learn.fit(1e-2, 1, { signal, callbacks: [abort] })).rejects.toThrow('aborted')
    const before = state(learn)
    await expect(learn.lr_find({ signal })).rejects.toThrow('aborted')
    await expect(learn.lr_find({ wd: -1 })).rejects.toThrow('wd')
    expect(state(learn)).toEqual(before)
  })

  it('a search whose optimizer keeps its state to itself', async () => {
    const learn = tinyLearner({ optimizer: train.adamax(1e-2) })
    const before = state(learn)
    await expect(learn.lr_find()).rejects.toThrow(/adamax/i)
    expect(state(learn)).toEqual(before)
    await expect(learn.fit(1e-2, 1)).resolves.toMatchObject({ losses: { length: 2 }, reason: 'completed' })
  })

  it('a Learner with a callback that is none', () => {
    const data = points()
    const before = data.train_dl.state()
    expect(() => new Learner(data, mlp(), { seed: 9, callbacks: [EarlyStopping as never], progress: false })).toThrow(/class/)
    expect(data.train_dl.state()).toEqual(before)
  })
})

describe('one model', () => {
  const pair = () => {
    const model = mlp()
    return [1, 2].map(() => new Learner(points(), model, { progress: false })) as [Learner, Learner]
  }

  it('is not trained by two Learners at once, nor loaded into', async () => {
    const file = await tinyLearner().save(join(await temporaryFolder(), 'model'))
    const [a, b] = pair()
    const before = state(b)
    const fit = a.fit(1e-2, 3)
    const taken = /was called on a model that another Learner is training \(fit; the weight 0\.kernel, .* is in both\)/
    await expect(b.fit(1e-2, 1)).rejects.toThrow(taken)
    await expect(b.lr_find()).rejects.toThrow(taken)
    await expect(b.load(file)).rejects.toThrow(taken)
    await fit
    expect({ ...state(b), weights: 0 }).toEqual({ ...before, weights: 0 })
    await b.fit(1e-2, 1)
    await a.lr_find({ num_it: 4 })
    await b.fit(1e-2, 1)
  })

  it('is known by its layers', async () => {
    const inner = mlp()
    const outer = sequential({ layers: [...inner.layers] })
    const [a, b] = [inner, outer].map(model => new Learner(points(), model, { progress: false })) as [Learner, Learner]
    const fit = a.fit(1e-2, 1)
    await expect(b.fit(1e-2, 1)).rejects.toThrow(/another Learner is training/)
    await fit
    await expect(b.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed' })
  })

  it('is free again after a fit that failed', async () => {
    const [a, b] = pair()
    const failing: Callback = {
      after_batch() {
        throw new Error('no')
      },
    }
    await expect(a.fit(1e-2, 1, { callbacks: [failing] })).rejects.toThrow('no')
    await expect(b.fit(1e-2, 1)).resolves.toMatchObject({ reason: 'completed' })
  })
})

it('nothing is loaded while a fit runs, and no fit runs while something is loaded', async () => {
  const learn = tinyLearner()
  const file = await learn.save(join(await temporaryFolder(), 'model'))
  const fit = learn.fit(1e-2, 2)
  await expect(learn.load(file)).rejects.toThrow(/load was called while fit is running on this Learner/)
  await fit
  const loading = learn.load(file)
  await expect(learn.fit(1e-2, 1)).rejects.toThrow(/fit was called while load is running/)
  await expect(learn.save(file)).rejects.toThrow(/save was called while load is running/)
  await loading
})

it.each(['x', 'y'] as const)('data whose %s was transferred after it was made is an error', async name => {
  const arrays = { x: new Float32Array(16).map((_, i) => i), y: new Float32Array(8).map((_, i) => i) }
  const learn = new Learner(
    DataBunch.from_arrays({ ...arrays, shape: [2], bs: 4 }),
    sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }),
    { progress: false },
  )
  structuredClone(arrays[name], { transfer: [arrays[name].buffer] })
  await expect(learn.fit(1e-2, 1)).rejects.toThrow(
    /Float32Array of \d+ numbers that this data was made from now has 0: its buffer was transferred/,
  )
})
