import { checkCount, checkNumber, checkOptions, keepNames, kind } from '@onecycle/platform'
import { checkGivenRate } from './check-given-rate.js'
import { type Slice, slice } from './discriminative.js'

/** What `fine_tune` is given: epochs of both parts, the rate of the first, and how far apart first and last layers are. */
export interface FineTuneOptions {
  /** Epochs with everything unfrozen. */
  epochs: number
  /** The last group's rate while the others are frozen; half of it afterwards. Default 2e-3. */
  base_lr?: number | undefined
  /** Epochs with all but the last group frozen. Default 1. */
  freeze_epochs?: number | undefined
  /** The first group's rate is this many times smaller than the last's. Default 100. */
  lr_mult?: number | undefined
  /** Share of the second part's batches on the way up. Default 0.3. */
  pct_start?: number | undefined
  /** The second part starts at its rate divided by this. Default 5. */
  div?: number | undefined
}

/** One `fit_one_cycle` in fastai 2's form. */
export interface FineTunePart {
  epochs: number
  lr_max: Slice
  pct_start: number
  div_factor: number
}

/**
 * The two fits of fastai 2's `fine_tune`, as data: freeze, fit `frozen`, unfreeze, fit `unfrozen`; both with `one_cycle` in form
 * `fastai2`.
 *
 * @example
 * const { frozen, unfrozen } = fine_tune({ epochs: 3 })
 */
export function fine_tune(options: FineTuneOptions): { frozen: FineTunePart; unfrozen: FineTunePart } {
  checkOptions<FineTuneOptions>('fine_tune', options, {
    ...{ epochs: kind.any, base_lr: kind.any, freeze_epochs: kind.any, lr_mult: kind.any, pct_start: kind.any, div: kind.any },
  })
  checkGivenRate('fine_tune', options, 'base_lr')
  const base_lr = checkNumber('base_lr', options.base_lr ?? 2e-3, { above: 0 })
  const lr_mult = checkNumber('lr_mult', options.lr_mult ?? 100, { above: 0 })
  return {
    frozen: {
      epochs: checkCount('freeze_epochs', options.freeze_epochs ?? 1, 0),
      lr_max: slice(base_lr),
      pct_start: 0.99,
      div_factor: 25,
    },
    unfrozen: {
      epochs: checkCount('epochs', options.epochs),
      lr_max: slice(base_lr / 2 / lr_mult, base_lr / 2),
      pct_start: checkNumber('pct_start', options.pct_start ?? 0.3, { min: 0, max: 1 }),
      div_factor: checkNumber('div', options.div ?? 5, { above: 0 }),
    },
  }
}

keepNames({ fine_tune })
