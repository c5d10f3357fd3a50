import { checkCount, checkNumber, checkOptions, keepNames, kind, rangeError, show } from '@onecycle/platform'
import { checkStep, type Schedule } from './schedule.js'

/** Learning rate, and momentum where it is scheduled. */
export type LrAndMaybeMom = {
  lr: Schedule
  mom?: Schedule
}

/** What `use_clr` is given: the rate, fastai 0.7's pair, and batches of a cycle. */
export interface UseClrOptions {
  /** The highest learning rate. */
  lr: number
  /** `[div, cut_div]` or `[div, cut_div, mom_max, mom_min]`: up for 1/cut_div of the cycle, from lr/div. */
  use_clr: readonly number[]
  /** Batches per cycle. Default: one cycle over the whole run. */
  cycle?: number | undefined
}

/**
 * Slanted triangular rates: up from `lr / div` during the first `cycle / cut_div` batches, down again during the rest.
 * Momentum runs the other way, one batch ahead of the rate. Sources: fastai 0.7's `use_clr` (`CircularLR`);
 * Howard and Ruder, arXiv:1801.06146.
 * @throws RangeError when a cycle has fewer batches than `cut_div`: it would have no way up.
 *
 * @example
 * const { lr } = use_clr({ lr: 1e-2, use_clr: [32, 5] })
 */
export function use_clr(options: UseClrOptions): LrAndMaybeMom {
  checkOptions<UseClrOptions>('use_clr', options, { lr: kind.any, use_clr: kind.listOf(kind.any), cycle: kind.any })
  const { lr, use_clr: values = [], cycle } = options
  checkNumber('lr', lr, { above: 0 })
  if (values.length !== 2 && values.length !== 4)
    throw rangeError(
      'use-clr-list',
      `use_clr takes [div, cut_div] or [div, cut_div, mom_max, mom_min], but it is ${show(values)}.`,
    )
  const [div, cut_div, mom_max, mom_min] = values
  checkNumber("use_clr's div", div, { above: 0 })
  checkNumber("use_clr's cut_div", cut_div, { min: 1 })
  const length = cycleLength(cycle)

  const cycleOf = (step: number, steps: number) => {
    const n = length(step, steps)
    const cut = Math.floor(n / cut_div!)
    if (cut < 1)
      throw rangeError(
        'cycle-too-short',
        `use_clr needs a cycle of at least cut_div = ${cut_div} batches, or it has no way up; this one has ${n}. ` +
          'Use a longer cycle_len, smaller batches or a smaller cut_div.',
      )
    return { n, cut }
  }
  const schedules: LrAndMaybeMom = {
    lr: (step, steps) => {
      const { n, cut } = cycleOf(step, steps)
      return (lr * (1 + triangle(step % n, cut, n) * (div! - 1))) / div!
    },
  }
  if (mom_max !== undefined) {
    const [high, low] = cycleMoms(mom_max, mom_min)
    schedules.mom = (step, steps) => {
      const { n, cut } = cycleOf(step, steps)
      return low + (1 - triangle((step + 1) % n, cut, n)) * (high - low)
    }
  }
  return schedules
}

/** From 0 up to 1 at `cut`, and down to 0 at `n`. */
const triangle = (at: number, cut: number, n: number) => (at <= cut ? at / cut : 1 - (at - cut) / (n - cut))

/** The two momenta of a fastai 0.7 cycle, checked. */
export function cycleMoms(mom_max: number, mom_min: number | undefined): [number, number] {
  return [checkNumber('mom_max', mom_max, { min: 0, below: 1 }), checkNumber('mom_min', mom_min, { min: 0, below: 1 })]
}

/** The number of batches of a cycle: the one given, or all of the run. */
export function cycleLength(cycle: number | undefined): (step: number, steps: number) => number {
  if (cycle !== undefined) checkCount('cycle', cycle)
  return (step, steps) => {
    checkStep(step, steps)
    return cycle ?? steps
  }
}

keepNames({ use_clr })
