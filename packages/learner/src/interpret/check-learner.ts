import { show } from '@onecycle/platform'
import type { Learner } from '../learner.js'

/** By what it can do: a Learner loads what interprets it only when it is asked to. @throws TypeError for what is none */
export function checkLearner(what: string, learn: Learner): void {
  if (typeof (learn as Learner | undefined)?.outcomes === 'function') return
  throw new TypeError(`${what} takes a Learner, but got ${show(learn)}.`)
}
