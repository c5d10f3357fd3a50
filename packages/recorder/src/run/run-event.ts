import type { EndReason, Note } from '@onecycle/callbacks'
import type { EpochRow, LrFindRecord } from '../history.js'

/**
 * What happens in a run, one after the other, as plain data: what a `RunLog` writes, a line each, and every other logger hears. A loss that
 * is NaN is null in a file. `time` is in milliseconds since 1970.
 */
export type RunEvent =
  | RunBegins
  | FitBegins
  | FitGoesOn
  | BatchesDone
  | EpochDone
  | FitEnds
  | RateSearched
  /** Of a training batch, counted from 1 in its fit; what is noted between two is of the first. */
  | (Note & { readonly time: number; readonly fit: number; readonly batch: number })

/** The first event of a process. */
export interface RunBegins {
  readonly type: 'run'
  readonly time: number
  readonly name: string
  /** What the program was told, as it says itself: `hparams` of the logger. */
  readonly hparams: Readonly<Record<string, unknown>>
  /** Of the git checkout that it ran in, where there is one. */
  readonly commit?: string | undefined
  /** Seed, model, optimizer, loss, data, versions and backend, as the Learner says. */
  readonly description?: Readonly<Record<string, unknown>> | undefined
}

/** A fit begins; with the number of one that is there already, that one and those after it are void. */
export interface FitBegins {
  readonly type: 'fit'
  readonly time: number
  /** Which one of the run, from 0. */
  readonly fit: number
  readonly n_epoch: number
  /** Training batches of an epoch. */
  readonly n_train_iter: number
  readonly metricNames: readonly string[]
  /** Hyper-parameters as the fit begins, of the last layer group. */
  readonly hyper: Readonly<Record<string, number>>
}

/** A fit goes on from a checkpoint: what follows its place is void, other fits after it are too. */
export interface FitGoesOn {
  readonly type: 'resume'
  readonly time: number
  readonly fit: number
  /** Batches and epochs that stand; those after them up to the checkpoint are told again. */
  readonly batches: number
  readonly epochs: number
  /** Batches before the checkpoint: what was noted of them stands. */
  readonly position: number
}

/** Training batches that are over, in columns. */
export interface BatchesDone {
  readonly type: 'batches'
  readonly time: number
  readonly fit: number
  /** Batches of the fit before the first of these. */
  readonly first: number
  readonly losses: readonly (number | null)[]
  readonly smooth_losses: readonly (number | null)[]
  readonly lrs: readonly number[]
  /** Empty where the optimizer has no momentum. */
  readonly moms: readonly number[]
  /** Rates of each layer group, where there are several. */
  readonly lr_groups?: readonly (readonly number[])[] | undefined
  /** Hyper-parameters that have changed in the course of the fit, by name. */
  readonly hps?: Readonly<Record<string, readonly number[]>> | undefined
  /** How many samples this process trained on since it told last, and how many seconds that took, validation and what comes between epochs left out. */
  readonly samples?: number | undefined
  readonly seconds?: number | undefined
  /** Bytes that the process has in memory; missing in a page, which is not told. */
  readonly memory?: number | undefined
}

export interface EpochDone {
  readonly type: 'epoch'
  readonly time: number
  readonly fit: number
  /** Training batches of the fit so far. */
  readonly batches: number
  readonly row: EpochRow
}

export interface FitEnds {
  readonly type: 'end'
  readonly time: number
  readonly fit: number
  readonly reason: EndReason
  /** What it failed with. */
  readonly error?: string | undefined
}

export interface RateSearched {
  readonly type: 'lr_find'
  readonly time: number
  readonly found: LrFindRecord
}
