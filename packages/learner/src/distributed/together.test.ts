import { cp, readdir, rm } from 'node:fs/promises'
import { type Callback, CancelFit, SaveModel } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import type { Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { Learner, type LearnerOptions } from '../learner.js'
import type { Metric } from '../metric/metric.js'
import { FitLimit } from '../technique/fit-limit.js'
import { ranksInOneThread } from '../testing/ranks.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { mlp, points, tinyLearner, useCpu } from '../testing/tiny.js'
import type { Communicator } from './communicator.js'

beforeAll(useCpu)

const learnerOf = (distributed: Communicator | undefined, options: LearnerOptions = {}, bs = 2) =>
  new Learner(points({ train: 32, valid: 12, bs }), mlp(), { progress: false, log: false, distributed, ...options })

/** What became of the same work on each of n ranks: what it gave, or the message of what it threw. */
async function onRanks<T>(n: number, work: (comm: Communicator) => Promise<T>): Promise<(T | string)[]> {
  return Promise.all(
    ranksInOneThread(n).map(comm => work(comm).catch((error: Error) => `${error.name}: ${error.message}`) as Promise<T | string>),
  )
}

const on = (rank: number, comm: Communicator, callback: Callback) => (comm.rank === rank ? [callback] : [])

test('a rank that fails ends the others with its number and its reason', async () => {
  const fails: Callback = {
    after_batch: ({ train_iter }) => {
      if (train_iter === 5) throw new Error('the disk is full')
    },
  }
  const ends = await onRanks(3, comm => learnerOf(comm).fit(1e-2, 3, { callbacks: on(1, comm, fails) }))
  const told = 'Error: Rank 1 ended the work of all: the disk is full'
  expect(ends).toEqual([told, 'Error: the disk is full', told])
})

test('a rank that fails in a validation, too', async () => {
  const fails: Callback = {
    before_batch: ({ training, iter }) => {
      if (!training && iter === 1) throw new TypeError('no')
    },
  }
  const ends = await onRanks(2, comm => learnerOf(comm, { callbacks: on(1, comm, fails) }).validate())
  expect(ends).toEqual(['TypeError: Rank 1 ended the work of all: no', 'TypeError: no'])
})

test('one that stops stops all, with the same weights', async () => {
  const stops: Callback = {
    after_batch: ({ train_iter }) => {
      if (train_iter === 4) throw new CancelFit()
    },
  }
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm)
    const { reason } = await learn.fit(1e-2, 3, { callbacks: on(1, comm, stops) })
    // Running statistics are those of the first again when the next work begins.
    const trained = Object.entries(await learn.getWeights()).filter(([name]) => !name.includes('moving'))
    return [reason, Object.fromEntries(trained)]
  })
  expect(ends[0]![0]).toBe('stopped')
  expect(ends[1]).toEqual(ends[0])
})

test('one that is interrupted has all end after the same batch, with a checkpoint before', async () => {
  const dir = await temporaryFolder()
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm, { callbacks: new Checkpoint({ dir, every: 'epoch' }) })
    const interrupts: Callback = {
      after_step: ({ train_iter }) => {
        if (train_iter === 2) learn.interrupt()
      },
    }
    const error = (await learn.fit(1e-2, 3, { callbacks: on(1, comm, interrupts) }).catch(error => error)) as Error
    return [error.name, learn.recorder.history.reason, learn.train_iter]
  })
  expect(ends[0]).toEqual(['AbortError', 'interrupted', 4])
  expect(ends[1]).toEqual(ends[0])
  expect((await readdir(dir)).filter(name => name.endsWith('.safetensors'))).toHaveLength(1)
})

test('a fit goes on to the same bits on as many ranks, and on another number with the same order of the data', async () => {
  const dir = await temporaryFolder()
  /** All samples of each batch, and the weights when it is over; what was not reached if it is killed. */
  const fit = async (
    comm: Communicator | undefined,
    bs: number,
    { resume, killed = 99 }: { resume?: string; killed?: number } = {},
  ) => {
    const seen = new Map<number, number[]>()
    const looks: Callback = {
      after_batch: ({ training, train_iter, xb }) => {
        if (!training) return
        seen.set(train_iter, [...(xb as Tensor).dataSync()])
        if (train_iter === killed) throw new Error('killed')
      },
    }
    const learn = learnerOf(comm, { callbacks: looks }, bs)
    const fitting = learn.fit_one_cycle(3, 1e-2, {
      ...(resume && { resume, callbacks: new Checkpoint({ dir: resume, every: { batches: 1 } }) }),
    })
    await fitting.catch(error => expect(error.message).toContain('killed'))
    return { seen, weights: await learn.getWeights() }
  }
  type Fit = Awaited<ReturnType<typeof fit>>
  const inAll = (fits: readonly Fit[], batch: number) => fits.flatMap(({ seen }) => seen.get(batch) ?? []).sort((x, y) => x - y)
  const whole = (await onRanks(2, comm => fit(comm, 4))) as Fit[]
  await onRanks(2, comm => fit(comm, 4, { resume: dir, killed: 6 }))
  await cp(dir, `${dir}-other`, { recursive: true })
  onTestFinished(() => rm(`${dir}-other`, { recursive: true }))
  const again = (await onRanks(2, comm => fit(comm, 4, { resume: dir }))) as Fit[]
  expect(again[0]!.seen.size).toBeLessThan(12)
  for (const each of again) expect(each.weights).toEqual(whole[0]!.weights)
  const other = [await fit(undefined, 8, { resume: `${dir}-other` })]
  expect(other[0]!.seen.size).toBeLessThan(12)
  for (const batch of other[0]!.seen.keys()) expect(inAll(other, batch)).toEqual(inAll(whole, batch))
})

test('the first rank alone writes, and a tracker reloads on all what it wrote', async () => {
  const dir = await temporaryFolder()
  const lines: number[] = []
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm, { log: () => lines.push(comm.rank), metrics: 'accuracy' })
    const best = new SaveModel(learn, { fname: `${dir}/best`, monitor: 'valid_loss', log: () => lines.push(comm.rank) })
    await learn.fit(5e-2, 3, { callbacks: best })
    await learn.save(`${dir}/rank-${comm.rank}`)
    return learn.getWeights()
  })
  expect(ends[1]).toEqual(ends[0])
  expect(new Set(lines)).toEqual(new Set([0]))
  expect((await readdir(dir)).sort()).toEqual(['best.safetensors', 'rank-0.safetensors'])
})

test('a limit of time goes by one clock', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm)
    const { reason } = await learn.fit(1e-2, 2000, { callbacks: new FitLimit({ maxTime: 0.2 }) })
    return [reason, learn.train_iter]
  })
  expect(ends[0]![0]).toBe('stopped')
  expect(ends[1]).toEqual(ends[0])
})

test('lr_find is the same on all ranks', async () => {
  const ends = await onRanks(2, async comm => (await learnerOf(comm).lr_find({ num_it: 12 })).losses)
  expect(ends[0]).toHaveLength(12)
  expect(ends[1]).toEqual(ends[0])
})

test('ranks that do different things are told so', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm)
    if (comm.rank === 0) return learn.validate()
    return learn.fit(1e-2, 1)
  })
  expect(ends).toEqual([expect.stringContaining('do different things'), expect.stringContaining('do different things')])
  const seeds = await onRanks(2, comm => learnerOf(comm, { seed: comm.rank }).fit(1e-2, 1))
  expect(seeds[0]).toContain('Not the same on all ranks: the order of the data')
})

test('a state of the optimizer that differs on a rank is told of, also where two signs are turned', async () => {
  const ends = await onRanks(2, async comm => {
    const learn = learnerOf(comm)
    await learn.fit(1e-2, 1)
    const { opt } = learn
    const state = await opt.state()
    const slots = Object.values(state.parameters).flatMap(({ slots }) => Object.values(slots))
    const { values: moved } = slots.find(({ values }) => values.filter(Boolean).length > 1)!
    if (comm.rank === 1) for (const i of [...moved.keys()].filter(i => moved[i] !== 0).slice(0, 2)) moved[i]! *= -1
    await opt.load(state)
    return learn.fit(1e-2, 1)
  })
  expect(ends).toEqual([
    expect.stringContaining('the state of the optimizer'),
    expect.stringContaining('the state of the optimizer'),
  ])
})

test('what cannot be divided or put together is refused', async () => {
  const [comm] = ranksInOneThread(2) as [Communicator]
  const largest: Metric = { name: 'largest', value: 0, reset() {}, accumulate() {} }
  await expect(learnerOf(comm, { metrics: largest }).fit(1e-2, 1)).rejects.toThrow('The metric largest does not say')
  const { train_dl, ...data } = points()
  const source = { batchSize: 2, samples: 8, length: 4, state: () => train_dl.state(), restore() {}, *[Symbol.iterator]() {} }
  const bunch = new DataBunch({ ...data, train_dl: source })
  expect(() => new Learner(bunch, mlp(), { distributed: comm })).toThrow('cannot be divided among ranks')
  expect(() => tinyLearner({ distributed: {} as never })).toThrow('distributed is {}; expected what distributed()')
})

test('one rank by itself is as if nothing were there', async () => {
  const [alone] = ranksInOneThread(1) as [Communicator]
  const fit = async (learn: Learner) => {
    await learn.fit(1e-2, 2)
    return learn.getWeights()
  }
  expect(await fit(tinyLearner({ distributed: alone }))).toEqual(await fit(tinyLearner()))
})
