import { checkNumber, checkOptions, type Kinds, keepNames, kind } from '@onecycle/platform'
import { checkGivenRate } from './check-given-rate.js'
import { type ScaleOptions, scaling } from './cyclic-scale.js'
import { checkStep, type Schedule } from './schedule.js'

/** What `cyclic_lr` is given: the lowest and the highest rate, batches of half a cycle, and how cycles shrink. */
export interface CyclicLRScheduleOptions extends ScaleOptions {
  /** The rate at which every cycle starts and ends. Default 1e-3. */
  base_lr?: number | undefined
  /** The rate in the middle of a cycle, before scaling. Default 6e-3. */
  max_lr?: number | undefined
  /** Batches of half a cycle; need not be whole. Default 2000. */
  step_size?: number | undefined
}

/** Kinds of the {@link CyclicLRScheduleOptions}; numbers and choices are looked at where they are used. */
export const cyclicKinds: Kinds<CyclicLRScheduleOptions> = {
  base_lr: kind.any,
  max_lr: kind.any,
  step_size: kind.any,
  mode: kind.any,
  gamma: kind.any,
  scale_fn: kind.function,
  scale_mode: kind.string,
}

/**
 * Keras CLR as a schedule: a triangle between `base_lr` and `max_lr`, its height scaled by cycle or by iteration.
 * Sources: Smith, arXiv:1506.01186; bckenstler/CLR.
 * @throws RangeError for negative rates, a step size that is not positive, or an unknown mode.
 *
 * @example
 * const lr = cyclic_lr({ base_lr: 1e-3, max_lr: 6e-3, step_size: 2000, mode: 'triangular2' })
 */
export function cyclic_lr(options: CyclicLRScheduleOptions = {}): Schedule {
  checkOptions<CyclicLRScheduleOptions>('cyclic_lr', options, cyclicKinds)
  checkGivenRate('cyclic_lr', options, 'base_lr', 'max_lr')
  const base = checkNumber('base_lr', options.base_lr ?? 1e-3, { min: 0 })
  const max = checkNumber('max_lr', options.max_lr ?? 6e-3, { min: 0 })
  const size = checkNumber('step_size', options.step_size ?? 2000, { above: 0 })
  const scale = scaling(options)
  return (step, steps) => {
    checkStep(step, steps)
    const cycle = Math.floor(1 + step / (2 * size))
    const x = Math.abs(step / size - 2 * cycle + 1)
    return base + (max - base) * Math.max(0, 1 - x) * scale(cycle, step)
  }
}

keepNames({ cyclic_lr })
