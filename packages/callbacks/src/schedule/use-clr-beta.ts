import { checkNumber, checkOptions, keepNames, kind, rangeError, show } from '@onecycle/platform'
import { linear } from './annealers.js'
import { cycleLength, cycleMoms, type LrAndMaybeMom } from './use-clr.js'

/** What `use_clr_beta` is given: the rate, fastai 0.7's tuple, and batches of a cycle. */
export interface UseClrBetaOptions {
  /** The highest learning rate. */
  lr: number
  /** `[div, pct]` or `[div, pct, mom_max, mom_min]`: the last `pct` percent of the cycle are the annihilation. */
  use_clr_beta: readonly number[]
  /** Batches per cycle. Default: one cycle over the whole run. */
  cycle?: number | undefined
}

/**
 * fastai 0.7's 1cycle: linear up from `lr / div`, as many batches down, then down towards `lr / div / 100` at steady
 * momentum. Momentum runs one batch ahead of the rate, and needs all four values: a third alone is ignored, as it was.
 * Source: fastai 0.7's `use_clr_beta` (`CircularLR_beta`).
 * @throws RangeError when a cycle is too short to go up and down.
 *
 * @example
 * const { lr, mom } = use_clr_beta({ lr: 0.1, use_clr_beta: [10, 13.68, 0.95, 0.85] })
 */
export function use_clr_beta(options: UseClrBetaOptions): LrAndMaybeMom {
  checkOptions<UseClrBetaOptions>('use_clr_beta', options, { lr: kind.any, use_clr_beta: kind.listOf(kind.any), cycle: kind.any })
  const { lr, use_clr_beta: values = [], cycle } = options
  checkNumber('lr', lr, { above: 0 })
  if (values.length < 2 || values.length > 4)
    throw rangeError('use-clr-list', `use_clr_beta takes [div, pct] or [div, pct, mom_max, mom_min], but it is ${show(values)}.`)
  const [div, pct, mom_max, mom_min] = values
  checkNumber("use_clr_beta's div", div, { above: 0 })
  checkNumber("use_clr_beta's pct", pct, { min: 0, below: 100 })
  const length = cycleLength(cycle)

  const cycleOf = (step: number, steps: number) => {
    const n = length(step, steps)
    const half = Math.floor((n * (1 - pct! / 100)) / 2)
    if (half < 1)
      throw rangeError(
        'cycle-too-short',
        `use_clr_beta needs a cycle long enough to go up and down, but one of ${n} batches less ${pct} % leaves ${half} for each. ` +
          'Use a longer cycle_len, smaller batches or a smaller pct.',
      )
    return { n, half }
  }
  const schedules: LrAndMaybeMom = {
    lr: (step, steps) => {
      const { n, half } = cycleOf(step, steps)
      const at = step % n
      if (at > 2 * half) return (lr * (1 - (0.99 * (at - 2 * half)) / (n - 2 * half))) / div!
      return (lr * (1 + triangle(at, half) * (div! - 1))) / div!
    },
  }
  if (mom_min !== undefined) {
    const [high, low] = cycleMoms(mom_max!, mom_min)
    schedules.mom = (step, steps) => {
      const { n, half } = cycleOf(step, steps)
      const at = (step + 1) % n
      return at > 2 * half ? high : linear(high, low, triangle(at, half))
    }
  }
  return schedules
}

/** From 0 up to 1 at `half`, and down to 0 at twice that. */
const triangle = (at: number, half: number) => (at <= half ? at / half : 1 - (at - half) / half)

keepNames({ use_clr_beta })
