import type { Callback } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import type { Learner } from '../learner.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { FitLimit, type FitLimitOptions } from './fit-limit.js'

beforeAll(useCpu)

/** Trains in several processes, of which each dies after so many batches, each batch a second long. Counts those that are kept. */
async function lives(
  limit: FitLimitOptions,
  deaths: Callback<Learner>[],
): Promise<{ batches: number; rows: number; reason: string | undefined }> {
  const dir = await temporaryFolder()
  let seconds = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => 1000 * seconds)
  const second: Callback = { before_batch: ({ training }) => void (training && seconds++) }
  try {
    const run = (learn: Learner, dies: Callback<Learner>[]) =>
      learn.fit(1e-2, 20, {
        resume: dir,
        callbacks: [second, new FitLimit(limit), new Checkpoint({ dir, every: { batches: 1 } }), ...dies],
      })
    for (const death of deaths) {
      await expect(run(tinyLearner({ log: false }), [death])).rejects.toThrow('killed')
      // Another process has another clock.
      seconds = 100_000
    }
    const learn = tinyLearner({ log: false })
    const { epochs, reason } = await run(learn, [])
    return { batches: learn.train_iter, rows: epochs.length, reason }
  } finally {
    clock.mockRestore()
  }
}

function dies(event: 'before_batch' | 'before_validate', when: (learn: Learner) => boolean): Callback<Learner> {
  return {
    name: 'dies',
    order: 3e9,
    [event](learn: Learner) {
      if (when(learn)) throw new Error('killed')
    },
  }
}

describe.each<FitLimitOptions>([{ maxTime: '7 s' }, { maxSteps: 7 }])('FitLimit %j', limit => {
  it('ends a fit that was killed and goes on where it would have ended', async () => {
    // Two batches make an epoch.
    const whole = { batches: 7, rows: 4, reason: 'stopped' }
    expect(await lives(limit, [])).toEqual(whole)
    const third = dies('before_batch', ({ train_iter, training }) => training && train_iter === 3)
    const sixth = dies('before_batch', ({ train_iter, training }) => training && train_iter === 6)
    expect(await lives(limit, [third, sixth])).toEqual(whole)
  })

  it('knows that it was over in the validation that it was killed in', async () => {
    const interrupts = dies('before_validate', learn => {
      if (learn.train_iter === 7) learn.interrupt(new Error('killed'))
      return false
    })
    expect(await lives(limit, [interrupts])).toEqual({ batches: 7, rows: 4, reason: 'stopped' })
  })
})

it('refuses what is no state', () => {
  for (const state of [undefined, {}, { seconds: Number.NaN, over: false }, { seconds: 1 }])
    expect(() => new FitLimit({ maxSteps: 1 }).restore(state as never)).toThrow(
      /FitLimit was to restore .*pass what its state\(\) gave/,
    )
})
