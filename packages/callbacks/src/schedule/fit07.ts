import { checkCount, checkNumber, checkOptions, type Kinds, keepNames, kind, rangeError } from '@onecycle/platform'
import { SchedNo } from './annealers.js'
import { cos_anneal } from './cos-anneal.js'
import { checkStep, type PerGroup, per_group, type Schedule } from './schedule.js'
import { type LrAndMaybeMom, use_clr } from './use-clr.js'
import { use_clr_beta } from './use-clr-beta.js'

/** What `fit07` is given: rates, cycles and their lengths, and one of fastai 0.7's forms of a cycle. */
export interface Fit07Options {
  /** One rate, or one per layer group. */
  lrs: PerGroup<number>
  /** Number of cycles; of epochs, without `cycle_len`. */
  n_cycle: number
  /** Epochs of the first cycle. Without it the rate is constant. */
  cycle_len?: number | undefined
  /** Each cycle is this many times as long as the one before. Default 1. Cycles of `use_clr` stay as long as the first. */
  cycle_mult?: number | undefined
  /** `[div, cut_div]` or `[div, cut_div, mom_max, mom_min]`; needs `cycle_len`, and wins over `use_clr_beta`. */
  use_clr?: readonly number[] | undefined
  /** `[div, pct]` or `[div, pct, mom_max, mom_min]`; needs `cycle_len`. */
  use_clr_beta?: readonly number[] | undefined
}

/** What fastai 0.7's `fit` does, as data. */
export interface Fit07Plan {
  epochs: number
  lr: PerGroup<Schedule>
  /** Only where `use_clr` or `use_clr_beta` gives momenta. */
  mom?: Schedule
  /** The batches finished at the end of each cycle, for `cycle_save_name`; none without `cycle_len`. */
  cycle_ends: number[]
}

const numbers = kind.listOf(kind.number)
const kinds: Kinds<Fit07Options> = {
  lrs: kind.any,
  ...{ n_cycle: kind.any, cycle_len: kind.any, cycle_mult: kind.any, use_clr: numbers, use_clr_beta: numbers },
}

/**
 * Plans fastai 0.7's `learn.fit(lrs, n_cycle, ...)`: how many epochs, and which schedules. The optimizer keeps the `next`
 * value after such a fit (see `ParamScheduler`).
 * @param batches Batches per epoch.
 * @throws RangeError for counts and rates that are not positive, and for `use_clr` without `cycle_len`.
 *
 * @example
 * const { epochs, lr } = fit07({ lrs: 0.01, n_cycle: 3, cycle_len: 1, cycle_mult: 2 }, 193)   // 7 epochs
 */
export function fit07(options: Fit07Options, batches: number): Fit07Plan {
  checkOptions<Fit07Options>('fit07', options, kinds)
  const n_cycle = checkCount('n_cycle', options.n_cycle)
  const cycle_mult = checkCount('cycle_mult', options.cycle_mult ?? 1)
  checkCount('batches', batches)
  per_group(options.lrs, lr => SchedNo(checkNumber('lrs', lr, { above: 0 })))
  const total = `what ${n_cycle} cycles come to, in epochs,`
  const epochsOf = (first: number, cycles: number) =>
    first * (cycle_mult === 1 ? cycles : (cycle_mult ** cycles - 1) / (cycle_mult - 1))

  if (options.cycle_len === undefined) {
    for (const key of ['use_clr', 'use_clr_beta'] as const)
      if (options[key])
        throw rangeError(
          'needs-cycle-len',
          `${key} needs cycle_len, the epochs of a cycle: for example { cycle_len: 1, ${key}: ... }.`,
        )
    return { epochs: checkCount(total, epochsOf(1, n_cycle)), lr: per_group(options.lrs, lr => SchedNo(lr)), cycle_ends: [] }
  }
  const cycle_len = checkCount('cycle_len', options.cycle_len)
  const epochs = checkCount(total, epochsOf(cycle_len, n_cycle))
  const cycle = batches * cycle_len
  const circular = circularOf(options, cycle)
  if (!circular) {
    const lr = per_group(options.lrs, lr => cos_anneal({ lr, cycle, cycle_mult }))
    return { epochs, lr, cycle_ends: Array.from({ length: n_cycle }, (_, i) => epochsOf(cycle_len, i + 1) * batches) }
  }
  const cycle_ends = Array.from({ length: epochs / cycle_len }, (_, i) => (i + 1) * cycle)
  const plan: Fit07Plan = { epochs, lr: per_group(options.lrs, lr => circular(lr).lr), cycle_ends }
  const { mom } = circular(1)
  return mom ? { ...plan, mom } : plan
}

function circularOf(options: Fit07Options, cycle: number): ((lr: number) => LrAndMaybeMom) | undefined {
  const { use_clr: clr, use_clr_beta: beta } = options
  if (clr) return lr => use_clr({ lr, use_clr: clr, cycle })
  if (beta) return lr => use_clr_beta({ lr, use_clr_beta: beta, cycle })
  return undefined
}

/** What `wd_sched07` is given: weight decays, the cycles that they follow, and whether they are normalized by batches. */
export interface WdSched07Options {
  /** The weight decay given to `fit`. */
  wds: number
  n_cycle: number
  /** Epochs of the first cycle. Default 1. */
  cycle_len?: number | undefined
  cycle_mult?: number | undefined
  /** Divides by the square root of the batches in the current cycle. Default false. */
  norm_wds?: boolean | undefined
  /** A factor that changes with the batch. Default 1. */
  wds_sched_mult?: Schedule | undefined
}

/**
 * Weight decay over a fit of fastai 0.7 with `use_wd_sched`; normalized decay is that of Loshchilov and Hutter,
 * arXiv:1711.05101, appendix B.1.
 * @param batches Batches per epoch.
 * @example
 * const wd = wd_sched07({ wds: 0.025, n_cycle: 2, cycle_len: 1, norm_wds: true }, 100)
 * await learn.fit(1e-2, 2, { callbacks: [new ParamScheduler({ wd })] })
 */
export function wd_sched07(options: WdSched07Options, batches: number): Schedule {
  checkOptions<WdSched07Options>('wd_sched07', options, {
    ...{ wds: kind.any, n_cycle: kind.any, cycle_len: kind.any, cycle_mult: kind.any },
    ...{ norm_wds: kind.boolean, wds_sched_mult: kind.function },
  })
  const wds = checkNumber('wds', options.wds, { min: 0 })
  const n_cycle = checkCount('n_cycle', options.n_cycle)
  const cycle_len = checkCount('cycle_len', options.cycle_len ?? 1)
  const cycle_mult = checkCount('cycle_mult', options.cycle_mult ?? 1)
  checkCount('batches', batches)
  const { norm_wds = false, wds_sched_mult = SchedNo(1) } = options
  return (step, steps) => {
    checkStep(step, steps)
    let length = cycle_len * batches
    let end = length
    for (let i = 1; i < n_cycle && step >= end; i++) {
      length *= cycle_mult
      end += length
    }
    return (wds * wds_sched_mult(step, steps)) / (norm_wds ? Math.sqrt(length) : 1)
  }
}

keepNames({ fit07, wd_sched07 })
