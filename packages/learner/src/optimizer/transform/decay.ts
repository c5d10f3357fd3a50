import type { Transform } from '../rule.js'

/** Weight decay apart from the gradient: `p *= 1 - lr * wd`. Source: Loshchilov and Hutter, 2017. */
export const decoupledDecay: Transform = {
  name: 'decoupled decay',
  update(on, step) {
    const { lr, wd } = step.hyper as { lr: number; wd: number }
    if (!step.decays || wd === 0) return step
    return { ...step, parameter: on.scale(step.parameter, 1 - lr * wd) }
  },
}

/** Weight decay as a term of the loss: `g += wd * p`. */
export const l2Decay: Transform = {
  name: 'l2 decay',
  update(on, step) {
    const { wd } = step.hyper as { wd: number }
    if (!step.decays || wd === 0) return step
    return { ...step, gradient: on.combine(step.gradient, 1, step.parameter, wd) }
  },
}

/**
 * The decay that `decouple_wd` asks for; decoupled is the default, as in fastai 2.
 *
 * @example
 * const own = ruleFactory({ name: 'own', hyper: { lr: 1e-2, wd: 0.01 }, transforms: [decay(), descend] })
 * new Learner(data, model, { optimizer: own })
 */
export function decay(decouple_wd = true): Transform {
  return decouple_wd ? decoupledDecay : l2Decay
}
