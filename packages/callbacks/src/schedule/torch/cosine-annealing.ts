import { checkCount, checkNumber, checkOptions, keepNames, kind } from '@onecycle/platform'
import { cosine } from '../annealers.js'
import { cycleAt } from '../cos-anneal.js'
import { checkStep, type Schedule } from '../schedule.js'

/** What `torch.cosine_annealing` is given, by PyTorch's names: the highest and the lowest rate, and steps from one to the other. */
export interface CosineAnnealingOptions {
  /** The highest rate. */
  lr: number
  /** Batches on the way down. */
  T_max: number
  /** Default 0. */
  eta_min?: number | undefined
}

/**
 * PyTorch's `CosineAnnealingLR`: from `lr` to `eta_min` in `T_max` batches, and back up.
 *
 * @example
 * const lr = torch.CosineAnnealingLR({ lr: 0.1, T_max: 20 })
 */
export function CosineAnnealingLR(options: CosineAnnealingOptions): Schedule {
  checkOptions<CosineAnnealingOptions>('CosineAnnealingLR', options, { lr: kind.any, T_max: kind.any, eta_min: kind.any })
  const { lr, T_max, eta_min = 0 } = options
  checkNumber('lr', lr, { above: 0 })
  checkNumber('eta_min', eta_min, { min: 0 })
  checkCount('T_max', T_max)
  return (step, steps) => {
    checkStep(step, steps)
    return cosine(lr, eta_min, step / T_max)
  }
}

/** What PyTorch's cosine annealing with warm restarts is given: rates, steps of the first cycle, and the factor of each next one. */
export interface WarmRestartsOptions {
  /** The rate at which every cycle starts. */
  lr: number
  /** Batches of the first cycle. */
  T_0: number
  /** Each cycle is this many times as long as the one before. Default 1. */
  T_mult?: number | undefined
  /** Default 0. */
  eta_min?: number | undefined
}

/**
 * PyTorch's `CosineAnnealingWarmRestarts`, `step()` after each batch.
 *
 * @example
 * const lr = torch.CosineAnnealingWarmRestarts({ lr: 0.1, T_0: 10, T_mult: 2 })
 */
export function CosineAnnealingWarmRestarts(options: WarmRestartsOptions): Schedule {
  checkOptions<WarmRestartsOptions>('CosineAnnealingWarmRestarts', options, {
    ...{ lr: kind.any, T_0: kind.any, T_mult: kind.any, eta_min: kind.any },
  })
  const lr = checkNumber('lr', options.lr, { above: 0 })
  const eta_min = checkNumber('eta_min', options.eta_min ?? 0, { min: 0 })
  const first = checkCount('T_0', options.T_0)
  const mult = checkCount('T_mult', options.T_mult ?? 1)
  return (step, steps) => {
    checkStep(step, steps)
    const { at, n } = cycleAt(step, first, mult)
    return cosine(lr, eta_min, at / n)
  }
}

keepNames({ CosineAnnealingLR, CosineAnnealingWarmRestarts })
