import type { Transform } from '../rule.js'

/**
 * The end of every rule: subtracts the direction times its rate, `p -= rate * direction`.
 *
 * @example
 * const own = ruleFactory({ name: 'own', hyper: { lr: 1e-2, wd: 0 }, transforms: [descend] })
 * new Learner(data, model, { optimizer: own })
 */
export const descend: Transform = {
  name: 'descend',
  update(on, step) {
    const direction = step.ratio === undefined ? step.gradient : on.mul(step.gradient, step.ratio)
    return { ...step, parameter: on.combine(step.parameter, 1, direction, -step.rate) }
  },
}
