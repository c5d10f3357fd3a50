import type { Batch } from '../batch.js'
import type { Dataset } from '../dataset.js'
import { Staging } from '../staging.js'

/** Columns of numbers in the order of time, row by row. */
export interface Steps {
  readonly values: Float32Array
  readonly columns: number
}

/** Windows over steps: inputs [lookback, columns], and what follows them, [horizon * targets]. */
export class WindowDataset implements Dataset {
  static readonly name: string = 'WindowDataset'
  readonly length: number
  readonly inputShape: number[]
  readonly targetShape: number[]
  readonly target = 'value'
  readonly c = undefined
  readonly #xs: Steps
  readonly #ys: Steps
  readonly #firsts: Int32Array
  readonly #lookback: number
  readonly #horizon: number
  readonly #inputs = new Staging()
  readonly #targets = new Staging()

  constructor(xs: Steps, ys: Steps, firsts: Int32Array, { lookback, horizon }: { lookback: number; horizon: number }) {
    this.length = firsts.length
    this.inputShape = [lookback, xs.columns]
    this.targetShape = [horizon * ys.columns]
    this.#xs = xs
    this.#ys = ys
    this.#firsts = firsts
    this.#lookback = lookback
    this.#horizon = horizon
  }

  batch(indices: Int32Array): Batch {
    const size = indices.length
    const gather = (staging: Staging, { values, columns }: Steps, shape: number[], skip: number, steps: number) =>
      staging.tensor([size, ...shape], 'float32', to => {
        for (let i = 0; i < size; i++) {
          const first = this.#firsts[indices[i]!]! + skip
          to.set(values.subarray(first * columns, (first + steps) * columns), i * steps * columns)
        }
      })
    return {
      xs: gather(this.#inputs, this.#xs, this.inputShape, 0, this.#lookback),
      ys: gather(this.#targets, this.#ys, this.targetShape, this.#lookback, this.#horizon),
      size,
    }
  }
}
