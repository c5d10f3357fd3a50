import { type Callback, CancelFit, CancelStep, type Weights } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { expectClose } from '../testing/numerical.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'
import { EMA } from './ema.js'
import { GradientAccumulation } from './gradient-accumulation.js'
import { SWA } from './swa.js'

beforeAll(useCpu)

const flat = (weights: Weights) => Object.values(weights).flatMap(({ values }) => [...values])
const now = (learn: Learner) =>
  learn.model.weights!.flatMap(weight => [...(weight as unknown as { read(): tf.Tensor }).read().dataSync()])

/** A fit, the weights after each of its steps, what is in the model at these events, and what is left. */
async function run(callbacks: Callback<Learner>[], epochs = 3) {
  const trained: number[][] = []
  const seen: Record<string, number[]> = {}
  const look = (event: string) => (learn: Learner) => {
    seen[event] = now(learn)
  }
  const watch: Callback<Learner> = {
    order: 39,
    before_fit: learn => void trained.push(now(learn)),
    after_step: learn => void trained.push(now(learn)),
  }
  const watchLater: Callback<Learner> = {
    order: 41,
    before_validate: look('before_validate'),
    after_epoch: look('after_epoch'),
    before_train: look('before_train'),
  }
  const learn = tinyLearner({ callbacks: [watch, watchLater] })
  const before = tf.memory().numTensors
  const history = await learn.fit(0.05, epochs, { callbacks })
  learn.opt.clear()
  expect(tf.memory().numTensors).toBe(before)
  return { learn, trained, seen, history, last: now(learn) }
}

/** In float64. */
function average(trained: readonly number[][], decayAt: (step: number) => number): number[] {
  let mean = trained[0]!
  for (const [step, weights] of trained.slice(1).entries())
    mean = mean.map((value, i) => decayAt(step) * value + (1 - decayAt(step)) * weights[i]!)
  return mean
}

it('is the average of its definition in float64, for any decay', async () => {
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.boolean(), async (decay, warmup) => {
      const { trained, last } = await run([new EMA({ decay, warmup })])
      const at = (step: number) => (warmup ? Math.min(decay, (1 + step) / (10 + step)) : decay)
      expectClose(last, average(trained, at), 1e-6)
    }),
    { numRuns: 8 },
  )
})

it('is validated, seen by trackers, and left by the fit; training goes on with its own weights', async () => {
  const [{ trained, seen, last, history, learn }, without] = [await run([new EMA({ decay: 0.9, warmup: false })]), await run([])]
  expect(trained).toEqual(without.trained)
  expectClose(
    last,
    average(trained, () => 0.9),
    1e-6,
  )
  expect(seen['before_validate']).toEqual(last)
  expect(seen['after_epoch']).toEqual(last)
  expect(seen['before_train']).toEqual(trained.at(-3))
  expect(history.losses).toEqual(without.history.losses)
  expect(history.val_losses).not.toEqual(without.history.val_losses)
  expect((await learn.validate())['valid_loss']).toBe(history.val_losses.at(-1))
})

it('is what getWeights, and so a tracker with restore_best, keeps', async () => {
  let kept!: Weights
  const keep: Callback<Learner> = {
    async after_epoch(learn) {
      kept = await learn.getWeights()
    },
  }
  const { last } = await run([new EMA(), keep], 2)
  const sorted = (values: number[]) => values.toSorted((a, b) => a - b)
  expect(sorted(flat(kept))).toEqual(sorted(last))
})

it.each([() => new EMA({ decay: 0.5 }), () => new SWA()])(
  'is what is seen and saved after an epoch, with validation or without',
  async make => {
    const kept = async (valid: number) => {
      const learn = new Learner(points({ valid }), mlp(), { progress: false, log: false })
      const seen: number[][] = []
      const keep: Callback<Learner> = { order: 41, after_epoch: each => void seen.push(now(each)) }
      await learn.fit(0.05, 3, { callbacks: [make(), keep] })
      return [...seen, now(learn)]
    }
    expect(await kept(0)).toEqual(await kept(4))
  },
)

it('leaves weights that stand still as they are, to the bit', async () => {
  const learn = tinyLearner({ layer_groups: [1, 2] as never })
  learn.freeze()
  const before = learn.model.trainableWeights.map(w => [...(w as unknown as { read(): tf.Tensor }).read().dataSync()])
  await learn.fit(0.1, 4, { callbacks: new EMA({ decay: 0.7 }) })
  const after = learn.model.trainableWeights.map(w => [...(w as unknown as { read(): tf.Tensor }).read().dataSync()])
  expect(after[0]).toEqual(before[0])
  expect(after.at(-2)).not.toEqual(before.at(-2))
})

it('counts steps that were made, and no others', async () => {
  const skip: Callback<Learner> = {
    before_step({ train_iter }) {
      if (train_iter % 2) throw new CancelStep()
    },
  }
  const skipping = await run([new EMA({ decay: 0.5, warmup: false }), skip])
  const made = skipping.trained.filter((_, i) => i === 0 || i % 2)
  expectClose(
    skipping.last,
    average(made, () => 0.5),
    1e-6,
  )
  const gathering = await run([new EMA({ decay: 0.5, warmup: false }), new GradientAccumulation({ n_acc: 8 })])
  expect(gathering.trained.length).toBe(4)
  expectClose(
    gathering.last,
    average(gathering.trained, () => 0.5),
    1e-6,
  )
})

describe('leaves', () => {
  const at = (iter: number, what: () => never): Callback<Learner> => ({
    order: 60,
    after_batch({ train_iter, training }) {
      if (training && train_iter === iter) what()
    },
  })
  it('the average where a callback stopped the fit', async () => {
    const stop = at(4, () => {
      throw new CancelFit()
    })
    const { trained, last } = await run([new EMA({ decay: 0.9, warmup: false }), stop])
    expectClose(
      last,
      average(trained, () => 0.9),
      1e-6,
    )
  })

  it('what was trained where the fit failed, also between validation and the next epoch', async () => {
    for (const failing of [
      at(3, () => {
        throw new Error('no more')
      }),
      {
        after_epoch() {
          throw new Error('no more')
        },
      },
    ]) {
      const learn = tinyLearner()
      let trained: number[] = []
      const watch = {
        after_step(each: Learner) {
          trained = now(each)
        },
      }
      const before = tf.memory().numTensors
      await expect(learn.fit(0.1, 3, { callbacks: [new EMA(), failing, watch] })).rejects.toThrow('no more')
      learn.opt.clear()
      expect(tf.memory().numTensors).toBe(before)
      // Validation moves nothing, so the statistics are those of the last step too.
      expect(now(learn)).toEqual(trained)
    }
  })
})

it.each([1, 2, 3, 4])('goes on from its state to the same bits, taken after batch %i', async batches => {
  const whole = tinyLearner({ seed: 1 })
  await whole.fit(0.05, 2, { callbacks: new EMA({ decay: 0.9 }) })
  const first = new EMA({ decay: 0.9 })
  const learn = tinyLearner({ seed: 1 })
  const second = new EMA({ decay: 0.9 })
  const move: Callback<Learner> = {
    order: 90,
    // After a validation the averages stand in the model.
    async after_epoch({ train_iter }) {
      if (train_iter === batches) second.restore(await first.state())
    },
    async after_batch({ train_iter, training }) {
      if (training && train_iter === batches) second.restore(JSON.parse(JSON.stringify(await first.state()), revive))
    },
  }
  await learn.fit(0.05, 2, { callbacks: [first, move] })
  const state = await second.state()
  expect(state.steps).toBe(batches)
  expect(Object.keys(state.averages!).length).toBe(8)
  expect(state.own === undefined).toBe(batches % 2 === 1)
  second.after_fit({ model: mlp(), reason: 'failed' } as never)
  // The first went on undisturbed.
  expect(now(learn)).toEqual(now(whole))
})
const revive = (key: string, value: unknown) => (key === 'values' ? Float32Array.from(Object.values(value as object)) : value)

it('is refused beside SWA, and with what is no option', async () => {
  const learn = tinyLearner()
  await expect(learn.fit(0.1, 1, { callbacks: [new EMA(), new SWA()] })).rejects.toThrow(/EMA and SWA both set/)
  expect(() => new EMA({ decay: 1 })).toThrow(/decay must be a number at least 0 and below 1, but it is 1/)
  expect(() => new EMA({ momentum: 0.9 } as never)).toThrow(/no option momentum/)
  expect(() => new EMA().restore({ steps: 0.5 } as never)).toThrow(/no state of it/)
})

it('hears nothing of a search', async () => {
  const learn = tinyLearner({ callbacks: new EMA(), log: false })
  const before = now(learn)
  await learn.lr_find({ num_it: 8 })
  expect(now(learn)).toEqual(before)
})
