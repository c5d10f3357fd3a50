import { type Transform, withSlots } from '../rule.js'

/**
 * Momentum as a running sum, which becomes the direction: `avg = mom * avg + (1 - dampening) * g`. The first step takes
 * the gradient whole. With `nesterov` the direction is `g + mom * avg`.
 *
 * Source: Sutskever et al., 2013, in PyTorch's form.
 */
export function momentum({ dampening = 0, nesterov = false } = {}): Transform {
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
