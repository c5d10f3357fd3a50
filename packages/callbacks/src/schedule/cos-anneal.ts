import { checkCount, checkNumber, checkOptions, keepNames, kind } from '@onecycle/platform'
import type { Schedule } from './schedule.js'
import { cycleLength } from './use-clr.js'

/** What `cos_anneal` is given: the rate that each cycle begins at, batches of the first cycle, and how much longer each next one is. */
export interface CosAnnealOptions {
  /** The rate at which every cycle but the first starts. */
  lr: number
  /** Batches of the first cycle. Default: the whole run. */
  cycle?: number | undefined
  /** Each cycle is this many times as long as the one before. Default 1. */
  cycle_mult?: number | undefined
}

/**
 * Cosine annealing with warm restarts, as fastai 0.7 did it when `cycle_len` was given: the first twentieth of the first cycle
 * runs at `lr / 100`, then the rate follows the cosine as if there had been no warm-up; later cycles start at `lr`.
 * A later cycle more than twenty times as long warms up again; a cycle of a single batch never restarts, and the rate
 * alternates between 0 and `lr`. Both are the original's behaviour. Source: fastai 0.7's `CosAnneal`.
 *
 * @example
 * const lr = cos_anneal({ lr: 1e-2, cycle: 193, cycle_mult: 2 })
 */
export function cos_anneal(options: CosAnnealOptions): Schedule {
  checkOptions<CosAnnealOptions>('cos_anneal', options, { lr: kind.any, cycle: kind.any, cycle_mult: kind.any })
  const lr = checkNumber('lr', options.lr, { above: 0 })
  const cycle_mult = checkCount('cycle_mult', options.cycle_mult ?? 1)
  const firstCycle = cycleLength(options.cycle)
  return (step, steps) => {
    const first = firstCycle(step, steps)
    const { at, n } = first === 1 ? { at: step, n: 1 } : cycleAt(step, first, cycle_mult)
    if (step < n / 20) return lr / 100
    return (lr / 2) * (Math.cos((Math.PI * at) / n) + 1)
  }
}

/** The batch within its cycle, and the cycle's length. */
export function cycleAt(step: number, first: number, mult: number): { at: number; n: number } {
  if (mult === 1) return { at: step % first, n: first }
  let at = step
  let n = first
  while (at >= n) {
    at -= n
    n *= mult
  }
  return { at, n }
}

keepNames({ cos_anneal })
