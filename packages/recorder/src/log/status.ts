import type { MemoryUse, TrainingState } from '@onecycle/callbacks'

/** Where a running pass is. What is not known is undefined. */
export interface Status {
  /** Whether it is a search for the learning rate, which has no epochs. */
  readonly lr_finding: boolean
  /** From 0. */
  readonly epoch: number
  readonly n_epoch: number
  /** Whether the pass trains; else it validates. */
  readonly training: boolean
  /** Batches of the pass that are over, or of the search. */
  readonly batch: number
  /** Of how many. */
  readonly batches: number | undefined
  /** Exponential mean of the training losses. */
  readonly loss: number | undefined
  /** The learning rate, of the last layer group, of a pass that trains. */
  readonly lr: number | undefined
  readonly batchesPerSecond: number
  readonly samplesPerSecond: number
  /** Until the pass is over, at this speed. */
  readonly secondsLeft: number | undefined
  /** Until a fit of several epochs is over. */
  readonly fitSecondsLeft: number | undefined
  readonly memory: MemoryUse | undefined
}

/** How far a pass is, and the fit that it is of. */
export interface Elapsed {
  /** Of the pass. */
  readonly seconds: number
  readonly samples: number
  /** Of the fit in this process: seconds, and which part of it ran in them. */
  readonly fit: { readonly seconds: number; readonly share: number }
}

/** The status after a batch. */
export function statusOf(learn: TrainingState, loss: number | undefined, { seconds, samples, fit }: Elapsed): Status {
  const { lr_finding, epoch, n_epoch, training } = learn
  const [batch, total] = learn.num_it === undefined ? [learn.iter + 1, learn.n_iter] : [learn.train_iter, learn.num_it]
  const batches = Number.isFinite(total) ? total : undefined
  return {
    ...{ lr_finding, epoch, n_epoch, training, batch, batches, loss },
    lr: training ? learn.opt.get('lr').at(-1) : undefined,
    batchesPerSecond: batch / seconds,
    samplesPerSecond: samples / seconds,
    secondsLeft: batches === undefined ? undefined : ((batches - batch) * seconds) / batch,
    fitSecondsLeft:
      lr_finding || n_epoch === 1 || !(fit.share > 0) ? undefined : ((1 - learn.pct_train) * fit.seconds) / fit.share,
    memory: learn.memory?.(),
  }
}
