import { type Transform, variant, withSlots } from './rule.js'
import { type RuleFactory, ruleFactory } from './rule-optimizer.js'
import { averageGradient, averageSquare } from './transform/average.js'
import { decay } from './transform/decay.js'
import { descend } from './transform/descend.js'

export interface AdamOptions {
  /** Learning rate until a schedule or a fit sets it. Default 1e-3. */
  lr?: number
  /** beta1, the memory of the gradient's mean. Default 0.9. */
  mom?: number
  /** beta2, the memory of the squared gradient's mean. Default 0.99. */
  sqr_mom?: number
  /** Added to the root of the mean square. Default 1e-5. */
  eps?: number
  /** Weight decay. Default 0.01. */
  wd?: number
  /** Whether decay is kept apart from the gradient (AdamW) or added to it. Default true. */
  decouple_wd?: boolean
  /** Whether to divide by the largest mean square seen instead of the current one. Default false. */
  amsgrad?: boolean
}

/**
 * Adam with decoupled weight decay. The bias correction is that of the beta1 in force, `1 - mom^t`, also when a schedule
 * changes it every step: so do fastai and PyTorch.
 *
 * Source: Kingma and Ba, 2014; Loshchilov and Hutter, 2017; Reddi et al., 2018 (amsgrad). Defaults are fastai 2's
 * (fastai 1's have `eps: 1e-8`); PyTorch's Adam is `adam({ sqr_mom: 0.999, eps: 1e-8, wd: 0, decouple_wd: false })`.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: adam({ eps: 1e-8, wd: 0.1 }) })
 */
export function adam(options: AdamOptions = {}): RuleFactory {
  const { lr = 1e-3, mom = 0.9, sqr_mom = 0.99, eps = 1e-5, wd = 0.01, decouple_wd = true, amsgrad = false } = options
  return ruleFactory({
    name: variant('adam', { l2: !decouple_wd, amsgrad }),
    hyper: { lr, mom, sqr_mom, eps, wd },
    transforms: [
      decay(decouple_wd),
      averageGradient,
      averageSquare,
      ...(amsgrad ? [largestSquare] : []),
      adaptive(amsgrad ? 'max_sqr_avg' : 'sqr_avg'),
      descend,
    ],
  })
}

/** Adam with the defaults of PyTorch's AdamW: betas 0.9 and 0.999, eps 1e-8, decoupled decay 0.01. */
export function adamw(options: Omit<AdamOptions, 'decouple_wd'> = {}): RuleFactory {
  return adam({ sqr_mom: 0.999, eps: 1e-8, wd: 0.01, ...options })
}

const largestSquare: Transform = {
  name: 'largest square',
  slots: { max_sqr_avg: 'zeros' },
  update(on, step) {
    return withSlots(step, { max_sqr_avg: on.maximum(step.slots['max_sqr_avg']!, step.slots['sqr_avg']!) })
  },
}

function adaptive(square: 'sqr_avg' | 'max_sqr_avg'): Transform {
  return {
    name: 'adaptive',
    update(on, step) {
      const { mom, sqr_mom, eps } = step.hyper as { mom: number; sqr_mom: number; eps: number }
      const debias = 1 - mom ** step.steps
      const debiasRoot = Math.sqrt(1 - sqr_mom ** step.steps)
      // (avg / debias) / (sqrt(square) / debiasRoot + eps), with the numbers gathered into the rate.
      const gradient = on.div(step.slots['avg']!, on.shift(on.sqrt(step.slots[square]!), eps * debiasRoot))
      return { ...step, gradient, rate: (step.rate * debiasRoot) / debias }
    },
  }
}
