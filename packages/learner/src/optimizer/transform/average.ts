import { type Transform, withSlots } from '../rule.js'

/** Running mean of the gradient: `avg = mom * avg + (1 - mom) * g`. */
export const averageGradient: Transform = {
  name: 'average gradient',
  slots: { avg: 'zeros' },
  update(on, step) {
    const { mom } = step.hyper as { mom: number }
    const avg = on.add(on.scale(step.slots['avg']!, mom), on.scale(step.gradient, 1 - mom))
    return withSlots(step, { avg })
  },
}

/** Running mean of the squared gradient: `sqr_avg = sqr_mom * sqr_avg + (1 - sqr_mom) * g^2`. */
export const averageSquare: Transform = {
  name: 'average square',
  slots: { sqr_avg: 'zeros' },
  update(on, step) {
    const { sqr_mom } = step.hyper as { sqr_mom: number }
    const sqr_avg = on.add(on.scale(step.slots['sqr_avg']!, sqr_mom), on.scale(on.square(step.gradient), 1 - sqr_mom))
    return withSlots(step, { sqr_avg })
  },
}
