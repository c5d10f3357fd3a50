/** What ranks, the processes or threads of one training, have to say to each other. Each of them calls the same things in the same order. */
export interface Communicator {
  /** From 0 to `size - 1`. */
  readonly rank: number
  readonly size: number
  /** In place, over all ranks; same order of summation on every rank, so that all have the same bits. */
  allreduce(values: Float32Array | Float64Array | Int32Array, op?: 'sum' | 'max' | 'min'): void | Promise<void>
  /** Fills `values` on all ranks with those of rank `root`, 0 unless it is given. */
  broadcast(values: Float32Array | Float64Array | Int32Array | Uint8Array, root?: number): void | Promise<void>
  /** Waits until all ranks are there. */
  barrier(): void | Promise<void>
  /** Ends all ranks, with a reason and the number of the rank that gives it. */
  abort(reason: string): void
  /** Ends this rank's part in order. */
  close(): void | Promise<void>
}
