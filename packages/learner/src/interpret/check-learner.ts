import type { BatchStream, DataBunch, Dataset } from '@onecycle/data'
import { show, typeError } from '@onecycle/platform'
import type { LossFunction } from '../loss/loss-function.js'
import type { Model } from '../model/trainable-model.js'
import type { Outcomes } from '../work/outcomes.js'

/** A Learner, as far as it is interpreted. */
export interface Interpreted {
  readonly data: DataBunch
  readonly model: Model
  readonly loss_func: LossFunction
  outcomes(given?: BatchStream | Dataset): Promise<Outcomes>
}

/** By what it can do: a Learner loads what interprets it only when it is asked to. @throws TypeError for what is none */
export function checkLearner(what: string, learn: Interpreted): void {
  if (typeof (learn as Interpreted | undefined)?.outcomes === 'function') return
  throw typeError('wrong-argument', `${what} takes a Learner, but got ${show(learn)}.`)
}
