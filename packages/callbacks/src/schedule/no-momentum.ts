import { typeError } from '@onecycle/platform'
import type { HyperParameters } from '../training-state.js'

/** Whether there is a momentum (or Adam's beta1) to schedule. */
export function hasMomentum(opt: HyperParameters): boolean {
  return opt.names.includes('mom')
}

/** The error for momenta that were asked for where there are none; `wayOut` does without. */
export function noMomentum(what: string, wayOut: string, opt: HyperParameters): TypeError {
  return typeError(
    'no-momentum',
    `${what}, but this optimizer has no momentum (it has ${opt.names.join(', ')}). ` +
      `Either ${wayOut}, and the learning rate alone is cycled, or use an optimizer that has one, such as sgd({ mom: 0.9 }).`,
  )
}
