import type { DataId, Tensor, Variable } from '@tensorflow/tfjs-core'

/** A step that can be run again on other data of the same shapes. */
export interface Repeatable {
  /** What it runs on. */
  readonly backend: object
  /** Whether none of its kernels has been replaced since. */
  isCurrent(): boolean
  /**
   * Runs all of it, and writes the variables that it writes when nothing can fail any more.
   *
   * @param batch its tensors, in the order in which they were when it was recorded
   * @param draw what is drawn next
   * @returns the results, which are the caller's
   * @throws what a kernel throws; then nothing is left, and no variable changed
   */
  run(batch: readonly Tensor[], draw: () => number): Tensor[]
}

/** Notes a step, so that it can be run again. */
export interface Recorder {
  /**
   * Runs something synchronous, and notes what it does.
   *
   * @param mayRead whether nothing depends on what is read of these data
   */
  during<T>(work: () => T, mayRead: (dataId: DataId) => boolean): T
  /**
   * All that was noted.
   *
   * @param results tensors that are handed out
   * @param written variables that have other data than before
   * @returns undefined where it cannot be run again
   */
  program(results: readonly Tensor[], written: readonly Variable[]): Repeatable | undefined
}

/** @param batch tensors that are others each time; those of variables are looked up */
export type Recorders = (batch: readonly Tensor[], variables: readonly Variable[]) => Recorder
