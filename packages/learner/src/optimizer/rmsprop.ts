import { checkOptions, kind } from '@onecycle/platform'
import { type CommonOptions, commonKinds, compose, optionalMomentum } from './compose.js'
import { type Transform, withSlots } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { averageSquare, lerp } from './transform/average.js'
import { momentum } from './transform/momentum.js'

/** What `rmsprop` is given: momentum, decay of the squares, whether they are centred, and whose formula it is. */
export interface RmspropOptions extends CommonOptions {
  /** Momentum. Default 0: none, and then there is no hyper-parameter `mom` that a schedule could set. */
  mom?: number
  /** The memory of the mean squared gradient (PyTorch's alpha). Default 0.99. */
  sqr_mom?: number
  /** Added to the root of the mean square. Default 1e-8. */
  eps?: number
  /** Whether to divide by the standard deviation instead of the root mean square. Default false. */
  centered?: boolean
  /** 'fastai' divides the sum of gradients; 'torch' sums the divided ones, as fastai 1 does. Default 'fastai'. */
  convention?: 'fastai' | 'torch'
}

/**
 * RMSProp: `p -= lr * g / (sqrt(v) + eps)` with `v` the running mean of `g^2`, without bias correction.
 *
 * Source: Tieleman and Hinton, 2012; fastai 2's `RMSProp` and PyTorch's.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: rmsprop({ mom: 0.9 }) })
 */
export function rmsprop(options: RmspropOptions = {}): RuleFactory {
  checkOptions<RmspropOptions>('rmsprop', options, {
    ...commonKinds,
    mom: kind.number,
    sqr_mom: kind.number,
    eps: kind.number,
    centered: kind.boolean,
    convention: kind.choice('fastai', 'torch'),
  })
  const { mom = 0, sqr_mom = 0.99, eps = 1e-8, centered = false, convention = 'fastai' } = options
  const torch = mom !== 0 && convention === 'torch'
  const heavy = mom === 0 ? [] : [momentum()]
  const averages = centered ? [averageSquare, mean] : [averageSquare]
  const direction = torch ? [divide(centered), ...heavy] : [...heavy, divide(centered)]
  return compose('rmsprop', options, { ...optionalMomentum(mom), sqr_mom, eps }, [...averages, ...direction], {
    momentum: mom !== 0,
    torch,
    centered,
  })
}

const mean: Transform = {
  name: 'mean',
  slots: { mean: 'zeros' },
  update(on, step) {
    return withSlots(step, { mean: lerp(on, step.slots['mean']!, step.gradient, step.hyper['sqr_mom']!) })
  },
}

function divide(centered: boolean): Transform {
  return {
    name: 'divide',
    update(on, step) {
      const { sqr_avg, mean } = step.slots
      const variance = centered ? on.sub(sqr_avg!, on.square(mean!)) : sqr_avg!
      return { ...step, gradient: on.div(step.gradient, on.shift(on.sqrt(variance), step.hyper['eps']!)) }
    },
  }
}
