import { checkOptions } from '@onecycle/platform'
import { type MomentOptions, momentKinds } from './adam.js'
import { compose } from './compose.js'
import type { Transform } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { debiases } from './transform/adaptive.js'
import { averageGradient, averageSquare } from './transform/average.js'

/**
 * Adam with steps in proportion to the size of each parameter, at most 10 times Adam's; where either is 0, Adam's own.
 *
 * Source: You et al., 2019; fastai 2's `Lamb`.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: lamb({ wd: 0.01 }) })
 */
export function lamb(options: MomentOptions = {}): RuleFactory {
  checkOptions<MomentOptions>('lamb', options, momentKinds)
  const { mom = 0.9, sqr_mom = 0.99, eps = 1e-5 } = options
  return compose('lamb', options, { mom, sqr_mom, eps }, [averageGradient, averageSquare, proportional])
}

const proportional: Transform = {
  name: 'proportional',
  update(on, step) {
    const { debias, debiasRoot } = debiases(step)
    const { avg, sqr_avg } = step.slots
    const divisor = on.shift(on.sqrt(sqr_avg!), step.hyper['eps']! * debiasRoot)
    const direction = on.scale(on.div(avg!, divisor), debiasRoot / debias)
    const [size, length] = [on.rms(step.parameter), on.rms(direction)]
    const one = on.shift(on.zerosLike(size), 1)
    // Where the length is 0 the quotient is infinite or NaN, and not chosen.
    const quotient = on.minimum(on.div(size, length), on.scale(one, 10))
    return { ...step, gradient: direction, ratio: on.wherePositive(on.mul(size, length), quotient, one) }
  },
}
