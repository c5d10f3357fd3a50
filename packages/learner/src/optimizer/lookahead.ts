import { type RadamOptions, radam } from './radam.js'
import { type Transform, withSlots } from './rule.js'
import { type RuleFactory, ruleFactory } from './rule-optimizer.js'

export interface LookaheadOptions {
  /** Steps between two meetings of the fast and the slow weights. Default 6. */
  k?: number
  /** How far the slow weights go towards the fast ones at a meeting. Default 0.5. */
  alpha?: number
}

/**
 * Runs another optimizer, and every `k` steps of a parameter pulls it back: `slow += alpha * (p - slow)`, `p = slow`. The slow
 * copy is taken before the parameter's first step.
 *
 * Source: Zhang et al., 2019; fastai 2's `Lookahead`.
 *
 * @throws RangeError when k is no positive integer or alpha lies outside [0, 1].
 * @example
 * const learn = new Learner(data, model, { optimizer: lookahead(sgd({ mom: 0.9 }), { k: 5 }) })
 */
export function lookahead({ rule }: RuleFactory, { k = 6, alpha = 0.5 }: LookaheadOptions = {}): RuleFactory {
  if (!(Number.isInteger(k) && k > 0)) throw new RangeError(`lookahead: k must be a positive integer, got ${k}.`)
  if (!(alpha >= 0 && alpha <= 1)) throw new RangeError(`lookahead: alpha must lie in [0, 1], got ${alpha}.`)
  return ruleFactory({ ...rule, name: `lookahead ${rule.name}`, transforms: [...rule.transforms, meet(k, alpha)] })
}

/** Lookahead around rectified Adam with `mom` 0.95, `eps` 1e-6 and `wd` 0.01. Source: Wright, 2019; fastai 2's `ranger`. */
export function ranger(options: RadamOptions & LookaheadOptions = {}): RuleFactory {
  const { mom = 0.95, eps = 1e-6, wd = 0.01 } = options
  return lookahead(radam({ ...options, mom, eps, wd }), options)
}

function meet(k: number, alpha: number): Transform {
  return {
    name: 'meet',
    slots: { slow: 'parameter' },
    update(on, step) {
      if (step.steps % k !== 0) return step
      const slow = step.slots['slow']!
      const met = on.combine(slow, 1 - alpha, step.parameter, alpha)
      return withSlots(step, { slow: met }, { parameter: met })
    },
  }
}
