import { checkChoice, checkCount, checkNumber, checkOptions, type Kinds, keepNames, kind, rangeError } from '@onecycle/platform'
import { cosine, linear } from '../annealers.js'
import { checkMoms } from '../check-moms.js'
import { checkStep, type Schedule } from '../schedule.js'
import type { LrAndMaybeMom } from '../use-clr.js'

/** What PyTorch's `OneCycleLR` is given: the highest rate, how long the cycle is, and its phases. */
export interface OneCycleLROptions {
  max_lr: number
  /** Calls of `step()`. Default: `epochs * steps_per_epoch`, or the length of the run. */
  total_steps?: number | undefined
  epochs?: number | undefined
  steps_per_epoch?: number | undefined
  /** Default 0.3. */
  pct_start?: number | undefined
  /** Default `cos`. */
  anneal_strategy?: 'cos' | 'linear' | undefined
  /** Whether momentum is scheduled too. Default true. */
  cycle_momentum?: boolean | undefined
  /** Default 0.85. */
  base_momentum?: number | undefined
  /** Default 0.95. */
  max_momentum?: number | undefined
  /** The run starts at `max_lr / div_factor`. Default 25. */
  div_factor?: number | undefined
  /** The run ends at `max_lr / div_factor / final_div_factor`. Default 1e4. */
  final_div_factor?: number | undefined
  /** Up, down symmetrically, then annihilation. Default false. */
  three_phase?: boolean | undefined
}

const oneCycleKinds: Kinds<OneCycleLROptions> = {
  ...{ max_lr: kind.any, total_steps: kind.any, epochs: kind.any, steps_per_epoch: kind.any, pct_start: kind.any },
  ...{ anneal_strategy: kind.any, cycle_momentum: kind.boolean, base_momentum: kind.any, max_momentum: kind.any },
  ...{ div_factor: kind.any, final_div_factor: kind.any, three_phase: kind.boolean },
}

/**
 * PyTorch's `OneCycleLR`, `step()` after each batch: the first batch has `max_lr / div_factor`, the last exactly the end
 * value. The turn lies between batches. The value for `step === steps` lifts the rate again, as PyTorch's extra call
 * does; later ones are refused. Source: PyTorch 1.13.
 *
 * @example
 * const { lr, mom } = torch.OneCycleLR({ max_lr: 0.1, total_steps: 100 })
 */
export function OneCycleLR(options: OneCycleLROptions): LrAndMaybeMom {
  checkOptions<OneCycleLROptions>('OneCycleLR', options, oneCycleKinds)
  const max_lr = checkNumber('max_lr', options.max_lr, { above: 0 })
  const pct = checkNumber('pct_start', options.pct_start ?? 0.3, { min: 0, max: 1 })
  const anneal = checkChoice('anneal_strategy', options.anneal_strategy ?? 'cos', ['cos', 'linear']) === 'cos' ? cosine : linear
  const [base_mom, max_mom] = checkMoms(
    'base_momentum and max_momentum',
    [options.base_momentum ?? 0.85, options.max_momentum ?? 0.95],
    2,
  ) as [number, number]
  const initial = max_lr / checkNumber('div_factor', options.div_factor ?? 25, { above: 0 })
  const min = initial / checkNumber('final_div_factor', options.final_div_factor ?? 1e4, { above: 0 })
  const three_phase = options.three_phase ?? false
  const total = totalSteps(options)

  const along = (low: number, high: number, end: number): Schedule => {
    const values = three_phase ? [low, high, low, end] : [low, high, end]
    return (step, steps) => {
      checkStep(step, steps)
      const n = total ?? steps
      if (step > n) throw rangeError('schedule-over', `OneCycleLR was asked for batch ${step}, but its total_steps is ${n}.`)
      const ends = three_phase ? [pct * n - 1, 2 * pct * n - 2, n - 1] : [pct * n - 1, n - 1]
      const found = ends.findIndex(end => step <= end)
      const i = found < 0 ? ends.length - 1 : found
      const start = i === 0 ? 0 : ends[i - 1]!
      if (ends[i] === start)
        throw rangeError(
          'cycle-too-short',
          `OneCycleLR's phase ${i + 1} would have no length with pct_start ${pct} and ${n} steps. Change pct_start slightly.`,
        )
      return anneal(values[i]!, values[i + 1]!, (step - start) / (ends[i]! - start))
    }
  }
  const lr = along(initial, max_lr, min)
  return options.cycle_momentum === false ? { lr } : { lr, mom: along(max_mom, base_mom, max_mom) }
}

function totalSteps({ total_steps, epochs, steps_per_epoch }: OneCycleLROptions): number | undefined {
  if (total_steps !== undefined) return checkCount('total_steps', total_steps)
  if (epochs === undefined && steps_per_epoch === undefined) return undefined
  return checkCount('epochs', epochs) * checkCount('steps_per_epoch', steps_per_epoch)
}

keepNames({ OneCycleLR })
