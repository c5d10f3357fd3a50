import { type Callback, CancelBatch, CancelStep, EarlyStopping, ReduceLROnPlateau } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import { mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, expect, test } from 'vitest'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { CutMix } from '../technique/cutmix.js'
import { dryRun } from '../technique/dry-run.js'
import { GradientAccumulation } from '../technique/gradient-accumulation.js'
import { MixUp } from '../technique/mixup.js'
import { overfit } from '../technique/overfit.js'
import { SWA } from '../technique/swa.js'
import { ValidateEvery } from '../technique/validate-every.js'
import { ranksInOneThread } from '../testing/ranks.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, useCpu } from '../testing/tiny.js'
import type { Communicator } from './communicator.js'

beforeAll(useCpu)

interface How extends LearnerOptions {
  readonly comm?: Communicator | undefined
  readonly bs?: number
  readonly model?: LayersModel
  readonly shape?: number[]
}

/** 33 samples to train on: of three times 12 samples a last batch of 9, or of four times 8 one of 1. */
function learnerOf({ comm, bs = 2, model = mlp(), shape = [2], ...options }: How): Learner {
  const random = new Random(7)
  const size = shape.reduce((all, each) => all * each, 1)
  const draw = (n: number) => ({
    x: Float32Array.from({ length: size * n }, () => random.normal()),
    y: Int32Array.from({ length: n }, (_, i) => i % 2),
  })
  const data = DataBunch.from_arrays({ ...draw(33), shape, valid: draw(11), bs, seed: 3, drop_last: false })
  return new Learner(data, model, { progress: false, log: false, ...(comm && { distributed: comm }), ...options })
}

/** Also of pictures. */
function networkOf(inputShape: readonly number[]) {
  const flat = layers.reshape({ targetShape: [inputShape.reduce((all, each) => all * each, 1)], inputShape: [...inputShape] })
  return sequential({ layers: [flat, layers.dense({ units: 2, kernelInitializer: 'ones' })] })
}

/** What became of the same work on each of n ranks: what it gave, or the message of what it threw. */
async function onRanks<T>(n: number, work: (comm: Communicator) => Promise<T>): Promise<(T | string)[]> {
  return Promise.all(
    ranksInOneThread(n).map(comm => work(comm).catch((error: Error) => `${error.name}: ${error.message}`) as Promise<T | string>),
  )
}

async function endOf(learn: Learner) {
  const weights = Object.values(await learn.getWeights()).flatMap(({ values }) => [...values])
  return { weights, losses: learn.recorder.history.losses, values: learn.values, reason: learn.reason }
}

const on = (rank: number, comm: Communicator, callback: Callback) => (comm.rank === rank ? [callback] : [])

test.each([
  ['MixUp', () => new MixUp(), [2]],
  ['CutMix', () => new CutMix(), [4, 4, 1]],
] as const)('%s mixes on each rank what it has, another way on each', async (_, make, shape) => {
  const mixed = new Map<number, number[]>()
  const ends = await onRanks(2, async comm => {
    const looks: Callback = {
      order: 5,
      before_batch: ({ xb, training, train_iter }) => {
        if (training && train_iter === 0) mixed.set(comm.rank, [...(xb as Tensor).dataSync()])
      },
    }
    const learn = learnerOf({ comm, bs: 4, model: networkOf(shape), shape: [...shape] })
    await learn.fit(1e-2, 2, { callbacks: [make(), looks] })
    return endOf(learn)
  })
  expect(ends[0]).toMatchObject({ reason: 'completed' })
  expect(ends[1]).toEqual(ends[0])
  expect(mixed.get(1)).not.toEqual(mixed.get(0))
})

test('dropout has a mask of its own on each rank, which seed, rank and batch decide', async () => {
  const masks = async () => {
    const seen = new Map<number, number[][]>([
      [0, []],
      [1, []],
    ])
    await onRanks(2, async comm => {
      const model = sequential({ layers: [layers.dropout({ rate: 0.5, inputShape: [2] }), layers.dense({ units: 2 })] })
      const learn = learnerOf({ comm, bs: 8, model, seed: 4 })
      const dropped = model.layers[0]!
      const call = dropped.call.bind(dropped)
      dropped.call = (inputs, options) => {
        const y = call(inputs, options) as Tensor
        if (options['training']) seen.get(comm.rank)!.push([...y.dataSync()].map(value => Number(value === 0)))
        return y
      }
      return (await learn.fit(1e-2, 1)).reason
    })
    return seen
  }
  const first = await masks()
  expect(first.get(0)![0]).not.toEqual(first.get(1)![0])
  expect(first.get(0)![0]).not.toEqual(first.get(0)![1])
  expect(await masks()).toEqual(first)
})

/** A GRU that remembers so many rows from batch to batch. */
function statefulOf(comm: Communicator | undefined, rows: number): Learner {
  const ones = { kernelInitializer: 'ones' } as const
  const model = sequential({
    layers: [
      layers.gru({ units: 2, stateful: true, batchInputShape: [rows, 3, 1], recurrentInitializer: 'ones', ...ones }),
      layers.dense({ units: 1, ...ones }),
    ],
  })
  const x = Array.from({ length: 32 }, (_, i) => [0, 1, 2].map(j => [Math.sin(i * j + i)]))
  const data = DataBunch.from_arrays({ x, y: x.map(([first]) => first!), bs: rows, seed: 2 })
  return new Learner(data, model, { progress: false, log: false, loss: 'mse', ...(comm && { distributed: comm }) })
}

test('stateful layers go on with their own rows, as one process does with all of them', async () => {
  const fit = async (learn: Learner) => {
    await learn.fit(1e-2, 2)
    return endOf(learn)
  }
  const one = await fit(statefulOf(undefined, 8))
  const ends = await onRanks(2, comm => fit(statefulOf(comm, 4)))
  expect(ends[1]).toEqual(ends[0])
  const { weights } = ends[0] as typeof one
  for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(one.weights[i]!, 5)
})

test('what stateful layers remember of their ranks is in no file, which refuses to go on', async () => {
  const dir = await temporaryFolder()
  const fails: Callback = {
    after_batch: ({ train_iter }) => {
      if (train_iter === 3) throw new Error('killed')
    },
  }
  const fit = (comm: Communicator, callbacks: Callback[]) =>
    statefulOf(comm, 4).fit(1e-2, 2, { callbacks: [...callbacks, new Checkpoint({ dir, every: { batches: 1 } })], resume: dir })
  await onRanks(2, comm => fit(comm, [fails]))
  for (const end of await onRanks(2, comm => fit(comm, [])))
    expect(end).toMatch(/does not fit: stateful layers remember what they saw on their rank/)
})

test('the rank whose samples are not finite says which they are, and the others that it is not theirs', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf({ comm, bs: 4 })
    const spoils: Callback<Learner> = {
      before_batch: learn => {
        if (learn.training) learn.xb = tidy(() => mul(learn.xb as Tensor, Number.NaN))
      },
    }
    await learn.fit(1e-2, 1, { callbacks: comm.rank === 1 ? [spoils] : [] })
  })
  expect(ends[0]).toMatch(/^DivergedError: The loss became NaN[\s\S]*What this rank had of it is finite: that of another rank/)
  expect(ends[1]).toMatch(/^DivergedError: The loss became NaN[\s\S]*inputs are not finite/)
})

test('SWA, and a validation amid an epoch, are the same on all ranks, and one prints', async () => {
  const lines: number[] = []
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf({ comm })
    const often = new ValidateEvery({ batches: 4, log: () => lines.push(comm.rank) })
    await learn.fit(1e-2, 3, { callbacks: [new SWA({ swa_start: 2 }), often] })
    return { ...(await endOf(learn)), figures: often.figures }
  })
  expect(ends[0]).toMatchObject({ reason: 'completed' })
  expect(ends[1]).toEqual(ends[0])
  expect(new Set(lines)).toEqual(new Set([0]))
})

test('who stops or slows down by a validation does so on all ranks', async () => {
  const ends = await onRanks(3, async comm => {
    const learn = learnerOf({ comm, metrics: 'accuracy' })
    const slower = new ReduceLROnPlateau({ patience: 1, min_delta: 10, log: () => {} })
    const stops = new EarlyStopping({ patience: 3, min_delta: 10, restore_best: true, log: () => {} })
    await learn.fit(1e-2, 20, { callbacks: [slower, stops] })
    return { ...(await endOf(learn)), lr: learn.opt.get('lr'), epochs: learn.recorder.history.epochs.length }
  })
  expect(ends[0]).toMatchObject({ reason: 'stopped', epochs: 4 })
  expect(ends[1]).toEqual(ends[0])
  expect(ends[2]).toEqual(ends[0])
})

test('a search that ends early does so on all ranks, and leaves them as they were', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf({ comm })
    const { losses, num_it } = await learn.lr_find({ start_lr: 1e-2, end_lr: 1e5, num_it: 60 })
    await learn.fit(1e-2, 1)
    return { found: losses, num_it, ...(await endOf(learn)) }
  })
  const { found, num_it } = ends[0] as { found: readonly number[]; num_it: number }
  expect(found.length).toBeLessThan(num_it)
  expect(ends[1]).toEqual(ends[0])
})

test('what tries a program tries it on all ranks', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf({ comm, metrics: 'accuracy' })
    const figures = await dryRun(learn)
    const losses = await overfit(learn, { steps: 20 })
    const lines = String(learn.summary()).split('\n').length
    await learn.fit(1e-2, 1)
    return { figures, learnt: losses, lines, ...(await endOf(learn)) }
  })
  expect(ends[0]).toMatchObject({ reason: 'completed', figures: { accuracy: expect.any(Number) } })
  expect(ends[1]).toEqual(ends[0])
})

test('gradients of uneven parts are gathered as one process does', async () => {
  const fit = async (learn: Learner) => {
    await learn.fit(1e-2, 2, { callbacks: new GradientAccumulation({ n_acc: 20 }) })
    return endOf(learn)
  }
  const model = () => sequential({ layers: [layers.dense({ units: 2, inputShape: [2], kernelInitializer: 'ones' })] })
  const one = await fit(learnerOf({ bs: 12, model: model() }))
  const ends = await onRanks(3, comm => fit(learnerOf({ comm, bs: 4, model: model() })))
  for (const end of ends)
    for (const [i, weight] of (end as typeof one).weights.entries()) expect(weight).toBeCloseTo(one.weights[i]!, 5)
})

test.each<[string, Callback]>([
  [
    'a batch',
    {
      before_batch: ({ train_iter }) => {
        if (train_iter === 2) throw new CancelBatch()
      },
    },
  ],
  [
    'the end of a batch',
    {
      before_step: ({ train_iter }) => {
        if (train_iter === 2) throw new CancelBatch()
      },
    },
  ],
  [
    'a step',
    {
      before_step: ({ train_iter }) => {
        if (train_iter === 2) throw new CancelStep()
      },
    },
  ],
])('where one rank alone skips %s, all end', async (_, skips) => {
  const ends = await onRanks(3, comm => learnerOf({ comm }).fit(1e-2, 3, { callbacks: on(1, comm, skips) }))
  for (const end of ends)
    expect(end).toMatch(/^Error: (The ranks do different things|Rank \d ended the work of all: The ranks do)/)
})

test('where another part of a model trains on one rank, all end', async () => {
  const ends = await onRanks(3, async comm => {
    const learn = learnerOf({ comm, layer_groups: [1] } as How)
    if (comm.rank === 1) learn.freeze()
    return learn.fit(1e-2, 1)
  })
  for (const end of ends)
    expect(end).toMatch(/: rank \d trains \d+ numbers, and others another number: all have to freeze the same/)
})
