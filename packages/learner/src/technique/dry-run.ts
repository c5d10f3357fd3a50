import { type Callback, SaveModel } from '@onecycle/callbacks'
import { type Batch, type BatchStream, DataBunch, type Shard } from '@onecycle/data'
import { isSynchronous } from '@onecycle/data/internal'
import { checkOptions, kind, listOf, type OneOrMore } from '@onecycle/platform'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import type { Learner } from '../learner.js'
import { asBefore, checkLearner } from './as-before.js'

/** What `dryRun` is given: callbacks that shall be tried too. */
export interface DryRunOptions {
  /** Those that the fit will be given. */
  callbacks?: OneOrMore<Callback<Learner>> | undefined
}

/**
 * Goes through a whole program once, with one batch of training and one of validation, before a night of it: what would fail after the
 * first epoch, a metric or a callback, fails now. What the Learner holds is packed as `save` would, and read again. Afterwards weights,
 * optimizer, order of the data and all that is random are as before, whatever failed. Callbacks hear it as any fit, but for
 * `SaveModel` and `Checkpoint`, which would write what is worth nothing.
 *
 * @returns the figures of the two batches.
 * @throws what a fit, `toBytes` and `load` throw; TypeError for an unknown option.
 * @example
 * await dryRun(learn)
 * await learn.fit_one_cycle(100, 1e-2)
 */
export async function dryRun(learn: Learner, options: DryRunOptions = {}): Promise<Record<string, number>> {
  checkLearner('dryRun', learn)
  checkOptions<DryRunOptions>('dryRun', options, { callbacks: kind.any })
  const callbacks = listOf(options.callbacks)
  const all: readonly Callback<Learner>[] = [...learn.bus.callbacks, ...callbacks]
  const savers: Callback<Learner>[] = all.filter(each => each.run !== false && writes(each))
  try {
    for (const saver of savers) saver.run = false
    return await asBefore(learn, async remember => {
      await withFirstBatches(learn, () => learn.fit({ epochs: 1, callbacks: [remember, ...callbacks] }))
      const figures = { ...learn.values }
      await learn.load(await learn.toBytes())
      return figures
    })
  } finally {
    for (const saver of savers) saver.run = true
  }
}

const writes = (callback: object) => callback instanceof SaveModel || callback instanceof Checkpoint

/** In place of a new DataBunch, which would be one with an order of its own. */
async function withFirstBatches(learn: Learner, work: () => Promise<unknown>): Promise<void> {
  const { data } = learn
  const { train_dl, valid_dl } = data
  const value = new DataBunch({ ...data, train_dl: firstOf(train_dl), valid_dl: valid_dl && firstOf(valid_dl) })
  Object.defineProperty(learn, 'data', { value, configurable: true })
  try {
    await work()
  } finally {
    Reflect.deleteProperty(learn, 'data')
  }
}

/** A stream of the first batch of each pass. */
function firstOf(stream: BatchStream): BatchStream {
  const { divided } = stream
  const parts = {
    ...(divided && { divided: (shard: Shard) => firstOf(divided.call(stream, shard)) }),
    borrows: (batch: number) => stream.borrows?.(batch) ?? false,
  }
  const { batchSize, samples } = stream
  const place = { state: () => stream.state(), restore: (state: ReturnType<typeof stream.state>) => stream.restore(state) }
  const source = { ...place, ...parts, batchSize, length: 1, samples: Math.min(batchSize, samples) }
  if (isSynchronous(stream))
    return {
      ...source,
      *[Symbol.iterator]() {
        for (const batch of stream) return void (yield batch)
      },
    }
  return {
    ...source,
    async *[Symbol.asyncIterator]() {
      for await (const batch of stream as AsyncIterable<Batch>) return void (yield batch)
    },
  }
}
