import { checkOptions, kind } from '@onecycle/platform'
import { type CommonOptions, commonKinds, compose } from './compose.js'
import type { Transform } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { momentum } from './transform/momentum.js'

/** What `larc` and `lars` are given: momentum, how far a layer may trust its rate, and what keeps divisions finite. */
export interface LarcOptions extends CommonOptions {
  /** Momentum. Default 0.9. */
  mom?: number
  /** How far a step may go, as a share of the parameter's norm. Default 0.02. */
  trust_coeff?: number
  /** Added to the divisor of the local rate. Default 1e-8. */
  eps?: number
}

/**
 * Layer-wise adaptive rate control: each parameter steps at the rate `lr * trust_coeff * |p| / (|g| + wd * |p| + eps)`,
 * and at `lr` at most. As in the original, a parameter that is all zeros, such as a fresh bias, never moves.
 *
 * Source: Ginsburg et al., 2018; fastai 2's `Larc`.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: larc({ trust_coeff: 0.01 }) })
 */
export function larc(options: LarcOptions = {}): RuleFactory {
  return layerWise('larc', true, options)
}

/**
 * Layer-wise adaptive rate scaling: {@link larc} without the limit at `lr`. Source: You et al., 2017; fastai 2's `Larc(clip=False)`.
 *
 * @example
 * new Learner(data, model, { optimizer: lars({ trust_coeff: 0.002 }) })
 */
export function lars(options: LarcOptions = {}): RuleFactory {
  return layerWise('lars', false, options)
}

function layerWise(name: string, clip: boolean, options: LarcOptions): RuleFactory {
  checkOptions<LarcOptions>(name, options, { ...commonKinds, mom: kind.number, trust_coeff: kind.number, eps: kind.number })
  const { mom = 0.9, trust_coeff = 0.02, eps = 1e-8 } = options
  return compose(name, options, { mom, trust_coeff, eps }, [localRate(clip), momentum()])
}

function localRate(clip: boolean): Transform {
  return {
    name: clip ? 'limited local rate' : 'local rate',
    update(on, step) {
      const { trust_coeff, wd, eps } = step.hyper as { trust_coeff: number; wd: number; eps: number }
      const size = on.norm(step.parameter)
      const divisor = on.shift(on.combine(on.norm(step.gradient), 1, size, wd), eps)
      const ratio = on.scale(on.div(size, divisor), trust_coeff)
      const one = on.shift(on.zerosLike(ratio), 1)
      return { ...step, ratio: clip ? on.minimum(ratio, one) : ratio }
    },
  }
}
