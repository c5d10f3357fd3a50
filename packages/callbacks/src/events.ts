/**
 * The 24 events of a fit, in the order in which they can first occur (fastai 2's names and order).
 *
 * A section X of the loop fires `before_X`, runs its body, fires `after_cancel_X` when a callback cancelled it,
 * and then `after_X` in either case.
 *
 * @example
 * console.log(events.length, events[1])   // 24 'before_fit'
 */
export const events = [
  'after_create',
  'before_fit',
  'before_epoch',
  'before_train',
  'before_batch',
  'after_pred',
  'after_loss',
  'before_backward',
  'after_cancel_backward',
  'after_backward',
  'before_step',
  'after_cancel_step',
  'after_step',
  'after_cancel_batch',
  'after_batch',
  'after_cancel_train',
  'after_train',
  'before_validate',
  'after_cancel_validate',
  'after_validate',
  'after_cancel_epoch',
  'after_epoch',
  'after_cancel_fit',
  'after_fit',
] as const

/** The name of one of the {@link events}. */
export type EventName = (typeof events)[number]

/** A part of the loop that a callback can leave by throwing its cancel signal. */
export type Section = 'fit' | 'epoch' | 'train' | 'validate' | 'batch' | 'backward' | 'step'

const recording = 'while gradients are being recorded'

/**
 * Events whose handlers must be synchronous, and when they fire: a constructor cannot wait, and what is computed while the
 * forward pass is recorded becomes part of the gradient, so that work of others must not slip in between.
 */
export const synchronousEvents: ReadonlyMap<EventName, string> = new Map([
  ['after_create', 'while the Learner is being constructed'],
  ['after_pred', recording],
  ['after_loss', recording],
  ['before_backward', recording],
])

/**
 * Events that tell the end of a fit, an epoch, a pass or a batch: everyone hears them, whoever throws, so that nobody who ends one hides
 * it from those who record, save or clean up.
 */
export const closingEvents: ReadonlySet<EventName> = new Set([
  'after_cancel_batch',
  'after_batch',
  'after_cancel_train',
  'after_train',
  'after_cancel_validate',
  'after_validate',
  'after_cancel_epoch',
  'after_epoch',
  'after_cancel_fit',
  'after_fit',
])

/** Events of a single batch: a callback's `run_train` and `run_valid` decide whether it hears them. */
export const batchEvents: ReadonlySet<EventName> = new Set([
  'before_batch',
  'after_pred',
  'after_loss',
  'before_backward',
  'after_cancel_backward',
  'after_backward',
  'before_step',
  'after_cancel_step',
  'after_step',
  'after_cancel_batch',
  'after_batch',
])
