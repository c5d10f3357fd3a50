import type { Callback } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import type { Sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { mlp, points, useCpu } from '../testing/tiny.js'
import { BnFreeze } from './bn-freeze.js'
import { FitLimit, type FitLimitOptions } from './fit-limit.js'
import { ShortEpoch } from './short-epoch.js'

beforeAll(useCpu)

/** 10 batches to train on, 5 to validate on. */
const make = (options: LearnerOptions = {}) =>
  new Learner(points({ train: 20, valid: 10, bs: 2 }), mlp(), { progress: false, seed: 1, ...options })

/** How many batches of each kind a fit has. */
async function counted(callbacks: Callback[], epochs = 1) {
  const batches = { train: 0, valid: 0 }
  const count: Callback = { after_batch: ({ training }) => void (training ? batches.train++ : batches.valid++) }
  const history = await make().fit(1e-2, epochs, { callbacks: [...callbacks, count] })
  return { ...batches, history }
}

describe('ShortEpoch', () => {
  it('ends a pass with its first batch at that share or beyond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), async (pct, short_valid) => {
        const { train, valid } = await counted([new ShortEpoch({ pct, short_valid })])
        const first = (n: number) => Math.min(n, Array.from({ length: n }, (_, i) => i / n).filter(at => at < pct).length + 1)
        expect([train, valid]).toEqual([first(10), short_valid ? first(5) : 5])
      }),
      { numRuns: 12 },
    )
  })

  it('leaves complete rows', async () => {
    const { history } = await counted([new ShortEpoch()], 2)
    expect(history.epochs.length).toBe(2)
    expect(history.losses.length).toBe(4)
    expect(history.reason).toBe('completed')
    expect(() => new ShortEpoch({ pct: 2 })).toThrow(/pct must be a number at least 0 and at most 1/)
  })
})

describe('FitLimit', () => {
  it.each([1, 9, 10, 11, 25])('ends after %i steps, with the validation of the epoch', async maxSteps => {
    const { train, valid, history } = await counted([new FitLimit({ maxSteps })], 4)
    const epochs = Math.ceil(maxSteps / 10)
    expect([train, valid, history.epochs.length, history.reason]).toEqual([maxSteps, 5 * epochs, epochs, 'stopped'])
    expect(history.val_losses.every(Number.isFinite)).toBe(true)
  })

  it('leaves a shorter fit and a search alone', async () => {
    expect((await counted([new FitLimit({ maxSteps: 100 })])).history.reason).toBe('completed')
    const learn = make({ callbacks: new FitLimit({ maxSteps: 3 }), log: false })
    expect((await learn.lr_find({ num_it: 12 })).lrs.length).toBe(12)
  })

  it.each<[FitLimitOptions['maxTime'], number]>([
    [0.05, 50],
    ['0.05 s', 50],
    ['0.001min', 60],
  ])('ends after the time %j', async (maxTime, milliseconds) => {
    const wait: Callback = { before_batch: () => new Promise(resolve => setTimeout(resolve, 5)) }
    const began = performance.now()
    const { history } = await counted([new FitLimit({ maxTime }), wait], 1000)
    expect(history.reason).toBe('stopped')
    expect(performance.now() - began).toBeGreaterThanOrEqual(milliseconds)
    expect(history.epochs.length).toBeLessThan(100)
  })

  it.each<[object, RegExp]>([
    [{}, /needs maxSteps or maxTime/],
    [{ maxSteps: 0 }, /maxSteps must be a whole number/],
    [{ maxTime: 0 }, /maxTime must be a number above 0/],
    [{ maxTime: '8 hours' }, /'90 s', '30 min' or '8 h', but it is '8 hours'/],
    [{ maxEpochs: 1 }, /no option maxEpochs/],
  ])('refuses %j', (options, words) => {
    expect(() => new FitLimit(options)).toThrow(words)
  })
})

describe('BnFreeze', () => {
  const norm = (learn: Learner) => (learn.model as Sequential).layers[1]!
  const weights = (learn: Learner) => norm(learn).weights.map(weight => [...weight.read().dataSync()])

  it('has batch norms stand still for a fit, and train in the next', async () => {
    const learn = make()
    const before = weights(learn)
    const tensors = tf.memory().numTensors
    const { losses } = await learn.fit(0.1, 1, { callbacks: new BnFreeze() })
    learn.opt.clear()
    expect(tf.memory().numTensors).toBe(tensors)
    expect(weights(learn)).toEqual(before)
    expect(norm(learn).trainable).toBe(true)
    const frozen = make()
    norm(frozen).trainable = false
    expect((await frozen.fit(0.1, 1)).losses).toEqual(losses)
    norm(frozen).trainable = true
    await learn.fit(0.1, 1)
    for (const [i, values] of weights(learn).entries()) expect(values).not.toEqual(before[i])
  })

  it('leaves what was frozen before so, also when the fit fails', async () => {
    const learn = make()
    norm(learn).trainable = false
    await learn.fit(0.1, 1, { callbacks: new BnFreeze() })
    expect(norm(learn).trainable).toBe(false)
    norm(learn).trainable = true
    const failing: Callback = {
      before_epoch() {
        throw new Error('no')
      },
    }
    await expect(learn.fit(0.1, 1, { callbacks: [new BnFreeze(), failing] })).rejects.toThrow('no')
    expect(norm(learn).trainable).toBe(true)
  })
})
