import { checkOptions, kind } from '@onecycle/platform'
import { type MomentOptions, momentKinds } from './adam.js'
import { compose } from './compose.js'
import type { Transform } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { debiases } from './transform/adaptive.js'
import { averageGradient, averageSquare } from './transform/average.js'

/** What `nadam` is given: what `adam` is, how momentum grows, and whose formula it is. */
export interface NadamOptions extends MomentOptions {
  /** How fast the momentum warms up. Default 0.004. */
  momentum_decay?: number
  /**
   * PyTorch 1 counts the newest momentum twice in the correction of the mean gradient, PyTorch 2 once, as Dozat does.
   * Default 'torch 1'.
   */
  convention?: 'torch 1' | 'torch 2'
}

/**
 * Adam with Nesterov momentum. Defaults are PyTorch's: `mom` 0.9, `sqr_mom` 0.999, `eps` 1e-8.
 *
 * Source: Dozat, 2016, in PyTorch's form (there decay is added to the gradient: `decouple_wd: false`).
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: nadam() })
 */
export function nadam(options: NadamOptions = {}): RuleFactory {
  checkOptions<NadamOptions>('nadam', options, {
    ...momentKinds,
    momentum_decay: kind.number,
    convention: kind.choice('torch 1', 'torch 2'),
  })
  const { mom = 0.9, sqr_mom = 0.999, eps = 1e-8, momentum_decay = 0.004, convention = 'torch 1' } = options
  const mended = convention === 'torch 2'
  return compose('nadam', options, { mom, sqr_mom, eps, momentum_decay }, [averageGradient, averageSquare, accelerated(mended)], {
    mended,
  })
}

function accelerated(mended: boolean): Transform {
  return {
    name: 'accelerated',
    numbers: { mu_product: 1 },
    update(on, step) {
      const { mom, eps, momentum_decay } = step.hyper as { mom: number; eps: number; momentum_decay: number }
      const warm = (steps: number) => mom * (1 - 0.5 * 0.96 ** (steps * momentum_decay))
      const [mu, next] = [warm(step.steps), warm(step.steps + 1)]
      const mu_product = step.numbers['mu_product']! * mu
      const { debiasRoot } = debiases(step)
      const { avg, sqr_avg } = step.slots
      const newest = (1 - mu) / (1 - mu_product)
      const mean = next / (1 - mu_product * (mended ? 1 : mu) * next)
      const gradient = on.div(on.combine(step.gradient, newest, avg!, mean), on.shift(on.sqrt(sqr_avg!), eps * debiasRoot))
      return { ...step, gradient, rate: step.rate * debiasRoot, numbers: { ...step.numbers, mu_product } }
    },
  }
}
