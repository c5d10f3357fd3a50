import { checkChoice, checkNumber, checkOptions, kind, show, typeError } from '@onecycle/platform'

export const lrFindForms = ['fastai1', 'fastai2', 'fastai07'] as const

/** What `lr_find_stop` is given: whose rule it is, how long the search is, and whether a loss that diverges ends it. */
export interface LrFindStopOptions {
  /** Whose rule. Default `fastai1`. */
  form?: (typeof lrFindForms)[number] | undefined
  /** Batches at most. Default: no limit. */
  num_it?: number | undefined
  /** Whether to stop when the loss diverges. Default true. */
  stop_div?: boolean | undefined
}

/**
 * When a learning-rate finder stops. Returns a function that is given the smoothed loss of one batch after the other, and
 * says whether that batch was the last. All rules stop when the loss exceeds four times the best one so far (below 0: when it has risen by as much, three times the best one's size):
 * - `fastai1`: also at NaN, and after `num_it` batches.
 * - `fastai2`: also after `num_it` batches, at least 6; never at NaN.
 * - `fastai07`: also at NaN; the best loss counts from the twelfth batch, so nothing diverges before the thirteenth. The batch that
 *   stops is not recorded, and with `num_it` it is one more than those.
 *
 * @example
 * const stop = lr_find_stop({ num_it: 100 })
 * if (stop(smoothLoss)) throw new CancelFit()
 */
export function lr_find_stop(options: LrFindStopOptions = {}): (smooth: number) => boolean {
  checkOptions<LrFindStopOptions>('lr_find_stop', options, { form: kind.any, num_it: kind.any, stop_div: kind.boolean })
  const form = checkChoice('form', options.form ?? 'fastai1', lrFindForms)
  const { num_it = Number.POSITIVE_INFINITY, stop_div = true } = options
  if (num_it !== Number.POSITIVE_INFINITY) checkNumber('num_it', num_it, { min: 1 })
  let best = Number.POSITIVE_INFINITY
  let batch = -1

  if (form === 'fastai07')
    return smooth => {
      checkLoss(smooth)
      batch++
      if (batch >= num_it || (stop_div && (Number.isNaN(smooth) || smooth > fourfold(best)))) return true
      if (smooth < best && batch > 10) best = smooth
      return false
    }
  const limit = form === 'fastai2' ? Math.max(6, num_it) : num_it
  return smooth => {
    checkLoss(smooth)
    batch++
    if ((form === 'fastai1' && batch === 0) || smooth < best) best = smooth
    const diverged = smooth > fourfold(best) || (form === 'fastai1' && Number.isNaN(smooth))
    return batch + 1 >= limit || (stop_div && diverged)
  }
}

/** Four times the best loss: three times its size above it, which holds below 0, too, as for a log-likelihood. */
function fourfold(best: number): number {
  return best < 0 ? -2 * best : 4 * best
}

/** One that is no number any more stops a search; what never was one is a mistake. */
function checkLoss(smooth: unknown): void {
  if (typeof smooth !== 'number')
    throw typeError('wrong-argument', `A search stops by its losses, which are numbers, but got ${show(smooth)}.`)
}
