import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Callback } from '../callback.js'
import { CancelBatch, CancelEpoch, CancelTrain } from '../cancel.js'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import {
  one_cycle,
  ParamScheduler,
  type ParamSchedulerOptions,
  per_group,
  SchedLin,
  SchedNo,
  type Schedule,
  torch,
} from './index.js'

const adam = (groups = 1) => new FakeOptimizer({ lr: 1e-3, mom: 0.9, wd: 0.01 }, groups)

it('sets any hyper-parameter before every batch, one schedule for all groups or one each', async () => {
  const opt = adam(2)
  const callbacks = [new ParamScheduler({ lr: [SchedLin(0, 1), SchedLin(0, 10)], wd: SchedLin(4, 0) })]
  const { hypers } = await fakeFit({ n_epoch: 2, n_batches: 2, callbacks, opt })
  expect(hypers.map(({ lr }) => lr)).toEqual([
    [0, 0],
    [0.25, 2.5],
    [0.5, 5],
    [0.75, 7.5],
  ])
  expect(hypers.map(({ wd }) => wd)).toEqual([
    [4, 4],
    [3, 3],
    [2, 2],
    [1, 1],
  ])
  expect(hypers.every(({ mom }) => mom![0] === 0.9)).toBe(true)
})

it('leaves the last value in the optimizer, or the next one', async () => {
  for (const [keep, expected] of [
    ['last', 3],
    ['next', 4],
  ] as const) {
    const opt = adam()
    await fakeFit({ n_epoch: 2, n_batches: 2, callbacks: [new ParamScheduler({ lr: SchedLin(0, 4) }, { keep })], opt })
    expect(opt.get('lr')).toEqual([expected])
  }
})

it('refuses a hyper-parameter that the optimizer lacks, before the first batch', async () => {
  const opt = new FakeOptimizer({ lr: 1 })
  const before: string[] = []
  const callbacks = [
    { before_batch: () => void before.push('batch') },
    new ParamScheduler(one_cycle({ lr_max: 1 }), { keep: 'next' }),
  ]
  await expect(fakeFit({ n_epoch: 1, n_batches: 1, callbacks, opt })).rejects.toThrow(
    /schedule for mom, but the optimizer has no such.*it has lr\). Schedule the rate alone, { lr } of what one_cycle.*sgd\(\{ mom: 0.9/,
  )
  expect(before).toEqual([])
})

it('refuses another number of schedules than there are groups', async () => {
  const callbacks = [new ParamScheduler({ lr: per_group([1, 2], value => SchedNo(value)) })]
  await expect(fakeFit({ n_epoch: 1, n_batches: 1, callbacks, opt: adam(3) })).rejects.toThrow(
    '2 schedules for lr, but the optimizer has 3',
  )
})

it.each<[string, Schedule, string]>([
  ['lr', step => (step < 2 ? 1 : Number.NaN), 'The schedule of lr gave NaN for batch 2 of 4: lr must be a finite number.'],
  ['lr', (_, steps) => 1 - steps, 'The schedule of lr gave -3 for batch 0 of 4: lr must be at least 0.'],
  ['mom', step => 0.97 + step / 100, 'The schedule of mom gave 1 for batch 3 of 4: mom must be below 1.'],
])('refuses values of %s that no optimizer takes before the first batch, and says which', async (name, schedule, message) => {
  const opt = adam()
  const heard: string[] = []
  const callbacks = [new ParamScheduler({ [name]: schedule }), { before_batch: () => void heard.push('batch') }]
  await expect(fakeFit({ n_epoch: 2, n_batches: 2, callbacks, opt })).rejects.toThrow(message)
  expect(heard).toEqual([])
  expect([opt.get('lr'), opt.get('mom')]).toEqual([[1e-3], [0.9]])
})

it('refuses one schedule for layer groups that have rates of their own', async () => {
  const opt = adam(2)
  opt.set('lr', [1e-4, 1e-2])
  const fit = fakeFit({ n_epoch: 1, n_batches: 2, callbacks: [new ParamScheduler({ lr: SchedLin(1, 0) })], opt })
  await expect(fit).rejects.toThrow(/one schedule for lr, which would make the layer groups alike: they have 0.0001, 0.01\. Give/)
  expect(opt.get('lr')).toEqual([1e-4, 1e-2])
})

describe('one step past the end, with keep: next', () => {
  const past: [string, Record<string, Schedule>, Record<string, number>][] = [
    ['a rate below 0', { lr: step => 3 - step }, { lr: 0 }],
    ['no number', { lr: step => [1, 2, 3, 4][step]! }, { lr: 4 }],
    ['an error', { lr: step => (step < 4 ? 2 : ([] as { lr: number }[])[0]!.lr) }, { lr: 2 }],
    ['a momentum of 1', { lr: SchedLin(1, 5), mom: step => 0.6 + step / 10 }, { lr: 5, mom: 0.9 }],
  ]
  it.each(past)('%s leaves the last value, and the fit is complete', async (_, schedules, kept) => {
    const opt = adam()
    const callbacks = [new ParamScheduler(schedules, { keep: 'next' })]
    expect(await fakeFit({ n_epoch: 2, n_batches: 2, callbacks, opt })).toMatchObject({ reason: 'completed', train_iter: 4 })
    for (const [name, value] of Object.entries(kept)) expect(opt.get(name)[0]).toBeCloseTo(value, 12)
  })
})

describe('the position in the fit', () => {
  const rates = async (scheduling: ParamSchedulerOptions, callbacks: Callback[] = [], start_epoch = 0) => {
    const opt = adam()
    const scheduler = new ParamScheduler({ lr: (step, steps) => (60 * step) / steps }, scheduling)
    const run = await fakeFit({ n_epoch: 6, n_batches: 10, callbacks: [...callbacks, scheduler], opt, start_epoch })
    return { ...run, lrs: run.hypers.map(({ lr }) => lr![0]!), left: opt.get('lr')[0] }
  }
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

  it.each<[string, ParamSchedulerOptions]>([
    ['nothing else', {}],
    ['start', { start: 30 }],
    ['steps', { steps: 60 }],
    ['start and steps', { start: 30, steps: 60 }],
    ['tot_epochs', { tot_epochs: 6 }],
  ])('counts the epochs that start_epoch leaves out, given %s (fastai/fastai#3653)', async (_, options) => {
    expect((await rates(options, [], 3)).lrs).toEqual(range(30, 60))
  })

  it('is where a whole epoch would have ended, after CancelTrain', async () => {
    const short: Callback = {
      after_batch: learn => {
        if (learn.iter === 3) throw new CancelTrain()
      },
    }
    const { lrs, left, reason } = await rates({ keep: 'next' }, [short])
    expect(lrs).toEqual([0, 10, 20, 30, 40, 50].flatMap(first => range(first, first + 4)))
    expect({ left, reason }).toEqual({ left: 60, reason: 'completed' })
    expect((await rates({ steps: 60, keep: 'next' }, [short])).lrs).toEqual(range(0, 24))
  })

  it('goes on over epochs and batches that were cancelled', async () => {
    const skip: Callback = {
      before_epoch: learn => {
        if (learn.epoch === 1) throw new CancelEpoch()
      },
      before_batch: learn => {
        if (learn.epoch === 2 && learn.iter === 5) throw new CancelBatch()
      },
    }
    expect((await rates({}, [skip])).lrs).toEqual([...range(0, 10), ...range(20, 25), ...range(26, 60)])
  })

  it('stops a fit that is longer than tot_epochs one batch later, in its own epoch', async () => {
    const { lrs, epochs, reason } = await rates({ tot_epochs: 2 })
    expect(lrs).toEqual([...range(0, 20).map(step => 3 * step), 60])
    expect({ epochs, reason }).toEqual({ epochs: 3, reason: 'stopped' })
  })

  it('refuses a span of which nothing is left', async () => {
    const message = 'ParamScheduler spans 20 batches, and 30 of them are done when this fit begins'
    await expect(rates({ tot_epochs: 2 }, [], 3)).rejects.toThrow(message)
    expect(() => new ParamScheduler({}, { steps: 1, tot_epochs: 1 })).toThrow('give one')
  })
})

describe('what another callback sets', () => {
  const said = async (other: Callback) => {
    const scheduler = new ParamScheduler({ lr: SchedLin(8, 0), mom: SchedNo(0.5) }, { keep: 'next' })
    const opt = adam()
    const run = await fakeFit({ n_epoch: 2, n_batches: 4, callbacks: [other, scheduler], opt })
    return { said: run.said, lrs: run.hypers.map(({ lr }) => lr![0]) }
  }
  const scheduled = [8, 7, 6, 5, 4, 3, 2, 1]

  it.each<[string, Callback]>([
    ['after an epoch', { after_epoch: learn => learn.opt.set('lr', 0.5) }],
    ['after a batch', { after_batch: learn => learn.opt.set('lr', 0.5) }],
    ['before the training of an epoch', { before_train: learn => learn.opt.set('lr', 0.5) }],
    ['before a batch, too early', { order: 59, before_batch: learn => learn.opt.set('lr', 0.5) }],
  ])('%s is overwritten, which is said once', async (_, other) => {
    const { said: lines, lrs } = await said(other)
    expect(lrs).toEqual(scheduled)
    expect(lines).toEqual([
      expect.stringMatching(/callback set lr to 0.5 between two batches, but ParamScheduler sets lr for every/),
    ])
  })

  it('within a batch is its own business, even where the batch is then cut short', async () => {
    const halve: Callback = { order: 61, before_batch: learn => learn.opt.set('lr', learn.opt.get('lr')[0]! / 2) }
    expect(await said(halve)).toEqual({ said: [], lrs: scheduled.map(lr => lr / 2) })
    const cut: Callback = {
      order: 62,
      before_batch: learn => {
        halve.before_batch!(learn)
        if (learn.iter === 2) throw new (learn.epoch ? CancelBatch : CancelTrain)()
      },
    }
    expect((await said(cut)).said).toEqual([])
  })
})

it('takes a schedule of PyTorch as it is, without momentum too', () => {
  expect(new ParamScheduler(torch.OneCycleLR({ max_lr: 1 })).sets).toEqual(['lr', 'mom'])
  const { lr, mom } = torch.OneCycleLR({ max_lr: 1, cycle_momentum: false })
  expect(new ParamScheduler({ lr, mom }).sets).toEqual(['lr'])
  expect(() => new ParamScheduler({ mom })).toThrow('that of mom is undefined')
})

it('looks at the last batch of a fit too that has more than it looks at', async () => {
  const schedule: Schedule = (step, steps) => (step === steps - 1 ? -1 : 1)
  const fit = fakeFit({ n_epoch: 999, n_batches: 101, callbacks: [new ParamScheduler({ lr: schedule })], opt: adam() })
  await expect(fit).rejects.toThrow('The schedule of lr gave -1 for batch 100898 of 100899')
})

it('refuses options that make no sense', () => {
  expect(() => new ParamScheduler({}, { steps: 0 })).toThrow('steps must be a whole number of at least 1, but it is 0')
  expect(() => new ParamScheduler({}, { start: -1 })).toThrow('start')
  expect(() => new ParamScheduler({}, { keep: 'first' as never })).toThrow("'last', 'next'")
  expect(() => new ParamScheduler({}, { length: 3 } as never)).toThrow('no option length')
})

it('trains one batch past the end of its steps with the end values, then stops', async () => {
  const opt = adam()
  const callbacks = [new ParamScheduler({ lr: SchedLin(0, 5) }, { steps: 5 })]
  const { hypers, epochs, reason } = await fakeFit({ n_epoch: 4, n_batches: 4, callbacks, opt })
  expect(hypers.map(({ lr }) => lr![0])).toEqual([0, 1, 2, 3, 4, 5])
  expect({ epochs, reason }).toEqual({ epochs: 2, reason: 'stopped' })
})

it('resumes in the middle as if it had not been interrupted', async () => {
  const run = fc.record({
    epochs: fc.integer({ min: 2, max: 6 }),
    n_batches: fc.integer({ min: 1, max: 12 }),
    done: fc.integer({ min: 1, max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(run, fc.constantFrom('fastai1', 'fastai2', 'three_step'), async ({ epochs, n_batches, done }, form) => {
      fc.pre(done < epochs)
      const schedules = { ...one_cycle({ lr_max: 1, form: form as 'fastai1' }) }
      const fit = async (n_epoch: number, start: number) => {
        const callbacks = [new ParamScheduler(schedules, { start, steps: epochs * n_batches, keep: 'next' })]
        return (await fakeFit({ n_epoch, n_batches, callbacks, opt: adam() })).hypers
      }
      const whole = await fit(epochs, 0)
      expect([...(await fit(done, 0)), ...(await fit(epochs - done, done * n_batches))]).toEqual(whole)
    }),
    { numRuns: 50 },
  )
})

it('leaves the mock training of lr_find alone, and runs in the fit after it', async () => {
  const opt = adam()
  const callbacks = [new ParamScheduler({ lr: SchedLin(1, 2), mom: SchedNo(0.5) }, { steps: 2, keep: 'next' })]
  const finding = await fakeFit({ n_epoch: 2, n_batches: 3, callbacks, opt, lr_finding: true })
  expect(finding).toMatchObject({ epochs: 2, reason: 'completed' })
  expect(finding.hypers).toEqual(Array(6).fill({ lr: [1e-3], mom: [0.9], wd: [0.01] }))
  const fit = await fakeFit({ n_epoch: 1, n_batches: 2, callbacks, opt })
  expect(fit.hypers.map(({ lr }) => lr)).toEqual([[1], [1.5]])
})

it('refuses a number where a schedule belongs', () => {
  expect(() => new ParamScheduler({ lr: 0.1 as never })).toThrow('The schedule of lr is 0.1, but must be a function')
  expect(() => new ParamScheduler({ lr: [SchedNo(1), 0.1 as never] })).toThrow('The schedule of lr is 0.1')
})
