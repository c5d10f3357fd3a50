import type { EventName } from './events.js'
import type { Note } from './note.js'
import type { TrainingState } from './training-state.js'

/**
 * Handles one event. May be asynchronous, except in `after_create`, `after_pred`, `after_loss` and `before_backward`. What
 * else it returns is ignored.
 */
export type Handler<State extends TrainingState = TrainingState> = (learn: State) => void | Promise<void>

type Handlers<State extends TrainingState> = { [Event in EventName]?: Handler<State> }

/**
 * Listens to training: an object with methods named after the events it wants. Throwing a {@link CancelSignal} leaves
 * a section of the loop; throwing anything else ends the fit, and reaches the caller of `fit` unchanged.
 *
 * @example
 * const countBatches: Callback & { n: number } = {
 *   n: 0,
 *   after_batch() { this.n++ },
 * }
 */
export interface Callback<State extends TrainingState = TrainingState> extends Handlers<State> {
  /** Shown in messages; the class name when absent. */
  readonly name?: string
  /** Callbacks run by ascending order, ties as they were added. Default 0; the Recorder is 50, schedules are 60. */
  readonly order?: number
  /**
   * Hyper-parameters (`lr`, `mom`, ...) that it sets in the course of a fit: each can have one callback that does. Where there are any, a
   * callback of the Learner hears nothing of `lr_find`.
   */
  readonly sets?: readonly string[]
  /** Whether it writes or shows something, and so of several ranks that train as one belongs to the first alone. Default false. */
  readonly writes?: boolean
  /** Whether it hears anything at all. Default true. */
  run?: boolean
  /** Whether it hears the events of training batches. Default true. */
  readonly run_train?: boolean
  /** Whether it hears the events of validation batches. Default true. */
  readonly run_valid?: boolean
  /** Hears what another callback, or the program, notes of the run: {@link TrainingState.note}. A log writes it. */
  note?(note: Note, learn: State): void
  /**
   * What it remembers, for a checkpoint to hold: plain data, Float32Arrays, and `{ shape, values }` for tensors, as they are at the moment
   * of the call, promised or not. A callback that remembers nothing from batch to batch has none.
   */
  state?(): unknown
  /**
   * Goes on from what its `state` gave in another process: after `before_fit`, and inside an epoch after `before_epoch` and
   * `before_train` too, so that these can set up as ever.
   */
  restore?(state: unknown): void | Promise<void>
}
