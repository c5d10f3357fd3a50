import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind, show } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'

export interface StatsOptions {
  /** Training batches between two looks; the first one is looked at. Default 10. */
  every?: number | undefined
}

/** Norms of the gradients of one batch. */
export interface GradientNorms {
  /** Training batches of the fit before it. */
  readonly train_iter: number
  /** Of all together. */
  readonly norm: number
  /** By parameter. */
  readonly norms: Readonly<Record<string, number>>
}

/**
 * Records the norms of gradients, as they are before anybody clips them: what to clip them to, which layers learn nothing (norms near 0),
 * and where they explode. They are added up on the device, and read as one tensor.
 *
 * @throws RangeError when every is not a whole number of at least 1; TypeError for an unknown option.
 * @example
 * const gradients = new GradientStats()
 * await learn.fit(1e-2, 2, { callbacks: gradients })
 * gradients.stats.map(({ norm }) => norm)
 */
export class GradientStats implements Callback<Learner> {
  static readonly name: string = 'GradientStats'
  readonly name = 'GradientStats'
  /** Before who changes gradients. */
  readonly order = -20
  readonly run_valid = false
  readonly #every: number
  #stats: GradientNorms[] = []

  constructor(options: StatsOptions = {}) {
    this.#every = everyOf('GradientStats', options)
  }

  /** What was recorded in the current or last fit. */
  get stats(): readonly GradientNorms[] {
    return this.#stats
  }

  before_fit(): void {
    this.#stats = []
  }

  async after_backward({ grads, train_iter }: Learner): Promise<void> {
    const gradients = Object.entries(grads)
    if (train_iter % this.#every !== 0 || gradients.length === 0) return
    const squares = tf.tidy(() => tf.stack(gradients.map(([, gradient]) => tf.sum(tf.square(gradient)))))
    const values = await readAndDispose(squares)
    const norms = gradients.map(([name], i) => [name, Math.sqrt(values[i]!)] as const)
    this.#stats.push({ train_iter, norm: Math.sqrt(values.reduce((a, b) => a + b, 0)), norms: Object.fromEntries(norms) })
  }

  /** What it knows, for {@link restore} in another process. */
  state(): { readonly stats: readonly GradientNorms[] } {
    return { stats: [...this.#stats] }
  }

  /** Goes on from a state within a fit. Throws TypeError for what is none. */
  restore(state: { readonly stats: readonly GradientNorms[] }): void {
    this.#stats = statsOf(this.name, state)
  }
}

/** What was recorded, of a state that `owner` gave. Throws TypeError for what is none. */
export function statsOf<Item>(owner: string, state: { readonly stats: readonly Item[] }): Item[] {
  if (kind.object.fits(state) && kind.listOf(kind.object).fits(state.stats)) return [...state.stats]
  throw new TypeError(`${owner} was to restore ${show(state)}, which is no state of it: pass what its state() gave.`)
}

/** How often it is looked, by the options of `owner`. */
export function everyOf(owner: string, options: StatsOptions): number {
  checkOptions<StatsOptions>(owner, options, { every: kind.any })
  const { every = 10 } = options
  return checkCount('every', every)
}

export async function readAndDispose(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data())
  } finally {
    tensor.dispose()
  }
}
