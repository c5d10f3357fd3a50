import { checkOptions, type Kinds, kind } from '@onecycle/platform'
import { type CommonOptions, commonKinds, compose } from './compose.js'
import { type Transform, withSlots } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { adaptive } from './transform/adaptive.js'
import { averageGradient, averageSquare } from './transform/average.js'

/** Options of the optimizers with a mean gradient and a mean square. */
export interface MomentOptions extends CommonOptions {
  /** beta1, the memory of the mean gradient. Default 0.9, unless the optimizer says otherwise. */
  mom?: number
  /** beta2, the memory of the mean squared gradient. Default 0.99, unless the optimizer says otherwise. */
  sqr_mom?: number
  /** Added to the root of the mean square. Default 1e-5, unless the optimizer says otherwise. */
  eps?: number
}

export const momentKinds: Kinds<MomentOptions> = { ...commonKinds, mom: kind.number, sqr_mom: kind.number, eps: kind.number }

/** What `adam` and `adamw` are given: decays of both averages, what keeps divisions finite, and AMSGrad. */
export interface AdamOptions extends MomentOptions {
  /** Whether to divide by the largest mean square seen instead of the current one. Default false. */
  amsgrad?: boolean
}

const adamKinds: Kinds<AdamOptions> = { ...momentKinds, amsgrad: kind.boolean }

/**
 * Adam with decoupled weight decay, 0.01 by default.
 *
 * Source: Kingma and Ba, 2014; Loshchilov and Hutter, 2017; Reddi et al., 2018 (amsgrad). Defaults are fastai 2's;
 * fastai 1's have `eps: 1e-8`, PyTorch's Adam is `adam({ sqr_mom: 0.999, eps: 1e-8, wd: 0, decouple_wd: false })`.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: adam({ eps: 1e-8, wd: 0.1 }) })
 */
export function adam(options: AdamOptions = {}): RuleFactory {
  checkOptions<AdamOptions>('adam', options, adamKinds)
  const { mom = 0.9, sqr_mom = 0.99, eps = 1e-5, wd = 0.01, amsgrad = false } = options
  const direction = amsgrad ? [largestSquare, adaptive('max_sqr_avg')] : [adaptive()]
  const transforms = [averageGradient, averageSquare, ...direction]
  return compose('adam', { ...options, wd }, { mom, sqr_mom, eps }, transforms, { amsgrad })
}

/**
 * Adam with the defaults of PyTorch's AdamW: betas 0.9 and 0.999, eps 1e-8, decoupled decay 0.01.
 *
 * @example
 * new Learner(data, model, { optimizer: adamw({ wd: 0.05 }) })
 */
export function adamw(options: Omit<AdamOptions, 'decouple_wd'> = {}): RuleFactory {
  const { decouple_wd: _decouple_wd, ...kinds } = adamKinds
  checkOptions<typeof options>('adamw', options, kinds)
  const { sqr_mom = 0.999, eps = 1e-8 } = options
  return adam({ ...options, sqr_mom, eps })
}

const largestSquare: Transform = {
  name: 'largest square',
  slots: { max_sqr_avg: 'zeros' },
  update(on, step) {
    return withSlots(step, { max_sqr_avg: on.maximum(step.slots['max_sqr_avg']!, step.slots['sqr_avg']!) })
  },
}
