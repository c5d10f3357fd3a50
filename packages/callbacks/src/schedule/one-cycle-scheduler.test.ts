import { describe, expect, it } from 'vitest'
import { FakeOptimizer, fakeFit } from '../testing/fake-learner.js'
import { OneCycleScheduler, one_cycle, ParamScheduler, slice } from './index.js'
import { oneCycleForms } from './one-cycle.js'

const fit = { n_epoch: 3, n_batches: 5 }
const adam = (lr: number | number[] = 1e-3, groups = 1) => new FakeOptimizer({ lr, mom: 0.9 }, groups)

describe.each(oneCycleForms)('form %s', form => {
  it('is the cycle of these options over the whole fit', async () => {
    const shape = {
      form,
      moms: form === 'fastai2' ? [0.9, 0.8, 0.85] : [0.9, 0.8],
      div_factor: 10,
      final_div: 100,
      pct_start: 0.4,
    }
    const [one, other] = [adam(), adam()]
    const cycle = await fakeFit({ ...fit, opt: one, callbacks: [new OneCycleScheduler({ lr_max: 0.1, ...shape })] })
    const keep = form === 'fastai2' ? 'last' : 'next'
    const scheduler = new ParamScheduler(one_cycle({ lr_max: 0.1, ...shape }), { keep })
    expect(cycle.hypers).toEqual((await fakeFit({ ...fit, opt: other, callbacks: [scheduler] })).hypers)
    expect([one.get('lr'), one.get('mom')]).toEqual([other.get('lr'), other.get('mom')])
    expect(Math.max(...cycle.hypers.map(({ lr }) => lr![0]!))).toBeGreaterThan(0.07)
  })
})

describe('layer groups', () => {
  const peaks = async (lr_max?: ConstructorParameters<typeof OneCycleScheduler>[0]) => {
    const callbacks = [new OneCycleScheduler(lr_max)]
    const { hypers } = await fakeFit({ ...fit, n_batches: 10, opt: adam([1e-4, 1e-3, 1e-2], 3), callbacks })
    return [0, 1, 2].map(group => Math.max(...hypers.map(({ lr }) => lr![group]!)))
  }

  it('each have their own peak: of a slice, of a list, or the rates of the fit', async () => {
    expect(await peaks({ lr_max: slice(1e-3, 1e-1) })).toEqual([1e-3, expect.closeTo(1e-2, 12), 1e-1])
    expect(await peaks({ lr_max: [1, 2, 3] })).toEqual([1, 2, 3])
    expect(await peaks()).toEqual([1e-4, 1e-3, 1e-2])
  })

  it('are not made alike by a single rate, which is that of the last', async () => {
    expect(await peaks({ lr_max: 1 })).toEqual([expect.closeTo(1e-2, 12), expect.closeTo(1e-1, 12), 1])
    await expect(peaks({ lr_max: [1, 2] })).rejects.toThrow('3 groups')
  })
})

it('cycles the rate alone without momentum and says so, but refuses moms that were given', async () => {
  const run = (options: object) =>
    fakeFit({ ...fit, opt: new FakeOptimizer({ lr: 1 }), callbacks: [new OneCycleScheduler({ lr_max: 1, ...options })] })
  const { hypers, said } = await run({})
  expect(hypers.map(({ lr }) => lr![0])).toEqual(Array.from({ length: 15 }, (_, step) => one_cycle({ lr_max: 1 }).lr(step, 15)))
  expect(said).toEqual(['OneCycleScheduler: the optimizer has no momentum, so the learning rate alone is cycled.'])
  await expect(run({ moms: 0.9 })).rejects.toThrow('moms is 0.9, but this optimizer has no momentum')
})

it('goes on with start_epoch, and spans more than one fit with tot_epochs', async () => {
  const lrs = async (n_epoch: number, start_epoch: number, tot_epochs?: number) => {
    const callbacks = [new OneCycleScheduler({ lr_max: 1, tot_epochs })]
    const { hypers } = await fakeFit({ n_epoch, start_epoch, n_batches: 5, opt: adam(), callbacks })
    return hypers.map(({ lr }) => lr![0])
  }
  const whole = await lrs(4, 0)
  expect([...(await lrs(1, 0, 4)), ...(await lrs(4, 1))]).toEqual(whole)
})

it('refuses at once what no cycle can be made of', () => {
  expect(() => new OneCycleScheduler({ pct_strat: 0.3 } as never)).toThrow(
    'OneCycleScheduler has no option pct_strat. Did you mean pct_start?',
  )
  expect(() => new OneCycleScheduler({ lr_max: 0 })).toThrow('lr_max must be a number above 0')
  expect(() => new OneCycleScheduler({ moms: [0.9, 1] })).toThrow('below 1')
})
