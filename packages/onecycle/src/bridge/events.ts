import type { EndReason } from '@onecycle/callbacks'
import type { EpochRow, History } from '@onecycle/recorder'

/** A fit begins, or a search for the learning rate, which is one too. */
export interface Begin {
  readonly lr_finding: boolean
  readonly n_epoch: number
  /** Training batches in an epoch. */
  readonly n_train_iter: number
  /** Training batches of all of it: of a search at most so many. */
  readonly batches: number
  readonly metricNames: readonly string[]
}

/**
 * What was recorded of training batches that followed each other, as a `History` has it. The batch that ends a search may be missing:
 * what `lr_find` returns is whole.
 */
export interface Batches {
  readonly lr_finding: boolean
  /** Index of the first of them in the fit. */
  readonly first: number
  readonly losses: readonly number[]
  readonly smooth_losses: readonly number[]
  readonly lrs: readonly number[]
  /** Empty when the optimizer has no momentum. */
  readonly moms: readonly number[]
}

/** How far a fit is. */
export interface Progress {
  readonly lr_finding: boolean
  /** Index of the epoch, from 0. */
  readonly epoch: number
  readonly n_epoch: number
  readonly training: boolean
  /** Batches done in this pass, and in all of it. */
  readonly iter: number
  readonly n_iter: number
  /** Training batches done since the fit began, of how many. */
  readonly train_iter: number
  readonly batches: number
  /** Smoothed loss of the batches trained on; NaN before the first. */
  readonly loss: number
}

/** A fit or a search is over. */
export interface End {
  readonly lr_finding: boolean
  readonly reason: EndReason
  /** All that was recorded of a fit; of a search undefined: that is what `lr_find` returns. */
  readonly history: History | undefined
}

/** What a training says by itself. */
export interface TrainingEvents {
  begin: Begin
  batches: Batches
  progress: Progress
  epoch: EpochRow
  end: End
}
