import { tensor } from '@tensorflow/tfjs-core'
import type { Batch } from '../batch.js'
import type { Dataset } from '../dataset.js'

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
    const [lookback, horizon, size] = [this.#lookback, this.#horizon, indices.length]
    const [xs, ys] = [this.#xs, this.#ys]
    const [perInput, perTarget] = [lookback * xs.columns, horizon * ys.columns]
    const [inputs, targets] = [new Float32Array(size * perInput), new Float32Array(size * perTarget)]
    for (let i = 0; i < size; i++) {
      const first = this.#firsts[indices[i]!]!
      inputs.set(xs.values.subarray(first * xs.columns, (first + lookback) * xs.columns), i * perInput)
      const from = first + lookback
      targets.set(ys.values.subarray(from * ys.columns, (from + horizon) * ys.columns), i * perTarget)
    }
    return {
      xs: tensor(inputs, [size, ...this.inputShape], 'float32'),
      ys: tensor(targets, [size, ...this.targetShape], 'float32'),
      size,
    }
  }
}
