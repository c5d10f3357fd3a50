import { type Callback, CancelTrain, CancelValidate, type TrainingState } from '@onecycle/callbacks'
import { checkNumber, checkOptions, kind } from '@onecycle/platform'

/** What `ShortEpoch` is given: the fraction of an epoch that is trained, and whether validation is as short. */
export interface ShortEpochOptions {
  /** The share of a pass after which it ends: its first batch that lies there or beyond is the last one. Default 0.01. */
  pct?: number | undefined
  /** Whether validation is as short. Default true. */
  short_valid?: boolean | undefined
}

/**
 * Ends each pass after a part of its batches, for a try of a program whose epochs take long. Schedules go by the position in the fit, and
 * find epochs as long as ever. Source: fastai 2's `ShortEpochCallback`.
 *
 * @throws RangeError when pct is not from 0 to 1; TypeError for an unknown option.
 * @example
 * await learn.fit_one_cycle(1, 1e-2, { callbacks: new ShortEpoch({ pct: 0.05 }) })
 */
export class ShortEpoch implements Callback {
  static readonly name: string = 'ShortEpoch'
  readonly name = 'ShortEpoch'
  readonly #pct: number
  readonly #short_valid: boolean

  constructor(options: ShortEpochOptions = {}) {
    checkOptions<ShortEpochOptions>('ShortEpoch', options, { pct: kind.number, short_valid: kind.boolean })
    const { pct = 0.01, short_valid = true } = options
    this.#pct = checkNumber('pct', pct, { min: 0, max: 1 })
    this.#short_valid = short_valid
  }

  after_batch({ iter, n_iter, training }: TrainingState): void {
    if (iter / n_iter < this.#pct) return
    if (training) throw new CancelTrain()
    if (this.#short_valid) throw new CancelValidate()
  }
}
