import { checkOptions, kind, rangeError } from '@onecycle/platform'
import { type CommonOptions, commonKinds, compose, optionalMomentum } from './compose.js'
import type { RuleFactory } from './rule-optimizer.js'
import { momentum } from './transform/momentum.js'

/** What `sgd` is given: momentum, how much of it is dampened, and Nesterov's form. */
export interface SgdOptions extends CommonOptions {
  /** Momentum. Default 0: none, and then there is no hyper-parameter `mom` that a schedule could set. */
  mom?: number
  /** Share of a new gradient that momentum leaves out, from the second step on. Default 0. */
  dampening?: number
  /** Whether to look ahead along the momentum. Default false. */
  nesterov?: boolean
}

/**
 * Stochastic gradient descent: `p -= lr * g`, or with momentum `p -= lr * avg` where `avg = mom * avg + g`.
 *
 * Source: fastai 2's `SGD`; `dampening`, `nesterov` and `decouple_wd: false` as in PyTorch's.
 *
 * @throws RangeError for an option out of range, and for nesterov without momentum or with dampening.
 * @example
 * const learn = new Learner(data, model, { optimizer: sgd({ mom: 0.9, wd: 1e-4 }) })
 */
export function sgd(options: SgdOptions = {}): RuleFactory {
  checkOptions<SgdOptions>('sgd', options, {
    ...commonKinds,
    mom: kind.number,
    dampening: kind.number,
    nesterov: kind.boolean,
  })
  const { mom = 0, dampening = 0, nesterov = false } = options
  if (nesterov && (mom === 0 || dampening !== 0))
    throw rangeError('sgd-options', `sgd: nesterov needs mom > 0 and dampening 0, got mom ${mom} and dampening ${dampening}.`)
  if (!(dampening >= 0 && dampening <= 1)) throw rangeError('sgd-options', `sgd: dampening must lie in [0, 1], got ${dampening}.`)
  const heavy = mom !== 0
  return compose('sgd', options, optionalMomentum(mom), heavy ? [momentum({ dampening, nesterov })] : [], {
    momentum: heavy,
    dampened: heavy && dampening !== 0,
    nesterov,
  })
}
