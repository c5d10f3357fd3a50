import type { EndReason } from '@onecycle/callbacks'
import { kind, show, typeError } from '@onecycle/platform'

/** One line of the epoch table. A figure that the epoch did not produce, such as `valid_loss` without validation, is null. */
export interface EpochRow {
  /** Index of the epoch, from 0. */
  epoch: number
  /** Smoothed training loss at the end of the epoch. */
  train_loss: number | null
  valid_loss: number | null
  /** Seconds that training and validation took. */
  time: number
  /** Each metric by name. */
  [metric: string]: number | null
}

/** What happened in one fit, as plain data that survives JSON. Arrays run over the training batches unless said otherwise. */
export interface History {
  /** Learning rate in force, of the last layer group. */
  lrs: number[]
  /** Momentum in force, of the last layer group; empty when the optimizer has none. */
  moms: number[]
  /** Learning rate of each layer group, one array a batch; only with more than one group. */
  lr_groups?: number[][]
  /** The other hyper-parameters that changed during the fit, by name, of the last layer group. */
  hps?: Record<string, number[]>
  /** Loss of the batch as computed. */
  losses: number[]
  /** Debiased exponential mean of the losses, beta 0.98. */
  smooth_losses: number[]
  /** Per epoch: mean loss over the validation set, or null when the epoch had no validation. */
  val_losses: (number | null)[]
  /** Per metric and epoch, null when the epoch had no validation. */
  metrics: Record<string, (number | null)[]>
  /** Per epoch: training batches recorded in it. */
  nb_batches: number[]
  /** One row per epoch that was not skipped. */
  epochs: EpochRow[]
  metricNames: string[]
  /** Why the fit ended; absent while it runs. */
  reason?: EndReason
}

/** What a learning rate search found. Arrays run over its batches. */
export interface LrFindRecord {
  lrs: number[]
  /** Loss of the batch as computed. */
  losses: number[]
  smooth_losses: number[]
  /**
   * Suggested rates by the name of the method, null where the method found none. `loss` is the smoothed loss at that rate, read
   * off the curve.
   */
  suggestions: Record<string, { lr: number; loss: number } | null>
  /** Name of the main suggestion. */
  suggestion: string
  start_lr: number
  end_lr: number
  num_it: number
  /** Which rate to take and why, in a sentence or two; absent where there is none. */
  advice?: string | undefined
  /** Why the main suggestion is none, in a sentence; absent where there is one. */
  reason?: string | undefined
  /** Whether the losses are those of the validation data, after each batch. Default false: those of the batches. */
  valid?: boolean | undefined
}

/**
 * A history with nothing in it.
 *
 * @example
 * const history = Object.assign(emptyHistory(), { losses: [0.9, 0.5, 0.3], lrs: [1e-2, 1e-2, 1e-2] })
 */
export function emptyHistory(metricNames: readonly string[] = []): History {
  if (!kind.listOf(kind.string).fits(metricNames))
    throw typeError('wrong-argument', `emptyHistory takes the names of the metrics, but got ${show(metricNames)}.`)
  return {
    lrs: [],
    moms: [],
    losses: [],
    smooth_losses: [],
    val_losses: [],
    metrics: Object.fromEntries(metricNames.map(name => [name, []])),
    nb_batches: [],
    epochs: [],
    metricNames: [...metricNames],
  }
}
