import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import { memory } from '@tensorflow/tfjs-core'
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { Learner, type LearnerOptions } from '../learner.js'
import { CohenKappa } from '../metric/agreement.js'
import type { MetricLike } from '../metric/metrics-of.js'
import { EMA } from '../technique/ema.js'
import { GradientAccumulation } from '../technique/gradient-accumulation.js'
import { GradientClip } from '../technique/gradient-clip.js'
import { ranksInOneThread } from '../testing/ranks.js'
import { useCpu } from '../testing/tiny.js'
import type { Communicator } from './communicator.js'

beforeAll(useCpu)

interface How extends LearnerOptions {
  readonly comm?: Communicator
  readonly bs: number
  readonly train?: number
  readonly valid?: number
  readonly drop_last?: boolean
  readonly weights?: boolean
  readonly norm?: boolean
  readonly model?: number
}

/** Points of three classes, some of them heavier than others. */
function learnerOf({
  comm,
  bs,
  train = 50,
  valid = 23,
  drop_last = false,
  weights = false,
  norm = false,
  model = 3,
  ...options
}: How): Learner {
  const random = new Random(5)
  const draw = (n: number) => ({
    x: Float32Array.from({ length: 3 * n }, () => random.normal()),
    y: Int32Array.from({ length: n }, (_, i) => i % 3),
    ...(weights && { weights: Float32Array.from({ length: n }, (_, i) => 1 + (i % 4)) }),
  })
  const data = DataBunch.from_arrays({ ...draw(train), shape: [3], valid: draw(valid), bs, valid_bs: bs, seed: 4, drop_last })
  const dense = (units: number, seed: number, more = {}) =>
    layers.dense({ units, kernelInitializer: initializers.glorotUniform({ seed }), ...more })
  const network = sequential({
    layers: [
      dense(8, model, { inputShape: [3], activation: 'tanh' }),
      ...(norm ? [layers.batchNormalization()] : []),
      dense(3, model + 1),
    ],
  })
  return new Learner(data, network, { progress: false, log: false, ...(comm && { distributed: comm }), ...options })
}

const weightsOf = async (learn: Learner) => {
  const weights = await learn.getWeights()
  return Object.values(weights).flatMap(({ values }) => [...values])
}

const close = (got: readonly number[], expected: readonly number[], within = 1e-5) => {
  expect(got).toHaveLength(expected.length)
  for (const [i, value] of got.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(within)
}

/** The same on n ranks. */
async function onRanks<T>(n: number, work: (comm: Communicator) => Promise<T>): Promise<T[]> {
  return Promise.all(ranksInOneThread(n).map(work))
}

describe.each([2, 3, 4])('%d ranks', n => {
  test.each<[string, Omit<How, 'bs'>]>([
    ['even batches', { train: 48, drop_last: true }],
    ['a last batch that some have no part of', { train: 49 }],
    ['weights of samples', { train: 53, weights: true }],
    ['clipping', { train: 49, callbacks: undefined }],
  ])('train as one process with batches as large: %s', async (name, how) => {
    const fit = async (learn: Learner) => {
      const callbacks = name === 'clipping' ? [new GradientClip({ max_norm: 0.05 }), new EMA({ decay: 0.9 })] : []
      const history = await learn.fit_one_cycle(3, 3e-2, { callbacks })
      return { weights: await weightsOf(learn), losses: history.losses, metrics: history.metrics, valid: await learn.validate() }
    }
    const metrics = (): MetricLike[] => ['accuracy', 'f1_macro', 'roc_auc_macro', new CohenKappa()]
    const one = await fit(learnerOf({ ...how, bs: 12, metrics: metrics() }))
    const all = await onRanks(n, comm =>
      fit(learnerOf({ ...how, bs: 12 / n, comm, metrics: metrics(), model: 3 + 10 * comm.rank })),
    )
    for (const each of all) {
      expect(each.weights).toEqual(all[0]!.weights)
      expect(each.losses).toEqual(all[0]!.losses)
      expect(each.valid).toEqual(all[0]!.valid)
      close(each.weights, one.weights)
      close(each.losses, one.losses)
      close(Object.values(each.valid), Object.values(one.valid))
    }
  })
})

test('gathered gradients are those of all ranks', async () => {
  const fit = async (learn: Learner) => {
    await learn.fit(1e-2, 2, { callbacks: new GradientAccumulation({ n_acc: 16 }) })
    return weightsOf(learn)
  }
  const one = await fit(learnerOf({ bs: 4 }))
  for (const weights of await onRanks(2, comm => fit(learnerOf({ bs: 2, comm })))) close(weights, one)
})

test('no tensor is left', async () => {
  const before = memory().numTensors
  const learners = await onRanks(2, async comm => {
    const learn = learnerOf({ bs: 5, comm, norm: true })
    await learn.fit(1e-2, 1)
    return learn
  })
  for (const learn of learners) {
    learn.dispose()
    ;(learn.model as LayersModel).dispose()
  }
  expect(memory().numTensors).toBe(before)
})
