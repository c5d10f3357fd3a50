import { checkOptions } from '@onecycle/platform'
import { type MomentOptions, momentKinds } from './adam.js'
import { compose } from './compose.js'
import { type Transform, withSlots } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { debiases } from './transform/adaptive.js'
import { averageGradient } from './transform/average.js'

/**
 * Adam with the largest gradient, fading by `sqr_mom` a step, in place of the root mean square. Defaults are PyTorch's:
 * `mom` 0.9, `sqr_mom` 0.999, `eps` 1e-8.
 *
 * Source: Kingma and Ba, 2014, in PyTorch's form (there decay is added to the gradient: `decouple_wd: false`).
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: adamax() })
 */
export function adamax(options: MomentOptions = {}): RuleFactory {
  checkOptions<MomentOptions>('adamax', options, momentKinds)
  const { mom = 0.9, sqr_mom = 0.999, eps = 1e-8 } = options
  return compose('adamax', options, { mom, sqr_mom, eps }, [averageGradient, divideByLargest])
}

const divideByLargest: Transform = {
  name: 'divide by largest',
  slots: { largest: 'zeros' },
  update(on, step) {
    const { sqr_mom, eps } = step.hyper as { sqr_mom: number; eps: number }
    const largest = on.maximum(on.scale(step.slots['largest']!, sqr_mom), on.shift(on.abs(step.gradient), eps))
    const gradient = on.div(step.slots['avg']!, largest)
    return withSlots(step, { largest }, { gradient, rate: step.rate / debiases(step).debias })
  },
}
