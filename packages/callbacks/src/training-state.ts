import type { Scalar, Tensor } from '@tensorflow/tfjs-core'
import type { Note } from './note.js'

/** One tensor, or several for a model with several inputs or outputs. */
export type Tensors = Tensor | Tensor[]

/** Which way a figure is better. */
export type Better = 'lower' | 'higher'

/** A copy of a model's weights, away from the backend, by name: values row by row. */
export type Weights = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>

/** Memory in use, in bytes. */
export interface MemoryUse {
  /** What the values of all tensors take. */
  readonly tensors: number
  /** The heap of the wasm backend, which only grows; undefined on another one. */
  readonly wasm?: number | undefined
  /** The whole process; undefined in a page. */
  readonly process?: number | undefined
}

/** Why a fit ended; `after_fit` handlers read it from {@link TrainingState.reason}. */
export type EndReason = 'completed' | 'stopped' | 'diverged' | 'interrupted' | 'failed'

/** The optimizer's hyper-parameters (`lr`, `mom`, `sqr_mom`, `wd`, `eps`, ...), one value per layer group. */
export interface HyperParameters {
  /** Number of layer groups, at least 1. */
  readonly groups: number
  /** Names that {@link get} and {@link set} accept. */
  readonly names: readonly string[]
  /** The values in force, one per layer group. Throws when the optimizer has no such hyper-parameter. */
  get(name: string): readonly number[]
  /** Sets one value for all groups, or one per group. Throws when the optimizer has no such hyper-parameter. */
  set(name: string, value: number | readonly number[]): void
}

/**
 * What a callback sees of a running fit, and may change. The Learner implements it; the bus and the callbacks know
 * no more than this. Names are fastai's where fastai has the concept.
 *
 * Tensors in here belong to the loop, which disposes them at the end of the batch, those that a callback has replaced too. A callback
 * that replaces one in `after_pred` or `after_loss` computes it from the old one with ordinary tfjs operations and assigns it.
 */
export interface TrainingState {
  /** Epochs in this fit. */
  readonly n_epoch: number
  /** Index of the current epoch, from 0. */
  readonly epoch: number
  /** Batches in the current pass (training or validation). */
  readonly n_iter: number
  /** Index of the current batch in its pass, from 0. */
  readonly iter: number
  /** Batches in one training pass: `n_epoch * n_train_iter` is the length of the whole fit. */
  readonly n_train_iter: number
  /** Training batches finished since the fit began. */
  readonly train_iter: number
  /** Position in the fit: 0 before the first training batch, 1 after the last. */
  readonly pct_train: number
  /** Whether the current pass trains. */
  readonly training: boolean
  /** Whether this fit is the mock training of `lr_find`; what saves, stops or reports stays silent then. */
  readonly lr_finding: boolean
  /** Batches that the running `lr_find` trains at most, over as many epochs as it takes; undefined in any other fit. */
  readonly num_it?: number | undefined

  /** Inputs of the current batch, first axis the batch. */
  xb: Tensors
  /** Targets of the current batch, first axis the batch. */
  yb: Tensors
  /**
   * How much each sample of the current batch counts in loss and metrics, [bs], or each step or pixel of it, [bs, ...]; undefined where the
   * data does not say.
   */
  weights: Tensor | undefined
  /** Samples in the current batch. */
  readonly bs: number
  /**
   * What the mean loss of the batch counts in a mean over batches: `bs`, or the sum of the weights, a loss's own by class included. Known
   * when `lossValue` is.
   */
  readonly totalWeight: number
  /** The model's output for `xb`, from `after_pred` on. */
  pred: Tensors
  /** Mean loss of the current batch, from `after_loss` on; what is differentiated. */
  loss: Scalar
  /** The loss as a number, readable from `after_backward` on (`after_batch` in validation); NaN before the first batch. */
  readonly lossValue: number
  /** Gradients by parameter name, from `after_backward` to `after_step`; replace entries to change the step. */
  grads: Record<string, Tensor>

  /** Learning rate, momentum and the others, settable at any time. */
  readonly opt: HyperParameters
  /** The latest epoch's figures by name (`train_loss`, `valid_loss`, each metric), complete in `after_epoch`. */
  readonly values: Record<string, number>
  /** Names of the metrics, in the order given to the Learner. */
  readonly metricNames: readonly string[]
  /** Which way a figure is better, as its metric says; undefined where nobody knows. Losses are better when lower. */
  betterOf(figure: string): Better | undefined
  /** Whether epochs end in a validation pass: without one there is no `valid_loss`, and there are no metrics. */
  readonly validates: boolean

  /** Why the fit ended; undefined while it runs. Set before `after_fit`. */
  readonly reason: EndReason | undefined
  /** Whether it ends after the batch under way, as Ctrl-C, a signal or `interrupt` asked for: who has it stand still lets it go on. A Learner has it. */
  readonly ending?: boolean | undefined
  /** What the fit rejects with, when the reason is 'failed' or 'diverged', or 'interrupted' by Ctrl-C or a signal. */
  readonly error: unknown

  /**
   * Why the loss of the batch is no number: an error whose message and fields say where that began. Asked for in `before_step`, whose
   * batch is run once more for it. A Learner has it.
   */
  divergence?(): Promise<Error>

  /**
   * Notes something of the batch under way (a figure, a text, a picture, a histogram) for those callbacks that keep a log of the run; without
   * one nobody hears it. A Learner has it.
   *
   * @throws TypeError for what is no note
   * @example
   * learn.note({ type: 'scalar', name: 'temperature', value: 0.7 })
   */
  note?(note: Note): void
  /** Memory in use at this moment. A Learner has it while it trains. */
  memory?(): MemoryUse
  /** What a run is of, as plain data: seed, model, optimizer, loss, data, versions and backend. A Learner has it. */
  description?(): Promise<Readonly<Record<string, unknown>>>

  /** Of several ranks that train as one, which this is, from 0: what is told a person the first tells alone. Undefined where there is but one. */
  readonly rank?: number | undefined

  /** Tells the person one line: something that was understood and is not refused, but that they should know. */
  log(line: string): void
  /** A copy of all weights of the model, batch-norm statistics included. */
  getWeights(): Promise<Weights>
  /** Puts a copy back. Throws, and changes nothing, when it is not of this model. */
  setWeights(weights: Weights): Promise<void>
}
