/**
 * The events of a training loop, what listens to them, and learning-rate schedules as plain functions.
 *
 * @example
 * import { one_cycle } from '@onecycle/callbacks'
 * const { lr, mom } = one_cycle({ lr_max: 1e-2 })
 * console.log(lr(30, 100), mom(30, 100))
 *
 * @module
 */
export { type Around, Bus } from './bus.js'
export type { Callback, Handler } from './callback.js'
export {
  CancelBackward,
  CancelBatch,
  CancelEpoch,
  CancelFit,
  CancelSignal,
  CancelStep,
  CancelTrain,
  CancelValidate,
} from './cancel.js'
export { type EventName, events, type Section } from './events.js'
export type { HistogramNote, ImageNote, Note, ScalarNote, TextNote } from './note.js'
export * from './schedule/index.js'
export * from './tracker/index.js'
export type { Better, EndReason, HyperParameters, MemoryUse, Tensors, TrainingState, Weights } from './training-state.js'
