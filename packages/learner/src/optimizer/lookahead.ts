import { checkOptions, type Kinds, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import { type RadamOptions, radam, radamKinds } from './radam.js'
import { type Rule, type Transform, withSlots } from './rule.js'
import { type RuleFactory, ruleFactory } from './rule-optimizer.js'

/** What `lookahead` and `ranger` are given: steps between two looks back, and how far the slow weights follow. */
export interface LookaheadOptions {
  /** Steps between two meetings of the fast and the slow weights. Default 6. */
  k?: number
  /** How far the slow weights go towards the fast ones at a meeting. Default 0.5. */
  alpha?: number
}

const lookaheadKinds: Kinds<LookaheadOptions> = { k: kind.number, alpha: kind.number }

/**
 * Runs another optimizer, and every `k` steps of a parameter pulls it back: `slow += alpha * (p - slow)`, `p = slow`. The slow
 * copy is taken before the parameter's first step.
 *
 * Source: Zhang et al., 2019; fastai 2's `Lookahead`.
 *
 * @throws RangeError when k is no positive integer or alpha lies outside [0, 1]; TypeError for an optimizer that shows no rule.
 * @example
 * const learn = new Learner(data, model, { optimizer: lookahead(sgd({ mom: 0.9 }), { k: 5 }) })
 */
export function lookahead(optimizer: RuleFactory, options: LookaheadOptions = {}): RuleFactory {
  checkOptions<LookaheadOptions>('lookahead', options, lookaheadKinds)
  const { k = 6, alpha = 0.5 } = options
  const rule = ruleOf(optimizer)
  if (!(Number.isInteger(k) && k > 0)) throw rangeError('not-a-count', `lookahead: k must be a positive integer, got ${k}.`)
  if (!(alpha >= 0 && alpha <= 1)) throw rangeError('number-range', `lookahead: alpha must lie in [0, 1], got ${alpha}.`)
  return ruleFactory({ ...rule, name: `lookahead ${rule.name}`, transforms: [...rule.transforms, meet(k, alpha)] })
}

/**
 * Lookahead around rectified Adam with `mom` 0.95, `eps` 1e-6 and `wd` 0.01. Source: Wright, 2019; fastai 2's `ranger`.
 *
 * @example
 * new Learner(data, model, { optimizer: ranger() })
 */
export function ranger(options: RadamOptions & LookaheadOptions = {}): RuleFactory {
  checkOptions<RadamOptions & LookaheadOptions>('ranger', options, { ...radamKinds, ...lookaheadKinds })
  const { k, alpha, mom = 0.95, eps = 1e-6, wd = 0.01, ...rest } = options
  return lookahead(radam({ ...rest, mom, eps, wd }), { ...(k !== undefined && { k }), ...(alpha !== undefined && { alpha }) })
}

function ruleOf(optimizer: RuleFactory): Rule {
  if (typeof optimizer === 'function' && kind.object.fits(optimizer.rule)) return optimizer.rule
  const called = typeof optimizer === 'function' && optimizer.name ? ` Call it: lookahead(${optimizer.name}()).` : ''
  throw typeError(
    'wrong-argument',
    `lookahead runs an optimizer of this package, such as sgd({ mom: 0.9 }), but got ${show(optimizer)}.${called}`,
  )
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

keepNames({ lookahead })
