import { checkNumber, checkOptions, type Kinds, keepNames, kind } from '@onecycle/platform'
import { checkMoms } from '../check-moms.js'
import { type ScaleOptions, scaling } from '../cyclic-scale.js'
import { checkStep, type Schedule } from '../schedule.js'
import type { LrAndMaybeMom } from '../use-clr.js'

/** What PyTorch's `CyclicLR` is given: rates, steps up and down, and the momentum that goes the other way. */
export interface TorchCyclicLROptions extends ScaleOptions {
  base_lr: number
  max_lr: number
  /** Batches on the way up. Default 2000. */
  step_size_up?: number | undefined
  /** Batches on the way down. Default `step_size_up`. */
  step_size_down?: number | undefined
  /** Whether momentum is scheduled too. Default true. */
  cycle_momentum?: boolean | undefined
  /** Default 0.8. */
  base_momentum?: number | undefined
  /** Default 0.9. */
  max_momentum?: number | undefined
}

const cyclicKinds: Kinds<TorchCyclicLROptions> = {
  ...{ base_lr: kind.any, max_lr: kind.any, step_size_up: kind.any, step_size_down: kind.any, cycle_momentum: kind.boolean },
  ...{ base_momentum: kind.any, max_momentum: kind.any, mode: kind.any, gamma: kind.any },
  ...{ scale_fn: kind.function, scale_mode: kind.string },
}

/**
 * PyTorch's `CyclicLR`: Keras CLR with a way down of its own length, and with momentum mirrored. Source: PyTorch 1.13.
 *
 * @example
 * const { lr } = torch.CyclicLR({ base_lr: 1e-3, max_lr: 6e-3, step_size_up: 5, step_size_down: 12 })
 */
export function CyclicLR(options: TorchCyclicLROptions): LrAndMaybeMom {
  checkOptions<TorchCyclicLROptions>('CyclicLR', options, cyclicKinds)
  const base_lr = checkNumber('base_lr', options.base_lr, { min: 0 })
  const max_lr = checkNumber('max_lr', options.max_lr, { min: 0 })
  const [base_mom, max_mom] = checkMoms(
    'base_momentum and max_momentum',
    [options.base_momentum ?? 0.8, options.max_momentum ?? 0.9],
    2,
  ) as [number, number]
  const up = checkNumber('step_size_up', options.step_size_up ?? 2000, { above: 0 })
  const total = up + checkNumber('step_size_down', options.step_size_down ?? up, { above: 0 })
  const scale = scaling(options)
  const height = (step: number) => {
    const cycle = Math.floor(1 + step / total)
    const x = 1 + step / total - cycle
    const ratio = up / total
    return (x <= ratio ? x / ratio : (x - 1) / (ratio - 1)) * scale(cycle, step)
  }
  const between =
    (low: number, high: number): Schedule =>
    (step, steps) => {
      checkStep(step, steps)
      return low + (high - low) * height(step)
    }
  const lr = between(base_lr, max_lr)
  return options.cycle_momentum === false ? { lr } : { lr, mom: between(max_mom, base_mom) }
}

keepNames({ CyclicLR })
