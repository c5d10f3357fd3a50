import type { Callback } from '@onecycle/callbacks'
import { checkOptions } from '@onecycle/platform'
import { heatPanel, type Panel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { everyOf, type GradientNorms, readAndDispose, requireStats, type StatsOptions, spanOf, statsOf } from './stats.js'

/**
 * Records the norms of gradients, as they are before anybody clips them: what to clip them to, which layers learn nothing (norms near 0),
 * and where they explode. Noted for logs too, as `gradient_norm/…`. They are added up on the device, and read as one tensor: every tenth batch, that takes 1 to 3 hundredths of a step.
 *
 * @throws RangeError when every is not a whole number of at least 1; TypeError for an unknown option.
 * @example
 * const gradients = new GradientStats()
 * await learn.fit(1e-2, 2, { callbacks: gradients })
 * gradients.stats.map(({ norm }) => norm)
 * await gradients.plot_norms().save('runs/gradients.png')
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

  async after_backward(learn: Learner): Promise<void> {
    const { grads, train_iter } = learn
    const gradients = Object.entries(grads)
    if (train_iter % this.#every !== 0 || gradients.length === 0) return
    const squares = tf.tidy(() => tf.stack(gradients.map(([, gradient]) => tf.sum(tf.square(gradient)))))
    const values = await readAndDispose(squares)
    const norms = gradients.map(([name], i) => [name, Math.sqrt(values[i]!)] as const)
    const norm = Math.sqrt(values.reduce((a, b) => a + b, 0))
    this.#stats.push({ train_iter, norm, norms: Object.fromEntries(norms) })
    for (const [name, value] of [['all', norm] as const, ...norms])
      learn.note({ type: 'scalar', name: `gradient_norm/${name}`, value })
  }

  /** What it knows, for {@link restore} in another process. */
  state(): { readonly stats: readonly GradientNorms[] } {
    return { stats: [...this.#stats] }
  }

  /** Goes on from a state within a fit. Throws TypeError for what is none. */
  restore(state: { readonly stats: readonly GradientNorms[] }): void {
    this.#stats = statsOf(this.name, state)
  }

  /**
   * The norm of all gradients over the batches, and beside it that of each parameter: dark rows learn, pale ones do not, and where all
   * grow at once a fit diverges.
   *
   * @throws Error when nothing was recorded, or not one gradient that is finite and not zero
   */
  plot_norms(options: ShowOptions = {}): Plot {
    checkOptions('plot_norms', options, showKinds)
    const stats = requireStats(this.name, this.#stats)
    const x = { label: 'Batches', integer: true }
    const points = stats.map(({ train_iter, norm }): [number, number] => [train_iter, norm])
    const all: Panel = {
      title: 'Gradient norm',
      x,
      y: { label: '', log: true },
      series: [{ name: 'all parameters', style: 'line', points }],
    }
    const categories = [...new Set(stats.flatMap(({ norms }) => Object.keys(norms)))]
    // Of a zero there is no logarithm: its cell stays empty.
    const values = categories.map(name => stats.map(({ norms }) => Math.log10(norms[name] ?? Number.NaN)))
    const each = heatPanel({
      title: 'By parameter',
      x: { ...x, span: spanOf(stats) },
      y: { label: '', categories },
      values,
      label: 'log10 of norm',
    })
    return new Plot({ panels: [all, each], columns: 2 }).present(options)
  }
}
