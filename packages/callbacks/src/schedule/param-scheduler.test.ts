import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import { one_cycle, ParamScheduler, per_group, SchedLin, SchedNo, type Schedule } from './index.js'

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
    new ParamScheduler(one_cycle({ lr_max: 1 }) as never, { keep: 'next' }),
  ]
  await expect(fakeFit({ n_epoch: 1, n_batches: 1, callbacks, opt })).rejects.toThrow(
    /schedule for mom, but the optimizer has no such.*it has lr\)/,
  )
  expect(before).toEqual([])
})

it('refuses another number of schedules than there are groups', async () => {
  const callbacks = [new ParamScheduler({ lr: per_group([1, 2], value => SchedNo(value)) })]
  await expect(fakeFit({ n_epoch: 1, n_batches: 1, callbacks, opt: adam(3) })).rejects.toThrow(
    '2 schedules for lr, but the optimizer has 3',
  )
})

it('refuses a schedule that gives no number, and says at which batch', async () => {
  const broken: Schedule = step => (step < 2 ? 1 : Number.NaN)
  const fit = fakeFit({ n_epoch: 1, n_batches: 4, callbacks: [new ParamScheduler({ lr: broken })], opt: adam() })
  await expect(fit).rejects.toThrow('The schedule of lr gave NaN for batch 2 of 4')
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
