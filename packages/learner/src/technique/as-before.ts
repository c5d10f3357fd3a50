import type { Callback } from '@onecycle/callbacks'
import { typeError } from '@onecycle/platform'
import { capture, restore, type Snapshot } from '../checkpoint/snapshot.js'
import type { Learner } from '../learner.js'
import { hypersOf } from '../optimizer/hypers.js'

/**
 * Trains in pretence: afterwards weights, optimizer, order of the data and all that is random are as before, whatever is thrown.
 *
 * @param work is given the callback that its fit has to have
 */
export async function asBefore<T>(learn: Learner, work: (remember: Callback<Learner>) => Promise<T>): Promise<T> {
  const hypers = hypersOf(learn.opt)
  let before: Snapshot | undefined
  // From within, where the Learner has its own order of the data.
  const remember: Callback<Learner> = {
    name: 'asBefore',
    order: -99,
    async before_fit() {
      before = await capture(learn)
    },
  }
  try {
    return await work(remember)
  } finally {
    if (before) {
      await restore(learn, before)
      hypers()
    }
  }
}

/** Throws TypeError for what is no Learner. */
export function checkLearner(what: string, learn: unknown): void {
  if (typeof (learn as Learner | undefined)?.fit_one_cycle === 'function') return
  throw typeError('wrong-argument', `${what} tries a Learner, which comes first: ${what}(learn).`)
}
