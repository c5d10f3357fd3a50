import { type Transform, variant } from './rule.js'
import { type RuleFactory, ruleFactory } from './rule-optimizer.js'
import { decay } from './transform/decay.js'
import { descend } from './transform/descend.js'
import { momentum } from './transform/momentum.js'

export interface SgdOptions {
  /** Learning rate until a schedule or a fit sets it. Default 1e-3. */
  lr?: number
  /** Momentum. Default 0: none, and then there is no hyper-parameter `mom` that a schedule could set. */
  mom?: number
  /** Share of a new gradient that momentum leaves out, from the second step on. Default 0. */
  dampening?: number
  /** Whether to look ahead along the momentum. Default false. */
  nesterov?: boolean
  /** Weight decay. Default 0. */
  wd?: number
  /** Whether decay is kept apart from the gradient (fastai 2's way) or added to it (PyTorch's). Default true. */
  decouple_wd?: boolean
}

/**
 * Stochastic gradient descent: `p -= lr * g`, or `p -= lr * avg` with `avg = mom * avg + g`.
 *
 * Source: fastai 2's `SGD`; `dampening`, `nesterov` and `decouple_wd: false` as in PyTorch's.
 *
 * @throws RangeError for an option out of range, and for nesterov without momentum or with dampening.
 * @example
 * const learn = new Learner(data, model, { optimizer: sgd({ mom: 0.9, wd: 1e-4 }) })
 */
export function sgd(options: SgdOptions = {}): RuleFactory {
  const { lr = 1e-3, mom = 0, dampening = 0, nesterov = false, wd = 0, decouple_wd = true } = options
  if (nesterov && (mom === 0 || dampening !== 0))
    throw new RangeError(`sgd: nesterov needs mom > 0 and dampening 0, got mom ${mom} and dampening ${dampening}.`)
  if (!(dampening >= 0 && dampening <= 1)) throw new RangeError(`sgd: dampening must lie in [0, 1], got ${dampening}.`)
  const transforms: Transform[] = mom === 0 ? [] : [momentum({ dampening, nesterov })]
  return ruleFactory({
    name: variant('sgd', { momentum: mom !== 0, dampened: mom !== 0 && dampening !== 0, nesterov, l2: !decouple_wd }),
    hyper: { lr, ...(mom === 0 ? {} : { mom }), wd },
    transforms: [decay(decouple_wd), ...transforms, descend],
  })
}
