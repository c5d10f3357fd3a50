import { checkNumber, checkOptions, keepNames, kind } from '@onecycle/platform'
import { combined_cos, cosine } from './annealers.js'
import { checkGivenRate } from './check-given-rate.js'
import { checkMoms } from './check-moms.js'
import { checkStep, type LrAndMom, type Schedule } from './schedule.js'

/** What `flat_cos` is given: the rate, what it is divided by at the end, and the fraction of the fit that is flat. */
export interface FlatCosOptions {
  /** The flat part's rate. */
  lr: number
  /** The run ends at `lr / div_final`. Default 1e5. */
  div_final?: number | undefined
  /** Share of the batches at the flat rate. Default 0.75. */
  pct_start?: number | undefined
}

/**
 * Flat, then a cosine down. Source: fastai 2's `fit_flat_cos`.
 *
 * @example
 * const { lr } = flat_cos({ lr: 1e-3 })
 */
export function flat_cos(options: FlatCosOptions): { lr: Schedule } {
  checkOptions<FlatCosOptions>('flat_cos', options, { lr: kind.any, div_final: kind.any, pct_start: kind.any })
  const lr = checkNumber('lr', options.lr, { above: 0 })
  const div_final = checkNumber('div_final', options.div_final ?? 1e5, { above: 0 })
  const pct_start = checkNumber('pct_start', options.pct_start ?? 0.75, { min: 0, max: 1 })
  return { lr: combined_cos(pct_start, lr, lr, lr / div_final) }
}

/** What `fit_fc` is given: the rate, momenta of both parts, and the fraction of the fit that is flat. */
export interface FitFcOptions {
  /** The flat part's rate. Default 3e-3. */
  lr?: number | undefined
  /** Momentum of the flat part and of the cosine. Default [0.95, 0.85]. */
  moms?: number | readonly number[] | undefined
  /** Share of the batches at the flat rate. Default 0.72. */
  start_pct?: number | undefined
}

/**
 * Flat for `floor(steps * start_pct)` batches, at least one, then a cosine to 0. Momentum switches one batch after the
 * flat part. Source: fastai 1's `fit_fc`.
 *
 * @example
 * const { lr, mom } = fit_fc({ lr: 1e-3 })
 */
export function fit_fc(options: FitFcOptions = {}): LrAndMom {
  checkOptions<FitFcOptions>('fit_fc', options, { lr: kind.any, moms: kind.any, start_pct: kind.any })
  checkGivenRate('fit_fc', options, 'lr')
  const lr = checkNumber('lr', options.lr ?? 3e-3, { above: 0 })
  const [first, second] = checkMoms('moms', options.moms ?? [0.95, 0.85], 2) as [number, number]
  const start_pct = checkNumber('start_pct', options.start_pct ?? 0.72, { min: 0, max: 1 })
  const parts = (step: number, steps: number) => {
    checkStep(step, steps)
    const whole = Math.floor(steps * start_pct)
    const flat = Math.max(1, whole)
    return { isFlat: step <= flat, q: Math.min(1, (step - flat) / Math.max(1, steps - whole)) }
  }
  return {
    lr: (step, steps) => {
      const { isFlat, q } = parts(step, steps)
      return isFlat ? lr : cosine(lr, 0, q)
    },
    mom: (step, steps) => (parts(step, steps).isFlat ? first : second),
  }
}

keepNames({ flat_cos, fit_fc })
