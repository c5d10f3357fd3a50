import { CancelTrain } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { sgd } from '../optimizer/index.js'
import { useCpu } from '../testing/tiny.js'
import { GradientAccumulation } from './gradient-accumulation.js'
import { GradientClip } from './gradient-clip.js'

beforeAll(useCpu)

const samples = 20
const random = new Random(3)
const x = Float32Array.from({ length: 3 * samples }, () => random.normal())
const y = Float32Array.from({ length: samples }, () => random.normal())

/** The order of the samples is the seed's: batches of any size are of the same samples. */
function learner(bs: number, callbacks: LearnerOptions['callbacks'] = []) {
  const data = DataBunch.from_arrays({ x, shape: [3], y, bs, drop_last: false })
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [3], kernelInitializer, kernelRegularizer: 'l1l2' }),
      layers.dense({ units: 1, kernelInitializer }),
    ],
  })
  return new Learner(data, model, { optimizer: sgd({ mom: 0.9 }), wd: 0, progress: false, callbacks })
}

/** The gradients of each step. */
async function steps(bs: number, n_acc?: number, epochs = 1) {
  const seen: number[][] = []
  const look = {
    order: 50,
    before_step: ({ grads }: Learner) => void seen.push(Object.values(grads).flatMap(grad => [...grad.dataSync()])),
  }
  const learn = learner(bs, n_acc ? [new GradientAccumulation({ n_acc }), look] : [look])
  const before = tf.memory().numTensors
  const history = await learn.fit(0.1, epochs)
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  const weights = await learn.getWeights()
  return { seen, lrs: history.lrs, weights: Object.values(weights).flatMap(({ values }) => [...values]) }
}

const difference = (a: number[], b: number[]) => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)))

it.each([
  [2, 8],
  [4, 8],
  [1, 4],
  [3, 9],
])('batches of %i to %i samples give the gradients and weights of the large batch', async (bs, n_acc) => {
  const [small, large] = [await steps(bs, n_acc, 2), await steps(n_acc, undefined, 2)]
  expect(small.seen.length).toBe(large.seen.length)
  small.seen.forEach((gradients, i) => {
    expect(difference(gradients, large.seen[i]!)).toBeLessThan(1e-6)
  })
  expect(difference(small.weights, large.weights)).toBeLessThan(1e-6)
})

it('holds for any sizes, also where the last batch is smaller', async () => {
  const sizes = fc.record({ bs: fc.integer({ min: 1, max: 7 }), times: fc.integer({ min: 1, max: 5 }) })
  await fc.assert(
    fc.asyncProperty(sizes, async ({ bs, times }) => {
      const [small, large] = [await steps(bs, bs * times), await steps(bs * times)]
      expect(small.seen.length).toBe(large.seen.length)
      expect(difference(small.weights, large.weights)).toBeLessThan(1e-6)
    }),
    { numRuns: 15 },
  )
})

it('steps as ever where a batch has samples enough', async () => {
  expect(await steps(4, 4)).toEqual(await steps(4))
})

it('leaves the position in the fit a share of batches, and tells of steps only', async () => {
  const heard: string[] = []
  const positions: number[] = []
  const told = {
    before_batch: ({ pct_train }: Learner) => void positions.push(pct_train),
    after_step: () => void heard.push('step'),
    after_batch: () => void heard.push('batch'),
  }
  const learn = learner(4, [new GradientAccumulation({ n_acc: 8 }), told])
  const { losses } = await learn.fit_one_cycle(1, 0.1)
  expect(losses.length).toBe(5)
  expect(positions.map(at => Math.round(at * 5))).toEqual([0, 1, 2, 3, 4])
  expect(heard.join(' ')).toBe('batch step batch batch step batch step batch')
})

it('has what was gathered clipped as a whole', async () => {
  const norms: number[] = []
  const look = {
    order: 50,
    before_step: ({ grads }: Learner) =>
      void norms.push(Math.hypot(...Object.values(grads).flatMap(grad => [...grad.dataSync()]))),
  }
  const callbacks = [new GradientClip({ max_norm: 1e-3 }), new GradientAccumulation({ n_acc: 8 }), look]
  await learner(4, callbacks).fit(0.1, 1)
  for (const norm of norms) expect(norm).toBeCloseTo(1e-3, 6)
})

it('a loss that is no number ends the fit where it is met, and spoils nothing', async () => {
  let batch = 0
  const spoil = {
    after_loss(learn: Learner) {
      if (batch++ === 2) learn.loss = tf.mul(learn.loss, Number.NaN)
    },
  }
  const before = tf.memory().numTensors
  const learn = learner(4, [new GradientAccumulation({ n_acc: 12 }), spoil])
  const first = await learn.getWeights()
  await expect(learn.fit(0.1, 1)).rejects.toMatchObject({ name: 'DivergedError', batch: 2 })
  expect(await learn.getWeights()).toEqual(first)
  learn.model.dispose?.()
  learn.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

describe('a pass that is cut short', () => {
  it('leaves its rest to the next, and its state can be moved', async () => {
    const cut = {
      order: 90,
      after_batch({ iter }: Learner) {
        if (iter === 0) throw new CancelTrain()
      },
    }
    const run = async (move: boolean) => {
      const callback = new GradientAccumulation({ n_acc: 8 })
      const learn = learner(4, cut)
      let moved = callback
      const between = {
        async after_epoch({ epoch }: Learner) {
          if (!move || epoch > 0) return
          const state = await callback.state()
          expect([state.count, state.total, state.first, Object.keys(state.sums).length]).toEqual([4, 4, 4, 4])
          moved = new GradientAccumulation({ n_acc: 8 })
          moved.restore(state)
        },
      }
      if (move) {
        await learn.fit(0.1, 1, { callbacks: [callback, between] })
        await learn.fit(0.1, 1, { callbacks: [moved] })
      } else await learn.fit(0.1, 2, { callbacks: [callback] })
      return Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])
    }
    const whole = await run(false)
    expect(whole).not.toEqual(Object.values(await learner(4).getWeights()).flatMap(({ values }) => [...values]))
    expect(await run(true)).toEqual(whole)
  })
})

it.each([
  {},
  null,
  { count: -1, total: 0, first: 0, sums: {} },
  { count: 1, total: 1, first: 1, sums: { a: { shape: [2], values: new Float32Array(3) } } },
])('refuses the state %j', state => {
  expect(() => new GradientAccumulation().restore(state as never)).toThrow(/no state of it: pass what its state\(\) gave/)
})

it.each([0, 1.5, '8', null])('refuses n_acc: %j', n_acc => {
  expect(() => new GradientAccumulation({ n_acc: n_acc as never })).toThrow(/n_acc must be a whole number/)
})
