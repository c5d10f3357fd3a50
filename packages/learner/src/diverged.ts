import type { Callback, TrainingState } from '@onecycle/callbacks'

/**
 * The loss of a training batch became NaN or infinite. The weights are those from before that batch; the running
 * statistics of batch norms have seen it, as they move with the prediction.
 */
export class DivergedError extends Error {
  override readonly name = 'DivergedError'
  /** From 0, as `batch`, which counts within the epoch. */
  readonly epoch: number
  readonly batch: number
  /** Learning rate of the last layer group. */
  readonly lr: number
  /** NaN, Infinity or -Infinity. */
  readonly loss: number

  constructor(learn: TrainingState) {
    const lr = learn.opt.get('lr').at(-1)!
    super(
      `The loss became ${learn.lossValue} at batch ${learn.iter} of epoch ${learn.epoch} (learning rate ${lr.toPrecision(3)}). ` +
        'The weights are those from before that batch. Try a learning rate 10 times smaller (lr_find() suggests one), ' +
        'check the inputs and targets for NaN, or clip the gradients: callbacks: new GradientClip().',
    )
    this.epoch = learn.epoch
    this.batch = learn.iter
    this.lr = lr
    this.loss = learn.lossValue
  }
}

/**
 * Ends a fit with a {@link DivergedError} before a step that would spoil the weights. Runs after everyone else, so that a callback
 * may mend the loss or skip the step. A search for the learning rate ends by its own rule, and puts the weights back.
 */
export class DivergenceGuard implements Callback {
  readonly name = 'DivergenceGuard'
  readonly order = 100

  before_step(learn: TrainingState): void {
    if (learn.lr_finding || Number.isFinite(learn.lossValue)) return
    throw new DivergedError(learn)
  }
}
