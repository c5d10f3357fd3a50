import { slice } from '@onecycle/callbacks'
import { train } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import type { Learner } from '../learner.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { adam } from './adam.js'
import { lookahead } from './lookahead.js'
import { sgd } from './sgd.js'

beforeAll(useCpu)

const highest = async (learn: Learner, fit: (learn: Learner) => Promise<unknown>) => {
  await fit(learn)
  return Math.max(...learn.recorder.history.lrs)
}
const make = (optimizer: Parameters<typeof tinyLearner>[0]) => tinyLearner({ log: false, ...optimizer })
const fits: [string, (learn: Learner) => Promise<unknown>, number][] = [
  ['fit', learn => learn.fit(2), 3e-3],
  ['fit by name', learn => learn.fit({ epochs: 2 }), 3e-3],
  ['fit_flat_cos', learn => learn.fit_flat_cos(4), 3e-3],
  ['fit_sgdr', learn => learn.fit_sgdr(1, 2), 3e-3],
  ['fit_one_cycle', learn => learn.fit_one_cycle(10), 3e-3],
  ['fine_tune', learn => learn.fine_tune(1), 2e-3],
]

it.each(fits)('%s takes the rate that the optimizer was given, where none is named', async (name, fit, otherwise) => {
  const layer_groups = name === 'fine_tune' ? { layer_groups: [2] } : {}
  const rates = async (optimizer: object) => await highest(make({ ...optimizer, ...layer_groups }), fit)
  const plain = await rates({ optimizer: adam() })
  expect(plain).toBeGreaterThan(0)
  expect(plain).toBeLessThanOrEqual(otherwise)
  expect((await rates({ optimizer: adam({ lr: 0.05 }) })) / plain).toBeCloseTo(0.05 / otherwise, 6)
})

it('so does one of TensorFlow.js, and one around another; a schedule that ran before is no rate of its own', async () => {
  const fit = (learn: Learner) => learn.fit(1)
  expect(await highest(make({ optimizer: train.sgd(0.25) }), fit)).toBeCloseTo(0.25, 6)
  expect(await highest(make({ optimizer: lookahead(sgd({ lr: 0.25 })) }), fit)).toBe(0.25)
  expect(await highest(make({ optimizer: 'adam' }), fit)).toBe(3e-3)
  const learn = make({ optimizer: sgd({ lr: 0.25, mom: 0.9 }) })
  await learn.fit_one_cycle(2, 1e-2)
  expect(await highest(learn, fit)).toBe(0.25)
  expect(await highest(learn, each => each.fit(1e-2, 1))).toBe(1e-2)
  await expect(learn.fit_one_cycle(1, undefined)).rejects.toThrow('undefined')
  expect(await highest(make({ optimizer: sgd({ lr: 0.25 }), layer_groups: [1] }), each => each.fit(slice(1e-3, 1e-2), 1))).toBe(
    1e-2,
  )
})
