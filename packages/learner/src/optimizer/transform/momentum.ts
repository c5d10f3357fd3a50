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
      const share = step.steps === 1 || dampening === 0 ? gradient : on.scale(gradient, 1 - dampening)
      const avg = on.add(on.scale(step.slots['avg']!, mom), share)
      return withSlots(step, { avg }, { gradient: nesterov ? on.add(gradient, on.scale(avg, mom)) : avg })
    },
  }
}
