import { describe, expect, it } from 'vitest'
import type { Callback } from '../callback.js'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import { EarlyStopping, ReduceLROnPlateau, SaveModel, type SaveModelOptions, TerminateOnNaN, WeightAverage } from './index.js'

const log = () => {}
const bad = [1, 0.5, 0.6, 0.7, 0.8, 0.9, 1]

interface Run {
  valid?: (number | undefined)[]
  accuracy?: number[]
  opt?: FakeOptimizer
  lr_finding?: boolean
}

function run(callback: Callback, { valid = bad, accuracy, opt = new FakeOptimizer({ lr: 1 }), lr_finding = false }: Run = {}) {
  const metrics = accuracy && { accuracy: (epoch: number) => accuracy[epoch]! }
  const skip: Callback = {
    order: 1,
    after_validate: learn => {
      if (valid[learn.epoch] === undefined) delete learn.values['valid_loss']
    },
  }
  const valid_loss = (epoch: number) => valid[epoch] ?? 0
  return fakeFit({
    n_epoch: valid.length,
    n_batches: 1,
    callbacks: [skip, callback],
    opt,
    valid_loss,
    lr_finding,
    ...(metrics && { metrics, better: { accuracy: 'higher' } }),
  })
}

describe('EarlyStopping', () => {
  it.each([
    [{ patience: 1 }, 3],
    [{ patience: 2 }, 4],
    [{ form: 'fastai1' as const }, 3],
    [{ form: 'fastai1' as const, patience: 1 }, 4],
    [{ patience: 1, min_delta: 0.6 }, 2],
  ])('with %o ends the fit after %s epochs', async (options, epochs) => {
    const result = await run(new EarlyStopping({ ...options, log }))
    expect(result).toMatchObject({ epochs, reason: 'stopped' })
  })

  it('wants a metric to rise', async () => {
    const result = await run(new EarlyStopping({ monitor: 'accuracy', log }), { accuracy: [0.1, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9] })
    expect(result.epochs).toBe(3)
  })

  it('takes an epoch without validation for neither better nor worse', async () => {
    expect((await run(new EarlyStopping({ log }), { valid: [1, undefined, undefined, 0.5, 0.6] })).epochs).toBe(5)
  })

  it('forgets the best value of the last fit, unless told not to', async () => {
    const forgetful = new EarlyStopping({ log })
    await run(forgetful, { valid: [0.1] })
    expect((await run(forgetful, { valid: [3, 2, 1] })).epochs).toBe(3)
    const keeping = new EarlyStopping({ reset_on_fit: false, log })
    await run(keeping, { valid: [0.1] })
    expect((await run(keeping, { valid: [3, 2, 1] })).epochs).toBe(1)
  })
})

describe('ReduceLROnPlateau', () => {
  it('lowers every group by the same factor, so that their proportions stay', async () => {
    for (const options of [{ factor: 2 }, { form: 'fastai1' as const, factor: 0.5 }]) {
      const opt = new FakeOptimizer({ lr: [0.01, 0.1, 1] }, 3)
      await run(new ReduceLROnPlateau({ ...options, log }), { valid: [1, 2], opt })
      expect(opt.get('lr')).toEqual([0.005, 0.05, 0.5])
    }
  })

  it('does not go below min_lr, but in the form of fastai 1 may once', async () => {
    const opt = new FakeOptimizer({ lr: 1 })
    await run(new ReduceLROnPlateau({ min_lr: 0.3, log }), { opt })
    expect(opt.get('lr')).toEqual([0.3])
    const first = new FakeOptimizer({ lr: 1 })
    await run(new ReduceLROnPlateau({ form: 'fastai1', min_lr: 0.3, log }), { opt: first })
    expect(first.get('lr')).toEqual([0.2])
  })
})

describe('SaveModel', () => {
  const saving = async (options: SaveModelOptions, valid?: number[], lr_finding = false) => {
    const calls: string[] = []
    const store = {
      save: async (name: string, { with_opt }: { with_opt: boolean }) =>
        void calls.push(`save ${name}${with_opt ? ' with_opt' : ''}`),
      load: async (name: string) => void calls.push(`load ${name}`),
    }
    await run(new SaveModel(store, { ...options, log }), { ...(valid && { valid }), lr_finding })
    return calls
  }

  it('saves improvements and reloads the best', async () => {
    expect(await saving({ with_opt: true })).toEqual(['save model with_opt', 'save model with_opt', 'load model'])
  })

  it('saves every so many epochs, and reloads nothing', async () => {
    expect(await saving({ every_epoch: 3, fname: 'net' })).toEqual(['save net_0', 'save net_3', 'save net_6'])
  })

  it('saves the last model at the end', async () => {
    expect(await saving({ at_end: true }, [1, 2])).toEqual(['save model', 'save model'])
  })

  it('leaves alone what an earlier run saved', async () => {
    expect(await saving({}, [Number.NaN, Number.NaN])).toEqual([])
  })

  it('is silent in lr_find', async () => {
    expect(await saving({}, undefined, true)).toEqual([])
    expect(await saving({ every_epoch: true }, undefined, true)).toEqual([])
  })
})

describe('TerminateOnNaN', () => {
  it.each([
    ['fastai2' as const, Number.NaN, 2],
    ['fastai2' as const, Number.POSITIVE_INFINITY, 2],
    ['fastai1' as const, Number.NaN, 2],
    ['fastai1' as const, Number.POSITIVE_INFINITY, 9],
  ])('of form %s at a loss of %s lets %s batches run', async (form, value, batches) => {
    const callbacks = [new TerminateOnNaN({ form, log })]
    const loss = (i: number) => (i === 1 ? value : 1)
    const result = await fakeFit({ n_epoch: 3, n_batches: 3, callbacks, opt: new FakeOptimizer({ lr: 1 }), loss })
    expect(result.hypers).toHaveLength(batches)
    expect(result.reason).toBe(batches === 2 ? 'diverged' : 'completed')
  })
})

it('averages weights from the first epoch that counts', () => {
  const swa = new WeightAverage({ swa_start: 2 })
  for (const [i, weights] of [
    [9, 9],
    [1, 2],
    [3, 6],
  ].entries())
    swa.add(i + 1, weights)
  expect([...swa.average!]).toEqual([2, 4])
  expect(() => swa.add(4, [1])).toThrow('over 2 weights, but was given 1')
})

it.each<[string, () => unknown, string]>([
  ['a patience of 0', () => new EarlyStopping({ patience: 0 }), 'patience, which counts epochs, must be'],
  ['a fractional patience', () => new ReduceLROnPlateau({ patience: 1.5 }), '1.5'],
  [
    'a factor that raises',
    () => new ReduceLROnPlateau({ factor: 0.2 }),
    'divides the rate, must be a number above 1, but it is 0.2',
  ],
  [
    "fastai 2's factor in fastai 1's form",
    () => new ReduceLROnPlateau({ form: 'fastai1', factor: 10 }),
    'must be a number above 0 and below 1, but it is',
  ],
  ['a negative min_lr', () => new ReduceLROnPlateau({ min_lr: -1 }), 'min_lr'],
  ['a NaN min_delta', () => new EarlyStopping({ min_delta: Number.NaN }), 'min_delta'],
  ['an every_epoch of 0', () => new SaveModel({ save() {}, load() {} }, { every_epoch: 0 }), 'every_epoch'],
  ['a swa_start of 0', () => new WeightAverage({ swa_start: 0 }), 'swa_start'],
])('refuses %s', (_, make, message) => {
  expect(make).toThrow(message)
})

it('refuses to monitor what is not there, before the first batch', async () => {
  await expect(run(new EarlyStopping({ monitor: 'f1' }))).rejects.toThrow(
    'There is no f1 to monitor. This fit has train_loss, valid_loss',
  )
})

it.each([
  ['EarlyStopping', (options: object) => new EarlyStopping(options)],
  ['ReduceLROnPlateau', (options: object) => new ReduceLROnPlateau(options)],
  ['SaveModel', (options: object) => new SaveModel({ save() {}, load() {} }, options)],
  ['TerminateOnNaN', (options: object) => new TerminateOnNaN(options)],
])('%s refuses an option or a choice that it does not know', (name, make) => {
  expect(() => make({ patiance: 3 })).toThrow(`${name} has no option patiance.`)
  if (name !== 'SaveModel') expect(() => make({ form: 'fastai3' })).toThrow("form must be one of 'fastai2', 'fastai1'")
  if (name !== 'TerminateOnNaN') expect(() => make({ comp: 'lesser' })).toThrow("comp must be one of 'less', 'greater'")
})
