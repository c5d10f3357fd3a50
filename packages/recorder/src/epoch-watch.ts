import type { TrainingState } from '@onecycle/callbacks'
import type { EpochRow } from './history.js'

/** What an {@link EpochWatch} knows. */
export interface EpochWatchState {
  readonly trained: boolean
  readonly validated: boolean
  readonly seconds: number
}

/** Watches one epoch: what ran in it and how long it took. */
export class EpochWatch {
  /** Whether a training batch was finished. */
  trained = false
  /** Whether a validation pass reached its end. */
  validated = false
  #began = performance.now()

  state(): EpochWatchState {
    const { trained, validated, seconds } = this
    return { trained, validated, seconds }
  }

  /** Goes on as if the epoch had gone on since. */
  restore({ trained, validated, seconds }: EpochWatchState): void {
    this.trained = trained
    this.validated = validated
    this.#began = performance.now() - 1000 * seconds
  }

  /** Seconds since the epoch began. */
  get seconds(): number {
    return (performance.now() - this.#began) / 1000
  }

  /** Whether nothing ran: the epoch was skipped. */
  get idle(): boolean {
    return !this.trained && !this.validated
  }

  /** The epoch's figures. Those of a pass that did not run are null: `learn.values` may still hold an earlier epoch's. */
  row(learn: TrainingState): EpochRow {
    const figure = (name: string, ran: boolean) => (ran ? (learn.values[name] ?? null) : null)
    const row: EpochRow = {
      epoch: learn.epoch,
      train_loss: figure('train_loss', this.trained),
      valid_loss: figure('valid_loss', this.validated),
      time: this.seconds,
    }
    // Of figures that training itself gave, too.
    for (const name of learn.metricNames) row[name] = figure(name, this.validated || this.trained)
    return row
  }
}
