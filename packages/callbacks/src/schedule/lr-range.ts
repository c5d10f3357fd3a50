import { checkChoice, checkNumber, checkOptions, keepNames, kind } from '@onecycle/platform'
import { SchedExp, SchedLin } from './annealers.js'
import type { Schedule } from './schedule.js'

export const lrRangeForms = ['exponential', 'linear', 'fastai07_linear'] as const

/** What `lr_range` is given: the first and the last rate, and whose spacing lies between them. */
export interface LrRangeOptions {
  /** Rate of the first batch. Default 1e-7. */
  start_lr?: number | undefined
  /** Rate after the last batch; no batch is trained with it. Default 10. */
  end_lr?: number | undefined
  /** `exponential` (default), `linear`, or `fastai07_linear`, which starts at 0 whatever `start_lr` says. */
  form?: (typeof lrRangeForms)[number] | undefined
}

/**
 * The rates of a learning-rate range test: from `start_lr` at batch 0 towards `end_lr`. Sources: fastai 1 and 2's
 * `LRFinder` (exponential), Smith's range test (arXiv:1506.01186; linear), fastai 0.7's `lr_find(linear=True)`.
 * @throws RangeError for a rate that is not positive.
 *
 * @example
 * const lr = lr_range({ start_lr: 1e-7, end_lr: 10 })
 * lr(50, 100)   // 0.001, the middle of 100 batches
 */
export function lr_range(options: LrRangeOptions = {}): Schedule {
  checkOptions<LrRangeOptions>('lr_range', options, { start_lr: kind.any, end_lr: kind.any, form: kind.any })
  const form = checkChoice('form', options.form ?? 'exponential', lrRangeForms)
  const start = checkNumber('start_lr', options.start_lr ?? 1e-7, { above: 0 })
  const end = checkNumber('end_lr', options.end_lr ?? 10, { above: 0 })
  if (form === 'exponential') return SchedExp(start, end)
  return SchedLin(form === 'linear' ? start : 0, end)
}

keepNames({ lr_range })
