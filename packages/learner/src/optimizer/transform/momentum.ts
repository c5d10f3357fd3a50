import { checkOptions, kind } from '@onecycle/platform'
import { type Transform, withSlots } from '../rule.js'

/** What the transform `momentum` is given: how much of a gradient is dampened, and Nesterov's form. */
export interface MomentumOptions {
  /** Share of a new gradient that is left out, from the second step on. Default 0. */
  dampening?: number
  /** Whether to look ahead along the momentum. Default false. */
  nesterov?: boolean
}

/**
 * Momentum as a running sum, which becomes the direction: `avg = mom * avg + (1 - dampening) * g`. The first step takes
 * the gradient whole. With `nesterov` the direction is `g + mom * avg`.
 *
 * Source: Sutskever et al., 2013, in PyTorch's form.
 *
 * @example
 * const own = ruleFactory({ name: 'own', hyper: { lr: 1e-2, wd: 0, mom: 0.9 }, transforms: [momentum(), descend] })
 * new Learner(data, model, { optimizer: own })
 */
export function momentum(options: MomentumOptions = {}): Transform {
  checkOptions<MomentumOptions>('momentum', options, { dampening: kind.number, nesterov: kind.boolean })
  const { dampening = 0, nesterov = false } = options
  return {
    name: nesterov ? 'nesterov momentum' : 'momentum',
    slots: { avg: 'zeros' },
    update(on, step) {
      const { mom } = step.hyper as { mom: number }
      const { gradient } = step
      const avg = on.combine(step.slots['avg']!, mom, gradient, step.steps === 1 ? 1 : 1 - dampening)
      return withSlots(step, { avg }, { gradient: nesterov ? on.combine(gradient, 1, avg, mom) : avg })
    },
  }
}
