import type { Callback, TrainingState } from '@onecycle/callbacks'
import { withCode } from '@onecycle/platform'
import type { Divergence } from './inspect/divergence.js'

export interface DivergedError extends Divergence {}

/**
 * The loss of a training batch became NaN or infinite, or jumped. The weights are those from before that batch; the running statistics of
 * batch norms have seen it, as they move with the prediction. Its message and its fields say where what was not finite began.
 *
 * @example
 * try {
 *   await learn.fit_one_cycle(2, 1e3)
 * } catch (error) {
 *   if (!(error instanceof DivergedError)) throw error
 *   console.log(error.epoch, error.batch, error.loss)
 * }
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: all fields are put in place by the constructor
export class DivergedError extends Error {
  override readonly name = 'DivergedError'

  constructor(message: string, fields: Divergence) {
    super(message)
    withCode(this, 'diverged', DivergedError)
    Object.assign(this, fields)
  }
}

/**
 * Ends a fit with a {@link DivergedError} before a step that would spoil the weights. Runs after everyone else, so that a callback
 * may mend the loss or skip the step. A search for the learning rate ends by its own rule, and puts the weights back.
 */
export class DivergenceGuard implements Callback {
  readonly name = 'DivergenceGuard'
  readonly order = 100

  before_step(learn: TrainingState): void | Promise<void> {
    if (learn.lr_finding || Number.isFinite(learn.lossValue)) return
    return learn.divergence!().then(error => {
      throw error
    })
  }
}
