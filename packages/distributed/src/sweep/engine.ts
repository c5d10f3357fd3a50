import { setTimeout } from 'node:timers/promises'
import type { Outcome } from './run-trial.js'
import type { SweepSettings } from './settings.js'
import type { TrialResult } from './trial-files.js'

/** A sweep as an engine has it: what there is to run, and who wants to know. */
export interface Work {
  readonly dir: string
  readonly settings: SweepSettings
  /** Trials that have no result yet, in their order. */
  readonly missing: readonly number[]
  /** Aborted when the sweep is to end before its end. */
  readonly signal: AbortSignal
  /** Hears of each result. */
  ended(result: TrialResult): Promise<void>
  /** Says something to whoever looks on. */
  say(text: string): void
}

/** Milliseconds before a trial that somebody else is at is looked at again. */
const look = 500

/**
 * Runs trials in their order, so many at once, until each has a result: what was interrupted or has died is taken up again before the next one begins.
 *
 * @param attempt one attempt at a trial
 * @param stop called where something fails that is no trial's own: has those end that run beside it
 */
export async function runAll(
  work: Work,
  atOnce: number,
  attempt: (trial: number) => Promise<Outcome | 'died'>,
  stop: () => void = () => {},
): Promise<void> {
  const { signal, say } = work
  const waiting = [...work.missing]
  let failure: { error: unknown } | undefined
  const next = async () => {
    for (let trial = waiting.shift(); trial !== undefined && !signal.aborted && !failure; trial = waiting.shift()) {
      const outcome = await attempt(trial)
      if (typeof outcome === 'object') {
        await work.ended(outcome)
        continue
      }
      waiting.unshift(trial)
      if (outcome === 'died' && !signal.aborted)
        say(`Trial ${trial}: its process ended without a word; it goes on in another one.`)
      if (outcome === 'busy') await setTimeout(look, undefined, { signal }).catch(() => {})
    }
  }
  const guarded = () =>
    next().catch(error => {
      if (!failure) stop()
      failure ??= { error }
    })
  await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, guarded))
  if (failure) throw failure.error
}
