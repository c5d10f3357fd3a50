import { type Callback, CancelFit, type SuggestName, suggestFunctions } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Learner } from './learner.js'
import { sgd } from './optimizer/index.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

/** Replaces the loss of each batch by the next of these. */
const losses = (values: readonly number[]): Callback<Learner> => {
  let batch = 0
  return {
    run_valid: false,
    after_loss(learn) {
      learn.loss = tf.add(tf.mul(learn.loss, 0), values[Math.min(batch++, values.length - 1)]!) as tf.Scalar
    },
  }
}
const valley = Array.from({ length: 60 }, (_, i) => 1 + ((i - 40) / 40) ** 2)

describe('options', () => {
  it('span the rates: from start_lr, num_it batches, just below end_lr', async () => {
    const { lrs, ...found } = await tinyLearner().lr_find({ start_lr: 1e-4, end_lr: 1e-2, num_it: 20, stop_div: false })
    expect(lrs).toHaveLength(20)
    for (const [i, lr] of lrs.entries()) expect(lr / (1e-4 * 100 ** (i / 20))).toBeCloseTo(1, 10)
    expect(found).toMatchObject({ start_lr: 1e-4, end_lr: 1e-2, num_it: 20 })
  })

  it('stop_div decides whether an exploding loss ends the search', async () => {
    const exploding = [...Array(10).fill(1), ...Array(30).fill(1e3)]
    const run = async (stop_div: boolean) =>
      (await tinyLearner({ optimizer: sgd() }).lr_find({ num_it: 30, stop_div, callbacks: [losses(exploding)] })).lrs.length
    expect(await run(false)).toBe(30)
    expect(await run(true)).toBe(11)
  })

  it.each(Object.keys(suggestFunctions) as SuggestName[])('suggestion %s names the main one', async suggestion => {
    const found = await tinyLearner().lr_find({ num_it: 60, suggestion, callbacks: [losses(valley)] })
    expect(found.suggestion).toBe(suggestion)
    expect(found.lr).toBe(found.suggestions[suggestion]!.lr)
    expect(found.lr).toBeGreaterThan(0)
  })

  it('weight decay and callbacks hold for the search only', async () => {
    const learn = tinyLearner()
    const [wd] = learn.opt.get('wd')
    let heard = 0
    let decay: readonly number[] = []
    const listener: Callback<Learner> = {
      after_step(l) {
        heard++
        decay = l.opt.get('wd')
      },
    }
    await learn.lr_find({ num_it: 4, wd: 0.5, callbacks: [listener] })
    expect([heard, decay]).toEqual([3, [0.5]])
    expect(learn.opt.get('wd')).toEqual([wd])
    await learn.fit(1e-2, 1)
    expect(heard).toBe(3)
  })

  it.each([
    [{ num_it: 0 }, /num_it = 0/],
    [{ num_it: 1.5 }, /num_it = 1.5/],
    [{ num_it: Number.NaN }, /num_it must be a number, but it is NaN/],
    [{ start_lr: 0 }, /start_lr/],
    [{ start_lr: Number.NaN }, /start_lr/],
    [{ end_lr: Number.POSITIVE_INFINITY }, /end_lr/],
    [{ start_lr: 1, end_lr: 0.1 }, /must rise/],
    [{ suggestion: 'best' as never }, /suggestion = "best", but expects one of valley, slide, minimum, steep, steepest_gradient/],
  ])('%o is refused', async (options, message) => {
    await expect(tinyLearner().lr_find(options)).rejects.toThrow(message)
  })
})

describe('a curve that is too short', () => {
  it.each([1, 5, 10])('of %i batches gives no suggestion, and is drawn all the same', async num_it => {
    const learn = tinyLearner()
    const found = await learn.lr_find({ num_it, suggestion: 'slide' })
    expect(found.losses).toHaveLength(num_it)
    expect([found.lr, found.suggestions['slide'], found.suggestions['steepest_gradient']]).toEqual([undefined, null, null])
    expect(learn.recorder.plot().spec).toMatchObject({ $schema: expect.stringContaining('vega-lite') })
    expect(await learn.recorder.plot().svg()).toContain('<svg')
  })

  it('by a loss that is not a number from the first batch on, cannot be drawn, and says why', async () => {
    const learn = tinyLearner()
    const found = await learn.lr_find({ callbacks: [losses([Number.NaN])] })
    expect(found.losses).toEqual([Number.NaN])
    expect(Object.values(found.suggestions)).toEqual([null, null, null, null, null])
    expect(found.lr).toBeUndefined()
    expect(() => learn.recorder.plot()).toThrow(/not one of the recorded values is a finite number/)
    expect((await learn.fit(1e-2, 1)).reason).toBe('completed')
  })

  it('because nothing was trained, cannot be drawn, and says why', async () => {
    const learn = tinyLearner()
    const cancelling: Callback<Learner> = {
      before_fit() {
        throw new CancelFit()
      },
    }
    expect((await learn.lr_find({ callbacks: [cancelling] })).lrs).toEqual([])
    expect(() => learn.recorder.plot()).toThrow(/no training batch has been recorded/)
  })
})

it('keeps the batch that ended the search, even when its loss is no number', async () => {
  const learn = tinyLearner()
  const found = await learn.lr_find({ callbacks: [losses([...valley.slice(0, 30), Number.NaN])] })
  expect(found.losses).toHaveLength(31)
  expect(found.losses.at(-1)).toBeNaN()
  expect(found.lr).toBeGreaterThan(0)
  expect(learn.reason).not.toBe('failed')
})

it('leaves no tensor and no weight changed when a callback fails', async () => {
  const learn = tinyLearner()
  await learn.fit(1e-2, 1)
  const weights = () => tf.tidy(() => learn.groups.flat().map(({ variable }) => [...variable.dataSync()]))
  const [before, tensors] = [weights(), tf.memory().numTensors]
  const failing: Callback<Learner> = {
    after_step(l) {
      if (l.train_iter === 3) throw new Error('mine')
    },
  }
  await expect(learn.lr_find({ start_lr: 1e-2, callbacks: [failing] })).rejects.toThrow('mine')
  expect(weights()).toEqual(before)
  expect([tf.memory().numTensors, learn.lr_finding, learn.recorder.lrFind]).toEqual([tensors, false, undefined])
})
