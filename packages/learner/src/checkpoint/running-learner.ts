import type { Bus, TrainingState } from '@onecycle/callbacks'
import type { Parts, Place } from './parts.js'

/** What checkpoints take of the Learner that trains, or give it back. */
export interface RunningLearner extends Omit<TrainingState, keyof Parts>, Parts {
  readonly bus: Pick<Bus<never>, 'callbacks'>
  readonly place: Place
  readonly n_train_iter: number
  log(line: string): void
  load(source: string): Promise<unknown>
}
