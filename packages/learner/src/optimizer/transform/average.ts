import type { Algebra } from '../algebra.js'
import { type Transform, withSlots } from '../rule.js'

/**
 * Running mean of the gradient: `avg = mom * avg + (1 - mom) * g`.
 *
 * @example
 * const own = ruleFactory({ name: 'own', hyper: { lr: 1e-2, wd: 0, mom: 0.9 }, transforms: [averageGradient, descend] })
 * new Learner(data, model, { optimizer: own })
 */
export const averageGradient: Transform = {
  name: 'average gradient',
  slots: { avg: 'zeros' },
  update(on, step) {
    return withSlots(step, { avg: lerp(on, step.slots['avg']!, step.gradient, step.hyper['mom']!) })
  },
}

/**
 * Running mean of the squared gradient: `sqr_avg = sqr_mom * sqr_avg + (1 - sqr_mom) * g^2`.
 *
 * @example
 * const shrink: Transform = { name: 'shrink', update: (on, step) => ({ ...step, gradient: on.scale(step.gradient, 0.1) }) }
 * const own = ruleFactory({ name: 'own', hyper: { lr: 1e-2, wd: 0, sqr_mom: 0.99 }, transforms: [averageSquare, shrink, descend] })
 * new Learner(data, model, { optimizer: own })
 */
export const averageSquare: Transform = {
  name: 'average square',
  slots: { sqr_avg: 'zeros' },
  update(on, step) {
    return withSlots(step, { sqr_avg: lerp(on, step.slots['sqr_avg']!, on.square(step.gradient), step.hyper['sqr_mom']!) })
  },
}

/** `memory * mean + (1 - memory) * value` */
export function lerp<T>(on: Algebra<T>, mean: T, value: T, memory: number): T {
  return on.combine(mean, memory, value, 1 - memory)
}
