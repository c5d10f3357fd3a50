import { group_rates, type Rates } from '@onecycle/callbacks'
import { awaitHint, isPromise, rangeError, show } from '@onecycle/platform'
import type { LrFindRecord } from '@onecycle/recorder'

/**
 * Checks a learning rate that a call was given. A rate that is not there was most likely read off a search that found none: then
 * the message says why it found none, and what the call would have needed.
 *
 * @param given an argument that was passed: one that was left out is no mistake, and its default needs no check
 * @throws what `check` throws, as a RangeError that names the call
 */
export function givenRate<T>(call: string, given: unknown, search: LrFindRecord | undefined, check: (given: never) => T): T {
  try {
    return check(given as never)
  } catch (error) {
    const absent = missing(given) && !holdsRate(given)
    const why = absent && search?.reason ? ` lr_find suggested no learning rate: ${search.reason}` : ''
    const hint = absent ? ' Give a rate, such as 1e-2: only one that is left out altogether has a default.' : misplaced(given)
    throw rangeError('learning-rate', `${call} got the learning rate ${show(given)}. ${(error as Error).message}${why}${hint}`, {
      cause: error,
    })
  }
}

interface Learning {
  readonly groups: readonly unknown[]
  readonly recorder: { readonly lrFind: LrFindRecord | undefined }
}

/** One rate per layer group. */
export function ratesOf({ groups, recorder }: Learning, call: string, given: unknown): number[] {
  return givenRate(call, given, recorder.lrFind, (rates: Rates) => group_rates(rates, groups.length))
}

function misplaced(given: unknown): string {
  if (typeof given !== 'object' || given === null || 'length' in given || 'stop' in given) return ''
  if (isPromise(given)) return awaitHint(given)
  return holdsRate(given) ? ' Give its lr alone; options come after it.' : ' Options come after the rate.'
}

/** What a search resolves to, say. */
function holdsRate(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'lr' in given && Number(given.lr) > 0
}

/** Whether it is nothing, or made of nothing: NaN is what comes of dividing nothing by ten. */
function missing(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return given === undefined || given === null || Number.isNaN(given)
  return Object.values(given).some(missing)
}
