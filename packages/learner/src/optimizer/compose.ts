import { type Kinds, kind } from '@onecycle/platform'
import type { Transform } from './rule.js'
import { type RuleFactory, ruleFactory } from './rule-optimizer.js'
import { decay } from './transform/decay.js'
import { descend } from './transform/descend.js'

/** Options that every optimizer has. */
export interface CommonOptions {
  /** Learning rate of fits that name none, and of steps outside of a fit. Default 1e-3, and 3e-3 in a fit. */
  lr?: number
  /** Weight decay. Default 0, unless the optimizer says otherwise. */
  wd?: number
  /** Whether decay is kept apart from the gradient (fastai 2's way) or added to it (PyTorch's `weight_decay`). Default true. */
  decouple_wd?: boolean
}

export const commonKinds: Kinds<CommonOptions> = { lr: kind.number, wd: kind.number, decouple_wd: kind.boolean }

/**
 * The factory of a rule: decay first, then `transforms`, which turn the gradient into a direction, then the step.
 *
 * @param name Plain name of the optimizer; each flag that is set is appended, so that the name tells compositions apart.
 * @param hyper Hyper-parameters besides `lr` and `wd`, with their first values.
 */
export function compose(
  name: string,
  { lr: ownRate, wd = 0, decouple_wd = true }: CommonOptions,
  hyper: Readonly<Record<string, number>>,
  transforms: readonly Transform[],
  flags: Readonly<Record<string, boolean>> = {},
): RuleFactory {
  const set = Object.entries({ ...flags, l2: !decouple_wd }).flatMap(([flag, on]) => (on ? [flag] : []))
  return ruleFactory({
    name: [name, ...set].join(' '),
    hyper: { lr: ownRate ?? 1e-3, ...hyper, wd },
    ownRate,
    transforms: [decay(decouple_wd), ...transforms, descend],
  })
}

/** `mom` among the hyper-parameters where there is momentum; none where it is 0, as in fastai 2 and PyTorch. */
export function optionalMomentum(mom: number): { mom?: number } {
  return mom === 0 ? {} : { mom }
}
