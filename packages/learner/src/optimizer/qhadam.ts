import { checkOptions, kind } from '@onecycle/platform'
import { type MomentOptions, momentKinds } from './adam.js'
import { compose } from './compose.js'
import type { Transform } from './rule.js'
import type { RuleFactory } from './rule-optimizer.js'
import { debiases } from './transform/adaptive.js'
import { averageGradient, averageSquare, lerp } from './transform/average.js'

/** What `qhadam` is given: what `adam` is, and how much of each average a step takes. */
export interface QhadamOptions extends MomentOptions {
  /** Share of the mean gradient against the gradient itself. Default 0.7. */
  nu_1?: number
  /** Share of the mean square against the gradient's own square. Default 1. */
  nu_2?: number
}

/**
 * Quasi-hyperbolic Adam: mixes each running mean with the newest value. Defaults: `mom` and `sqr_mom` 0.999, `eps` 1e-8.
 *
 * Source: Ma and Yarats, 2018; fastai 2's `QHAdam`.
 *
 * @throws RangeError for an option out of range.
 * @example
 * const learn = new Learner(data, model, { optimizer: qhadam() })
 */
export function qhadam(options: QhadamOptions = {}): RuleFactory {
  checkOptions<QhadamOptions>('qhadam', options, { ...momentKinds, nu_1: kind.number, nu_2: kind.number })
  const { mom = 0.999, sqr_mom = 0.999, nu_1 = 0.7, nu_2 = 1, eps = 1e-8 } = options
  return compose('qhadam', options, { mom, sqr_mom, nu_1, nu_2, eps }, [averageGradient, averageSquare, quasiHyperbolic])
}

const quasiHyperbolic: Transform = {
  name: 'quasi-hyperbolic',
  update(on, step) {
    const { nu_1, nu_2, eps } = step.hyper as { nu_1: number; nu_2: number; eps: number }
    const { debias, debiasRoot } = debiases(step)
    const { avg, sqr_avg } = step.slots
    const mean = on.scale(avg!, 1 / debias)
    const square = on.scale(sqr_avg!, 1 / debiasRoot ** 2)
    const numerator = lerp(on, step.gradient, mean, 1 - nu_1)
    const mixed = nu_2 === 1 ? square : lerp(on, on.square(step.gradient), square, 1 - nu_2)
    return { ...step, gradient: on.div(numerator, on.shift(on.sqrt(mixed), eps)) }
  },
}
