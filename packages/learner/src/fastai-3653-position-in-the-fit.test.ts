import { type Callback, CancelEpoch, CancelTrain, OneCycleScheduler, one_cycle, ParamScheduler } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from './learner.js'
import { mlp, points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

// Ten batches an epoch. A schedule of one's own began anew when a fit was taken up with start_epoch (fastai/fastai#3653 and #3073,
// tensorflow/tensorflow#49208), and was not done when epochs were short.
type Options = { start_epoch?: number; callbacks?: Callback[] }
const make = () => new Learner(points({ train: 40 }), mlp(), { progress: false, layer_groups: [1], log: false })
const beside = (scheduler: () => Callback) => (options: Options) =>
  make().fit(1e-2, 4, { ...options, callbacks: [...(options.callbacks ?? []), scheduler()] })

const ways: Record<string, (options: Options) => Promise<{ lrs: readonly number[]; moms: readonly number[] }>> = {
  fastai1: options => make().fit_one_cycle(4, 1e-2, options),
  fastai1_cosine: options => make().fit_one_cycle(4, [1e-3, 1e-2], { ...options, form: 'fastai1_cosine' }),
  fastai2: options => make().fit_one_cycle(4, 1e-2, { ...options, form: 'fastai2' }),
  three_step: options => make().fit_one_cycle(4, 1e-2, { ...options, form: 'three_step' }),
  'part of a longer cycle': options => make().fit_one_cycle(4, 1e-2, { ...options, tot_epochs: 6 }),
  fit_flat_cos: options => make().fit_flat_cos(4, 1e-2, options),
  fit_sgdr: options => make().fit_sgdr(2, 1, 1e-2, { ...options, cycle_mult: 3 }),
  'cycles of fastai 0.7': options => make().fit(1e-2, 2, { ...options, cycle_len: 2 }),
  use_clr: options => make().fit(1e-2, 2, { ...options, cycle_len: 2, use_clr: [10, 5, 0.95, 0.85] }),
  OneCycleScheduler: beside(() => new OneCycleScheduler({ lr_max: 1e-2 })),
  ParamScheduler: beside(() => new ParamScheduler(one_cycle({ lr_max: 1e-2, form: 'fastai2' }))),
}

describe.each(Object.entries(ways))('%s', (_, fit) => {
  const valuesOf = async (options: Options) => {
    const { lrs, moms } = await fit(options)
    return lrs.map((lr, i) => [lr, moms[i]])
  }

  it('goes on at start_epoch as if nothing had come between', async () => {
    const whole = await valuesOf({})
    expect(whole).toHaveLength(40)
    expect(await valuesOf({ start_epoch: 2 })).toEqual(whole.slice(20))
  })

  it('has the values of the position after epochs that were short or left out', async () => {
    const whole = await valuesOf({})
    const hasty: Callback = {
      before_epoch: ({ epoch }) => {
        if (epoch === 1) throw new CancelEpoch()
      },
      after_step: ({ epoch, iter }) => {
        if (epoch !== 3 && iter === 3) throw new CancelTrain()
      },
    }
    expect((await valuesOf({ callbacks: [hasty] })).slice(-10)).toEqual(whole.slice(-10))
  })
})

it('leaves the end values behind when the last epoch was short', async () => {
  const learn = make()
  const short: Callback = {
    after_batch: ({ iter }) => {
      if (iter === 3) throw new CancelTrain()
    },
  }
  const { lrs } = await learn.fit_one_cycle(4, 1e-2, { callbacks: [short] })
  const { lr, mom } = one_cycle({ lr_max: 1e-2 })
  expect(lrs).toEqual([0, 10, 20, 30].flatMap(first => [0, 1, 2, 3].map(iter => lr(first + iter, 40))))
  expect([learn.opt.get('lr').at(-1), learn.opt.get('mom').at(-1)]).toEqual([lr(40, 40), mom(40, 40)])
})
