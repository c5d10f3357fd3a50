import { train } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import type { LearnerOptions } from './learner.js'
import { adagrad, adam, rmsprop, sgd } from './optimizer/index.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

// A cycle runs momentum against the rate; an optimizer without momentum made PyTorch's and mmcv's cycles fail (pytorch/pytorch#19003,
// open-mmlab/mmcv#2645, amaiya/ktrain#42), and ours speak of a schedule that nobody had written.
const optimizers: Record<string, () => LearnerOptions['optimizer']> = {
  'sgd()': () => sgd(),
  'rmsprop()': () => rmsprop(),
  'adagrad()': () => adagrad(),
  'tf.train.sgd': () => train.sgd(0.1),
  'tf.train.adagrad': () => train.adagrad(0.1),
  'tf.train.adadelta': () => train.adadelta(0.1),
}
const forms = ['fastai1', 'fastai1_cosine', 'fastai2', 'three_step'] as const
const learnerWith = (optimizer: LearnerOptions['optimizer'], layer_groups?: number[]) => {
  const said: string[] = []
  const log = (line: string) => void said.push(line)
  return { said, learn: tinyLearner({ optimizer, log, ...(layer_groups && { layer_groups }) }) }
}

it.each(Object.entries(optimizers))('%s: the rate alone is cycled, in every form, and one line says so', async (_, optimizer) => {
  for (const form of forms) {
    const { learn, said } = learnerWith(optimizer())
    const { lrs, moms } = await learn.fit_one_cycle(5, 1e-2, { form })
    const withMomentum = await tinyLearner({ optimizer: adam() }).fit_one_cycle(5, 1e-2, { form })
    expect(lrs).toEqual(withMomentum.lrs)
    expect(moms).toEqual([])
    expect(said).toEqual(['fit_one_cycle: the optimizer has no momentum, so the learning rate alone is cycled.'])
    expect(() => learn.recorder.plot_lr({ showMoms: true })).toThrow(/no momentum to show/)
  }
})

it('says nothing where there is momentum', async () => {
  const { learn, said } = learnerWith(sgd({ mom: 0.9 }))
  const { moms } = await learn.fit_one_cycle(5, 1e-2)
  expect([moms[0], said]).toEqual([0.95, []])
})

it.each(Object.entries(optimizers))(
  '%s: momenta that were asked for are refused, and nothing is trained',
  async (_, optimizer) => {
    const { learn, said } = learnerWith(optimizer())
    for (const form of forms) {
      const moms = form === 'fastai2' ? [0.95, 0.85, 0.95] : [0.95, 0.85]
      await expect(learn.fit_one_cycle(1, 1e-2, { form, moms })).rejects.toThrow(
        /^moms is \[0\.95, 0\.85.*leave moms out.*sgd\(\{ mom: 0\.9 \}\)/,
      )
    }
    for (const name of ['use_clr', 'use_clr_beta']) {
      const cycles = { cycle_len: 5, [name]: [10, 5, 0.95, 0.85] }
      await expect(learn.fit(1e-2, 1, cycles)).rejects.toThrow(
        `${name} is [10, 5, 0.95, 0.85], of which the last two are momenta`,
      )
    }
    expect([learn.recorder.history.losses, said]).toEqual([[], []])
  },
)

it('cycles of fastai 0.7 without momenta need none', async () => {
  const { learn, said } = learnerWith(sgd())
  const { lrs, reason } = await learn.fit(1e-2, 1, { cycle_len: 5, use_clr: [10, 5] })
  expect([Math.max(...lrs), reason, said]).toEqual([1e-2, 'completed', []])
})

it('fine_tune cycles the rates alone, and parts of a longer cycle do', async () => {
  const tuned = learnerWith(sgd(), [2])
  const { lrs } = await tuned.learn.fine_tune(5, 1e-2)
  expect(Math.max(...lrs)).toBeCloseTo(5e-3, 12)
  expect(tuned.said).toEqual(['fine_tune: the optimizer has no momentum, so the learning rate alone is cycled.'])
  const part = learnerWith(rmsprop())
  const { lrs: first } = await part.learn.fit_one_cycle(1, 1e-2, { tot_epochs: 5 })
  expect(first).toEqual((await tinyLearner().fit_one_cycle(5, 1e-2)).lrs.slice(0, 2))
})
