import type { Section } from './events.js'
import type { EndReason } from './training-state.js'

/**
 * Thrown by a callback to leave one section of the loop; not an error. The loop catches it at the section it names,
 * fires `after_cancel_X` and then `after_X`. Thrown where its section is not running, it reaches the caller of `fit`. Thrown at the end of
 * an epoch, a pass or a batch (`after_epoch`, ...), it takes effect when all others have heard of that end.
 *
 * Source: fastai 2's `Cancel*Exception`.
 *
 * @example
 * const shortEpoch: Callback = { after_batch: learn => { if (learn.iter >= 9) throw new CancelTrain() } }
 */
export abstract class CancelSignal extends Error {
  abstract readonly section: Section
}

/**
 * Ends the fit: `after_cancel_fit`, `after_fit`, and `fit` returns normally with the given reason, 'stopped' by default.
 *
 * @example
 * const enough: Callback = { after_epoch: learn => { if (learn.epoch === 4) throw new CancelFit() } }
 */
export class CancelFit extends CancelSignal {
  override readonly name = 'CancelFit'
  readonly section = 'fit'
  readonly reason: EndReason

  constructor(reason: EndReason = 'stopped') {
    super(`the fit was ${reason}`)
    this.reason = reason
  }
}

/**
 * Ends this epoch, its validation included; the next epoch begins.
 *
 * @example
 * const onlyFirst: Callback = { before_train: learn => { if (learn.epoch > 0) throw new CancelEpoch() } }
 */
export class CancelEpoch extends CancelSignal {
  override readonly name = 'CancelEpoch'
  readonly section = 'epoch'
}

/**
 * Ends this epoch's training pass; validation follows.
 *
 * @example
 * const short: Callback = { after_batch: learn => { if (learn.training && learn.iter >= 99) throw new CancelTrain() } }
 */
export class CancelTrain extends CancelSignal {
  override readonly name = 'CancelTrain'
  readonly section = 'train'
}

/**
 * Ends this epoch's validation pass.
 *
 * @example
 * const rarely: Callback = { before_validate: learn => { if (learn.epoch % 5 !== 4) throw new CancelValidate() } }
 */
export class CancelValidate extends CancelSignal {
  override readonly name = 'CancelValidate'
  readonly section = 'validate'
}

/**
 * Skips what is left of this batch.
 *
 * @example
 * const everySecond: Callback = { before_batch: learn => { if (learn.training && learn.iter % 2) throw new CancelBatch() } }
 */
export class CancelBatch extends CancelSignal {
  override readonly name = 'CancelBatch'
  readonly section = 'batch'
}

/**
 * Thrown in `before_backward`: no gradients are computed for this batch.
 *
 * @example
 * const forwardOnly: Callback = { before_backward: () => { throw new CancelBackward() } }
 */
export class CancelBackward extends CancelSignal {
  override readonly name = 'CancelBackward'
  readonly section = 'backward'
}

/**
 * Thrown in `before_step`: the weights are not changed by this batch.
 *
 * @example
 * const warmUp: Callback = { before_step: learn => { if (learn.train_iter < 10) throw new CancelStep() } }
 */
export class CancelStep extends CancelSignal {
  override readonly name = 'CancelStep'
  readonly section = 'step'
}
