import { checkOptions, kind } from '@onecycle/platform'
import { type CommonOptions, commonKinds, compose } from './compose.js'
import { type Transform, withSlots } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'

/** What `adagrad` is given: how the rate decays, and what keeps divisions finite. */
export interface AdagradOptions extends CommonOptions {
  /** Lowers the rate over time: step t has `lr / (1 + (t - 1) * lr_decay)`. Default 0. */
  lr_decay?: number
  /** Added to the root of the sum. Default 1e-10. */
  eps?: number
}

/**
 * Adagrad: `p -= lr * g / (sqrt(sum of g^2) + eps)`. It has no momentum that a schedule could set.
 *
 * Source: Duchi et al., 2011, in PyTorch's form (there decay is added to the gradient: `decouple_wd: false`).
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: adagrad({ lr: 1e-2 }) })
 */
export function adagrad(options: AdagradOptions = {}): RuleFactory {
  checkOptions<AdagradOptions>('adagrad', options, { ...commonKinds, lr_decay: kind.number, eps: kind.number })
  const { lr_decay = 0, eps = 1e-10 } = options
  return compose('adagrad', options, { lr_decay, eps }, [divideBySum])
}

const divideBySum: Transform = {
  name: 'divide by sum',
  slots: { sum: 'zeros' },
  update(on, step) {
    const { lr_decay, eps } = step.hyper as { lr_decay: number; eps: number }
    const sum = on.add(step.slots['sum']!, on.square(step.gradient))
    const gradient = on.div(step.gradient, on.shift(on.sqrt(sum), eps))
    return withSlots(step, { sum }, { gradient, rate: step.rate / (1 + (step.steps - 1) * lr_decay) })
  },
}
