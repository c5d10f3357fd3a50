import type { BatchStream, DataBunch } from '@onecycle/data'
import type { Model } from '../model/trainable-model.js'
import type { Optimizer } from '../optimizer/index.js'
import type { RandomStreams } from '../random/random-streams.js'

/** Where a fit is. */
export interface Place {
  readonly epoch: number
  /** What is under way in the epoch; when it is over, the next one follows. */
  readonly pass: 'train' | 'validate' | 'over'
  /** Training batches of the epoch that are over. */
  readonly done: number
  readonly iter: number
  readonly n_iter: number
  readonly train_iter: number
  readonly pct_train: number
  readonly lossValue: number
  readonly values: Record<string, number>
}

/** What a snapshot is taken of. */
export interface Parts {
  readonly model: Model
  readonly opt: Optimizer
  readonly data: DataBunch
  readonly train_dl: BatchStream
  readonly valid_dl: BatchStream | undefined
  readonly random: RandomStreams
}
