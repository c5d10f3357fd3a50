import type { Callback } from '@onecycle/callbacks'
import { checkCount, checkOptions, kind, plainError, rangeError, show } from '@onecycle/platform'
import { heatPanel, type Panel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import * as tf from '@tensorflow/tfjs-core'
import type { Learner } from '../learner.js'
import { LayerCalls } from './layer-calls.js'
import { everyOf, readAndDispose, requireStats, type StatsOptions, spanOf, statsKinds, statsOf } from './stats.js'

/** What `ActivationStats` is given: how often it looks, and whether histograms are kept. */
export interface ActivationStatsOptions extends StatsOptions {
  /** Whether histograms are recorded too, for {@link ActivationStats.color_dim}. Default false. */
  with_hist?: boolean | undefined
  /** Bins of a histogram. Default 40. */
  bins?: number | undefined
  /** Values at the ends of a histogram, whose outer bins hold what lies beyond. Default [-10, 10]; fastai's reach from 0 to 10. */
  range?: readonly [number, number] | undefined
}

/** What a layer answered with in one batch. */
export interface ActivationFigures {
  readonly mean: number
  /** Standard deviation. */
  readonly std: number
  /** Share of values from -0.05 to 0.05. */
  readonly near_zero: number
  /** How many values lie in each bin, from the lowest; with `with_hist`. */
  readonly hist?: readonly number[]
}

/** What the layers answered at one training batch: figures of each, by the layer's name. */
export interface Activations {
  /** Training batches of the fit before it. */
  readonly train_iter: number
  /** By layer, its place and class (`0.Dense`), in the order in which they are computed; of a layer that stands in several places the last one. */
  readonly layers: Readonly<Record<string, ActivationFigures>>
}

const nearZero = 0.05

/** Figures before the histogram. */
const moments = ['mean', 'std', 'near_zero'] as const

/**
 * Records what layers answer with in training: a healthy layer keeps a mean near 0 and a deviation near 1; one whose values are nearly all
 * zero is dead, and one whose deviation grows from layer to layer makes what follows explode. It is summed up on the device, and read as
 * one tensor: every tenth batch, that takes 1 to 7 hundredths of a step, with histograms up to a quarter of a small network's. A model that
 * is no tfjs model has no layers that could be looked at. Noted for logs too, as `activation_mean/…` and so on, and `activations/…`.
 *
 * Source: fastai 2's `ActivationStats`, default of every batch there.
 *
 * @throws RangeError when every or bins is not a whole number of at least 1, or the range is none; TypeError for an unknown option.
 * @example
 * const activations = new ActivationStats({ every: 5, with_hist: true })
 * await learn.fit(1e-2, 1, { callbacks: activations })
 * activations.stats.at(-1)?.layers   // { '0.Conv2D': { mean: 0.4, std: 0.6, near_zero: 0.5, hist: [...] }, ... }
 * await activations.color_dim().save('runs/activations.png')
 */
export class ActivationStats implements Callback<Learner> {
  static readonly name: string = 'ActivationStats'
  readonly name = 'ActivationStats'
  readonly order = -20
  readonly run_valid = false
  readonly #every: number
  readonly #bins: number
  readonly #range: readonly [number, number]
  readonly #calls = new LayerCalls()
  #outputs = new Map<string, tf.Tensor>()
  #stats: Activations[] = []

  constructor(options: ActivationStatsOptions = {}) {
    checkOptions<ActivationStatsOptions>('ActivationStats', options, {
      ...{ ...statsKinds, with_hist: kind.boolean, bins: kind.any, range: kind.listOf(kind.number) },
    })
    const { every, with_hist = false, bins = 40, range = [-10, 10] } = options
    this.#every = everyOf('ActivationStats', { every })
    checkCount('bins', bins)
    if (range.length !== 2 || !range.every(Number.isFinite) || !(range[0] < range[1]))
      throw rangeError('range-ends', `range must be two numbers, the lower first, such as [-10, 10], but it is ${show(range)}.`)
    this.#bins = with_hist ? bins : 0
    this.#range = range
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
      this.#outputs.get(name)?.dispose()
      // Summed up after the way back: what is computed before it is recorded, to be differentiated.
      this.#outputs.set(name, tf.keep(output.clone()))
    })
  }

  after_pred(): void {
    this.#calls.end()
  }

  async after_backward(learn: Learner): Promise<void> {
    const { train_iter } = learn
    if (this.#outputs.size === 0) return
    const names = [...this.#outputs.keys()]
    const figures = tf.tidy(() => tf.stack([...this.#outputs.values()].map(output => this.#figuresOf(output))))
    this.#drop()
    const values = await readAndDispose(figures)
    const size = moments.length + this.#bins
    const layers = names.map((name, i) => {
      const [mean, std, near_zero, ...hist] = values.subarray(size * i, size * (i + 1))
      return [name, { mean: mean!, std: std!, near_zero: near_zero!, ...(this.#bins > 0 && { hist }) }] as const
    })
    this.#stats.push({ train_iter, layers: Object.fromEntries(layers) })
    for (const [name, figures] of layers) this.#note(learn, name, figures)
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

  /**
   * Mean, deviation and share near zero of a layer over the batches, side by side.
   *
   * @param layer its name (`'0.Dense'`), or its place among those recorded, counted from the end where it is negative
   * @throws RangeError when there is no such layer, Error when nothing was recorded
   */
  plot_layer_stats(layer: number | string, options: ShowOptions = {}): Plot {
    checkOptions('plot_layer_stats', options, showKinds)
    const name = this.#layer(layer)
    const titles = { mean: 'mean', std: 'standard deviation', near_zero: 'share near zero' }
    const panels = moments.map((figure, color): Panel => {
      const points = this.#stats.map(({ train_iter, layers }): [number, number] => [
        train_iter,
        layers[name]?.[figure] ?? Number.NaN,
      ])
      const series = [{ name: titles[figure], style: 'line' as const, points, color }]
      return { title: titles[figure], x: { label: 'Batches', integer: true }, y: { label: '' }, series }
    })
    return new Plot({ title: name, panels }).present(options)
  }

  /**
   * What a layer answers with as a picture in which time goes right: each column is the histogram of a batch, in colours of the logarithm
   * of its counts. A good one looks like a band that stays; one that collapses to a line at zero is dead.
   *
   * Source: fastai 2's `ActivationStats.color_dim`.
   *
   * @param layer its name (`'0.Dense'`), or its place among those recorded, counted from the end where it is negative. Default: all
   * @throws RangeError when there is no such layer, Error when no histogram was recorded
   */
  color_dim(layer?: number | string, options: ShowOptions = {}): Plot {
    checkOptions('color_dim', options, showKinds)
    const stats = requireStats('ActivationStats', this.#stats)
    const names = layer === undefined ? Object.keys(stats.at(-1)!.layers) : [this.#layer(layer)]
    const panels = names.map(title => {
      const hists = stats.map(({ layers }) => layers[title]?.hist)
      const bins = hists.findLast(hist => hist)?.length
      if (!bins)
        throw plainError(
          'nothing-recorded',
          `There are no histograms of ${title}: record some with new ActivationStats({ with_hist: true }).`,
        )
      const values = Array.from({ length: bins }, (_, bin) => hists.map(hist => Math.log1p(hist?.[bin] ?? Number.NaN)))
      const y = { label: 'Activation', span: this.#range }
      return heatPanel({ title, x: { label: 'Batches', integer: true, span: spanOf(stats) }, y, values, label: 'log(1 + count)' })
    })
    return new Plot({ panels, columns: 2 }).present(options)
  }

  #layer(layer: number | string): string {
    const names = Object.keys(requireStats('ActivationStats', this.#stats).at(-1)!.layers)
    const name = typeof layer === 'number' ? names.at(layer) : names.find(each => each === layer)
    if (name !== undefined && (typeof layer === 'string' || Number.isInteger(layer))) return name
    throw rangeError('unknown-name', `${show(layer)} is no layer that was recorded. There are: ${names.join(', ')}.`)
  }

  #note(learn: Learner, layer: string, { mean, std, near_zero, hist }: ActivationFigures): void {
    for (const [figure, value] of Object.entries({ mean, std, near_zero }))
      learn.note({ type: 'scalar', name: `activation_${figure}/${layer}`, value })
    if (!hist) return
    const [low, high] = this.#range
    const edges = Array.from({ length: hist.length + 1 }, (_, i) => low + ((high - low) * i) / hist.length)
    learn.note({ type: 'histogram', name: `activations/${layer}`, edges, counts: hist })
  }

  #drop(): void {
    this.#calls.end()
    for (const output of this.#outputs.values()) output.dispose()
    this.#outputs.clear()
  }

  #figuresOf(output: tf.Tensor): tf.Tensor {
    const { mean, variance } = tf.moments(output)
    // A comparison takes three times as long on wasm.
    const far = tf.mean(tf.step(tf.sub(tf.abs(output), nearZero)))
    const figures = tf.stack([mean, tf.sqrt(variance), tf.sub(1, far)])
    return this.#bins > 0 ? tf.concat([figures, this.#histogramOf(output)]) : figures
  }

  #histogramOf(output: tf.Tensor): tf.Tensor1D {
    const [low, high] = this.#range
    const places = tf.mul(tf.sub(output, low), this.#bins / (high - low))
    const bins = tf.cast(tf.clipByValue(tf.floor(places), 0, this.#bins - 1), 'int32')
    // What is no number is the least whole one on tfjs-node.
    const counted = tf.maximum(bins, tf.scalar(0, 'int32'))
    return tf.bincount(tf.reshape(counted, [-1]), tf.tensor1d([], 'float32'), this.#bins)
  }
}
