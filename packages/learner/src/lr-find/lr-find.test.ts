import { type Callback, CancelFit, type SuggestName, slice } from '@onecycle/callbacks'
import { suggestFunctions } from '@onecycle/callbacks/internal'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LrFindOptions } from '../learner.js'
import { sgd } from '../optimizer/index.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'

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
    [{ num_it: 0 }, /lr_find: num_it must be a whole number of at least 1, but it is 0/],
    [{ num_it: 1.5 }, /num_it .* is 1\.5/],
    [{ num_it: Number.NaN }, /num_it must be a number, but it is NaN/],
    [{ start_lr: 0 }, /start_lr/],
    [{ start_lr: Number.NaN }, /start_lr/],
    [{ end_lr: Number.POSITIVE_INFINITY }, /end_lr/],
    [{ start_lr: 1, end_lr: 0.1 }, /must rise/],
    [
      { suggestion: 'best' as never },
      /suggestion must be one of 'valley', 'slide', 'minimum', 'steep', 'steepest_gradient', but it is 'best'/,
    ],
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
    expect(() => learn.recorder.plot()).toThrow(/^Nothing to plot: .* the loss is NaN from the first batch on/)
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
    expect(() => learn.recorder.plot()).toThrow(/^Nothing to plot: .* no batch was trained/)
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

describe('a search that finds nothing', () => {
  const searching = async (options: LrFindOptions) => {
    const said: string[] = []
    const learn = tinyLearner({ log: line => void said.push(line) })
    return { learn, said, found: await learn.lr_find(options) }
  }

  it.each<[string, LrFindOptions, RegExp]>([
    ['two batches', { num_it: 2 }, /2 batches are too few/],
    ['every loss equal', { callbacks: [losses([1])] }, /the loss is 1\.00 at every rate/],
    [
      'a loss that only rises',
      { callbacks: [losses(Array.from({ length: 200 }, (_, i) => 1 + i / 100))] },
      /the loss never fell/,
    ],
    [
      'a loss that explodes at once',
      { start_lr: 1e-2, callbacks: [losses([1, 2, 30, 900])] },
      /exploded in batch \d of 100, at a rate of 0\.01\d+/,
    ],
  ])('because of %s says why, in the result, in one line and on the plot', async (_, options, why) => {
    const { learn, said, found } = await searching(options)
    expect(found.lr).toBeUndefined()
    expect(found.reason).toMatch(why)
    expect(said).toEqual([`lr_find suggests no learning rate: ${found.reason}`])
    expect(learn.recorder.lrFind).toEqual(found)
    const plot = learn.recorder.plot({ show: false })
    expect(plot.title).toBe('Learning rate finder: no suggestion')
    const words = plot.draw({ width: 60, color: false }).replaceAll(/\s+/g, ' ')
    expect(words.toLowerCase()).toContain(found.reason!.toLowerCase())
    expect(
      Math.max(
        ...plot
          .draw({ width: 60, color: false })
          .split('\n')
          .map(line => line.length),
      ),
    ).toBeLessThanOrEqual(60)
    expect(await plot.svg()).toContain('no suggestion')
    await expect(learn.fit_one_cycle(1, found.lr)).rejects.toThrow(`lr_find suggested no learning rate: ${found.reason}`)
    await expect(learn.fit_one_cycle(1, slice(found.lr! / 100, found.lr!))).rejects.toThrow(found.reason)
  })

  it('says nothing where it found a rate, and that rate trains', async () => {
    const { learn, said, found } = await searching({ num_it: 60, callbacks: [losses(valley)] })
    expect([said, 'reason' in found]).toEqual([[], false])
    expect(learn.recorder.plot({ show: false }).title).toBe('Learning rate finder')
    expect((await learn.fit_one_cycle(1, found.lr)).reason).toBe('completed')
  })

  it('because it was interrupted leaves the curve so far, and all else as it was', async () => {
    const learn = tinyLearner()
    const weights = () => learn.groups.flat().map(({ variable }) => [...variable.dataSync()])
    const before = weights()
    const controller = new AbortController()
    const abort: Callback<Learner> = {
      after_batch(l) {
        if (l.train_iter === 40) controller.abort()
      },
    }
    const search = learn.lr_find({ signal: controller.signal, callbacks: [losses(valley), abort] })
    await expect(search).rejects.toThrow('aborted')
    expect(learn.recorder.lrFind).toMatchObject({
      reason: 'the search was interrupted after 40 of 100 batches.',
      losses: { length: 40 },
    })
    expect(Object.values(learn.recorder.lrFind!.suggestions)).toEqual([null, null, null, null, null])
    expect(learn.recorder.plot({ show: false }).chart.subtitle).toBe('The search was interrupted after 40 of 100 batches.')
    expect(weights()).toEqual(before)
    expect([learn.lr_finding, learn.num_it]).toEqual([false, undefined])
  })
})

it('tells others how many batches it trains, over all its epochs', async () => {
  const seen: unknown[] = []
  const look: Callback<Learner> = {
    after_batch: ({ train_iter, num_it, lr_finding }) => void seen.push([train_iter, num_it, lr_finding]),
  }
  const learn = tinyLearner()
  await learn.lr_find({ num_it: 5, callbacks: [look] })
  expect(seen).toEqual([1, 2, 3, 4].map(batch => [batch, 5, true]))
  await learn.fit(1e-2, 1, { callbacks: [look] })
  expect(seen.at(-1)).toEqual([2, undefined, false])
})

describe('lightning 1975: a search that looks at the validation loss', () => {
  it('sees after each batch what a validation would say, and leaves everything as it was', async () => {
    const run = async (valid: boolean) => {
      const learn = tinyLearner({ optimizer: sgd(), seed: 5 })
      const before = tf.memory().numTensors
      const found = await learn.lr_find({ start_lr: 1e-3, num_it: 20, valid, stop_div: false })
      expect(tf.memory().numTensors).toBe(before)
      return { found, after: (await learn.fit(1e-2, 2)).losses }
    }
    const [own, valid] = [await run(false), await run(true)]
    expect(valid.found.lrs).toEqual(own.found.lrs)
    expect(valid.after).toEqual(own.after)
    // The same batches, one by one, at the same rates.
    const learn = tinyLearner({ optimizer: sgd(), seed: 5 })
    const expected: number[] = []
    for (let epoch = 0; epoch < 10; epoch++) {
      const rates: Callback<Learner> = {
        before_batch: l => l.opt.set('lr', valid.found.lrs[2 * epoch + l.iter]!),
        run_valid: false,
      }
      await learn.fit(1e-2, 1, { callbacks: [rates] })
      expected.push((await learn.validate())['valid_loss']!)
    }
    for (const [epoch, loss] of expected.entries()) expect(valid.found.losses[2 * epoch + 1]).toBeCloseTo(loss, 5)
    expect(valid.found.losses).not.toEqual(own.found.losses)
  })

  it('or at some of its batches', async () => {
    let batches = 0
    const learn = new Learner(points({ valid: 12, bs: 4 }), mlp(), { progress: false, log: false })
    const read = learn.data.valid_dl!
    const counting = {
      length: 3,
      *[Symbol.iterator]() {
        for (const batch of read as Iterable<never>) {
          batches++
          yield batch
        }
      },
    }
    Object.defineProperty(learn.data, 'valid_dl', { value: counting })
    await learn.lr_find({ num_it: 5, valid: 2, stop_div: false })
    expect(batches).toBe(10)
  })

  it('and stops, suggests and plots by it', async () => {
    const learn = tinyLearner({ optimizer: sgd() })
    const found = await learn.lr_find({ start_lr: 1e-4, end_lr: 1e4, valid: true })
    expect(found.lrs.length).toBeLessThan(100)
    expect(found.lr).toBeGreaterThan(found.lrs[0]!)
    expect(JSON.stringify(learn.recorder.plot({ show: false }).spec)).toContain('Validation loss')
  })

  it('is refused without validation data, or over no batch', async () => {
    const learn = new Learner(points({ valid: 0 }), mlp(), { progress: false })
    await expect(learn.lr_find({ valid: true })).rejects.toThrow(/valid.*no validation set/)
    await expect(tinyLearner().lr_find({ valid: 0 })).rejects.toThrow('lr_find: valid must be a whole number of at least 1')
    await expect(tinyLearner().lr_find({ valid: 'yes' as never })).rejects.toThrow('lr_find: valid must be')
  })
})
