import { checkOptions, type Kinds, kind } from '@onecycle/platform'
import { type MomentOptions, momentKinds } from './adam.js'
import { compose } from './compose.js'
import type { Step, Transform } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { debiases } from './transform/adaptive.js'
import { averageGradient, averageSquare } from './transform/average.js'

/** What `radam` is given: what `adam` is, and whose rule says when variance is trusted. */
export interface RadamOptions extends MomentOptions {
  /** Sharpness of a softplus that smooths the divisor away from 0. Default 0: none. */
  beta?: number
  /** 'fastai' adds eps to the corrected root mean square, 'torch' to the uncorrected one. Default 'fastai'. */
  convention?: 'fastai' | 'torch'
}

export const radamKinds: Kinds<RadamOptions> = {
  ...momentKinds,
  beta: kind.number,
  convention: kind.choice('fastai', 'torch'),
}

/**
 * Rectified Adam: plain momentum until the variance of the adaptive step is tractable, then Adam times a factor.
 *
 * Source: Liu et al., 2019; fastai 2's `RAdam` (defaults, softplus) and PyTorch's.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: radam({ wd: 0.01 }) })
 */
export function radam(options: RadamOptions = {}): RuleFactory {
  checkOptions<RadamOptions>('radam', options, radamKinds)
  const { mom = 0.9, sqr_mom = 0.99, eps = 1e-5, beta = 0, convention = 'fastai' } = options
  const torch = convention === 'torch'
  const hyper = { mom, sqr_mom, eps, beta }
  return compose('radam', options, hyper, [averageGradient, averageSquare, rectified(torch)], { torch })
}

function rectified(torch: boolean): Transform {
  return {
    name: 'rectified',
    update(on, step) {
      const { debias, debiasRoot } = debiases(step)
      const factor = rectification(step)
      const avg = step.slots['avg']!
      if (factor === undefined) return { ...step, gradient: avg, rate: step.rate / debias }
      const { eps, beta } = step.hyper as { eps: number; beta: number }
      // sqrt(v) / debiasRoot + eps (torch: (sqrt(v) + eps) / debiasRoot), with debiasRoot gathered into the rate.
      const divisor = on.shift(on.sqrt(step.slots['sqr_avg']!), torch ? eps : eps * debiasRoot)
      const smooth = beta === 0 ? divisor : on.softplus(divisor, beta / debiasRoot)
      return { ...step, gradient: on.div(avg, smooth), rate: (step.rate * factor * debiasRoot) / debias }
    },
  }
}

/** The factor of the adaptive step; undefined while its variance is not tractable. */
function rectification<T>({ hyper, steps }: Step<T>): number | undefined {
  const memory = hyper['sqr_mom']! ** steps
  const longest = 2 / (1 - hyper['sqr_mom']!) - 1
  const length = longest - (2 * steps * memory) / (1 - memory)
  if (length <= 5) return undefined
  return Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
}
