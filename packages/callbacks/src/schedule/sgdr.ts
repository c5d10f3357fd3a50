import { checkCount, checkNumber, checkOptions, keepNames, kind, rangeError } from '@onecycle/platform'
import { combine_scheds, SchedCos } from './annealers.js'
import type { Schedule } from './schedule.js'

/** What `sgdr` is given: the highest rate, cycles, epochs of the first one, and how much longer each next one is. */
export interface SgdrOptions {
  /** The rate at which every cycle starts. */
  lr_max: number
  /** Number of cycles. */
  n_cycles: number
  /** Epochs of the first cycle. */
  cycle_len: number
  /** Each cycle is this many times as long as the one before; at least 2. Default 2. */
  cycle_mult?: number | undefined
}

/**
 * Stochastic gradient descent with warm restarts: cycles of one cosine each, from `lr_max` to 0. Returns the schedule and the
 * number of epochs that it takes. Sources: fastai 2's `fit_sgdr`; Loshchilov and Hutter, arXiv:1608.03983.
 * @throws RangeError for `cycle_mult` 1, which fastai 2 cannot do either: `cos_anneal` has cycles of equal length.
 *
 * @example
 * const { epochs, lr } = sgdr({ lr_max: 1e-2, n_cycles: 3, cycle_len: 1 })   // 7 epochs: 1 + 2 + 4
 */
export function sgdr(options: SgdrOptions): { epochs: number; lr: Schedule } {
  checkOptions<SgdrOptions>('sgdr', options, {
    ...{ lr_max: kind.any, n_cycles: kind.any, cycle_len: kind.any, cycle_mult: kind.any },
  })
  const lr_max = checkNumber('lr_max', options.lr_max, { above: 0 })
  const n_cycles = checkCount('n_cycles', options.n_cycles)
  const cycle_len = checkCount('cycle_len', options.cycle_len)
  const cycle_mult = options.cycle_mult ?? 2
  if (cycle_mult === 1)
    throw rangeError(
      'cycle-mult',
      'sgdr has no cycles of equal length: cycle_mult must be at least 2. Use cos_anneal for cycle_mult 1.',
    )
  checkCount('cycle_mult', cycle_mult, 2)

  const lengths = Array.from({ length: n_cycles }, (_, i) => cycle_len * cycle_mult ** i)
  const epochs = checkCount(
    `what ${n_cycles} cycles come to, in epochs,`,
    lengths.reduce((a, b) => a + b),
  )
  const pcts = lengths.map(length => length / epochs)
  return { epochs, lr: combine_scheds(pcts, Array<Schedule>(n_cycles).fill(SchedCos(lr_max, 0))) }
}

keepNames({ sgdr })
