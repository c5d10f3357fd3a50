import type { GradientNorms } from './stats.js'

/** What is known of a fit that diverged. */
export interface Divergence {
  /** From 0, as `batch`, which counts within the epoch. */
  readonly epoch: number
  readonly batch: number
  /** NaN, Infinity or -Infinity; or the number that the loss jumped to. */
  readonly loss: number
  /** Learning rate of the last layer group. */
  readonly lr: number
  /** Learning rate, momentum and the others by name, one value for each layer group. */
  readonly rates: Readonly<Record<string, readonly number[]>>
  /**
   * Where values were first not finite, along the way of a batch: in its inputs, its targets, the weights, what a layer answered, or
   * only in the loss. Undefined where all are finite, or the batch could not be run again.
   */
  readonly origin?: 'inputs' | 'targets' | 'weights' | 'activations' | 'loss' | undefined
  /**
   * The layer that answered so, by its place and class (`2.Dense`); or the parameter (`2.kernel`) that is nearest to the loss of those
   * that a gradient before has spoiled, where weights are the origin.
   */
  readonly layer?: string | undefined
  /** Largest absolute value that each layer answered with, in their order; NaN where not all are finite. */
  readonly activations?: Readonly<Record<string, number>> | undefined
  /** Norms of the last gradients up to those of the batch, where a {@link GradientStats} has recorded some. */
  readonly gradientNorms?: readonly GradientNorms[] | undefined
  /** Rows of the batch, from 0, whose inputs, targets or predictions are not finite, where not all are so. */
  readonly rows?: readonly number[] | undefined
  /** Indices of the batch's samples in the data set; undefined where the source decides the order, and does not tell. */
  readonly samples?: readonly number[] | undefined
  /** The last good checkpoint, where there is a Checkpoint. */
  readonly checkpoint?: string | undefined
}
