import type { Callback } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { everyOf, readAndDispose, type StatsOptions, statsOf } from './gradient-stats.js'
import { LayerCalls } from './layer-calls.js'

/** What a layer answered with in one batch. */
export interface ActivationFigures {
  readonly mean: number
  /** Standard deviation. */
  readonly std: number
  /** Share of values from -0.05 to 0.05. */
  readonly near_zero: number
}

export interface Activations {
  /** Training batches of the fit before it. */
  readonly train_iter: number
  /** By layer, its place and class (`0.Dense`), in the order in which they are computed; of a layer that stands in several places the last one. */
  readonly layers: Readonly<Record<string, ActivationFigures>>
}

const nearZero = 0.05

/**
 * Records what layers answer with in training: a healthy layer keeps a mean near 0 and a deviation near 1; one whose values are nearly all
 * zero is dead, and one whose deviation grows from layer to layer makes what follows explode. It is summed up on the device, and read as
 * one tensor. A model that is no tfjs model has no layers that could be looked at.
 *
 * Source: fastai 2's `ActivationStats`, default of every batch there.
 *
 * @throws RangeError when every is not a whole number of at least 1; TypeError for an unknown option.
 * @example
 * const activations = new ActivationStats({ every: 5 })
 * await learn.fit(1e-2, 1, { callbacks: activations })
 * activations.stats.at(-1)?.layers   // { '0.Conv2D': { mean: 0.4, std: 0.6, near_zero: 0.5 }, ... }
 */
export class ActivationStats implements Callback<Learner> {
  static readonly name: string = 'ActivationStats'
  readonly name = 'ActivationStats'
  readonly order = -20
  readonly run_valid = false
  readonly #every: number
  readonly #calls = new LayerCalls()
  #figures = new Map<string, tf.Tensor>()
  #stats: Activations[] = []

  constructor(options: StatsOptions = {}) {
    this.#every = everyOf('ActivationStats', options)
  }

  /** What was recorded in the current or last fit. */
  get stats(): readonly Activations[] {
    return this.#stats
  }

  before_fit(): void {
    this.#stats = []
  }

  before_batch({ model, train_iter }: Learner): void {
    if (train_iter % this.#every !== 0) return
    this.#calls.begin(model, (name, output) => {
      this.#figures.get(name)?.dispose()
      this.#figures.set(name, tf.keep(figuresOf(output)))
    })
  }

  after_pred(): void {
    this.#calls.end()
  }

  async after_backward({ train_iter }: Learner): Promise<void> {
    if (this.#figures.size === 0) return
    const names = [...this.#figures.keys()]
    const values = await readAndDispose(tf.tidy(() => tf.stack([...this.#figures.values()])))
    this.#drop()
    const layers = names.map((name, i) => {
      const [mean, std, near_zero] = values.subarray(3 * i)
      return [name, { mean: mean!, std: std!, near_zero: near_zero! }] as const
    })
    this.#stats.push({ train_iter, layers: Object.fromEntries(layers) })
  }

  /** Also of a batch that went no further than its prediction. */
  after_batch(): void {
    this.#drop()
  }

  after_fit(): void {
    this.#drop()
  }

  /** What it knows, for {@link restore} in another process. */
  state(): { readonly stats: readonly Activations[] } {
    return { stats: [...this.#stats] }
  }

  /** Goes on from a state within a fit. Throws TypeError for what is none. */
  restore(state: { readonly stats: readonly Activations[] }): void {
    this.#stats = statsOf(this.name, state)
  }

  #drop(): void {
    this.#calls.end()
    for (const figures of this.#figures.values()) figures.dispose()
    this.#figures.clear()
  }
}

function figuresOf(output: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(output)
  const near_zero = tf.mean(tf.cast(tf.lessEqual(tf.abs(output), nearZero), 'float32'))
  return tf.stack([mean, tf.sqrt(variance), near_zero])
}
