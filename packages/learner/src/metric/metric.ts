import type { Better, Tensors } from '@onecycle/callbacks'
import { checkChoice, checkOptions, kind, show, typeError } from '@onecycle/platform'
import { type Scalar, Tensor, tidy } from '@tensorflow/tfjs-core'
import { eachWithItsTarget } from '../loss/each-with-its-target.js'
import { type LossFunction, requireWeighs, totalOn } from '../loss/loss-function.js'

/** What a Learner knows of the predictions that its metrics get: by its loss, and by what the model ends in. */
export interface Predictions {
  /** Undefined where neither says. */
  readonly holds: 'logits' | 'probabilities' | undefined
  /** Whether each unit says yes or no by itself. */
  readonly binary: boolean
}

/**
 * A figure that is the mean of a per-sample figure: computed for each validation batch, and averaged by batch size.
 * The function's name is the column in the epoch table. For data with weights of samples it takes these, [batch] or also of steps or pixels, as a third parameter, and
 * gives the weighted mean; batches then count by the sum of their weights.
 *
 * @example
 * const bias = (pred: Tensors, target: Tensors) => tf.mean(tf.abs(tf.sub(pred as tf.Tensor, target as tf.Tensor))) as tf.Scalar
 * new Learner(data, model, { metrics: [Object.assign(bias, { better: 'lower' } as const)] })
 */
export type MetricFunction = { compute(pred: Tensors, target: Tensors, weights?: Tensor): Scalar | number }['compute'] & {
  /** Which way the figure is better: what trackers (`SaveModel`, `EarlyStopping`, ...) go by. */
  readonly better?: Better
  /** How much each sample counts by itself, as of a loss. */
  readonly counts?: LossFunction['counts']
  /** What a Learner measures with in place of the function itself, where its meaning depends on the predictions. */
  readonly follow?: (predictions: Predictions) => MetricFunction
}

/**
 * A figure that no mean over batches gives (an F1 score, a root mean square): gathers over the pass, then answers.
 *
 * @example
 * class LargestLogit implements Metric {
 *   readonly name = 'largest_logit'
 *   readonly better = 'higher'
 *   value = Number.NaN
 *   reset() { this.value = Number.NEGATIVE_INFINITY }
 *   accumulate(pred: Tensors) { this.value = Math.max(this.value, ...(pred as tf.Tensor).dataSync()) }
 * }
 */
export interface Metric {
  /** The column in the epoch table. */
  readonly name: string
  /** Which way the figure is better: what trackers (`SaveModel`, `EarlyStopping`, ...) go by. */
  readonly better?: Better | undefined
  /** Told by a Learner what its predictions hold, where the figure depends on that. */
  follow?(predictions: Predictions): void
  /** Begins a new pass. */
  reset(): void
  /**
   * Takes one batch in. Must not keep or dispose the tensors.
   *
   * @param weights how much each sample counts, [batch], or each step or pixel of it, for data that says so: it is refused where there is no third parameter
   */
  accumulate(pred: Tensors, target: Tensors, weights?: Tensor): void | Promise<void>
  /** The figure over all batches since `reset`; NaN when there were none. */
  readonly value: number
  /**
   * Returns what puts the figure back, for a callback that measures while a fit runs. Default: the object's own properties are put
   * back, so that only what is hidden (`#total`, a closure) needs it.
   */
  setAside?(): () => void
  /**
   * Of several ranks that train as one: makes the figure of this one's part of a pass that of the whole. Without it a metric is refused there.
   *
   * @param gather gives what each rank says, in their order; all call it as often, also those that took no batch in
   */
  readonly together?: ((gather: Gather) => Promise<void>) | undefined
}

/** Says some numbers to all ranks, and gives what each says, how many these may be. */
export type Gather = (own: Float64Array) => Promise<Float64Array[]>

/** What an `AverageMetric` is given: the name in the table, and which way is better. */
export interface AverageMetricOptions {
  /** The column in the epoch table. Default: the function's own name. */
  name?: string | undefined
  /** Which way the figure is better. Default: what the function says. */
  better?: Better | undefined
}

/**
 * Mean over samples of what a {@link MetricFunction} or a loss gives for a batch.
 *
 * @example
 * new Learner(data, model, { metrics: [new AverageMetric(mse), new AverageMetric(f1, { name: 'f1', better: 'higher' })] })
 */
export class AverageMetric implements Metric {
  static readonly name: string = 'AverageMetric'
  readonly name: string
  readonly better: Better | undefined
  readonly #given: MetricFunction
  #compute: MetricFunction
  #total = 0
  #samples = 0

  /**
   * @param options the name alone, or {@link AverageMetricOptions}
   * @throws TypeError when there is no name, or for an unknown option; RangeError when `better` is neither of the two.
   */
  constructor(compute: MetricFunction, options: string | AverageMetricOptions = {}) {
    if (typeof compute !== 'function')
      throw typeError(
        'not-a-metric',
        `An AverageMetric is of a function of (pred, target) that returns a scalar, but got ${show(compute)}.`,
      )
    const given = typeof options === 'string' ? { name: options } : options
    checkOptions<AverageMetricOptions>('AverageMetric', given, { name: kind.string, better: kind.any })
    const { name = compute.name, better = compute.better } = given
    if (!name)
      throw typeError(
        'metric-name',
        'A metric is a function without a name, but its column needs one: new AverageMetric(compute, name).',
      )
    this.name = name
    this.better = better
    checkBetter(this)
    this.#given = compute
    this.#compute = compute
  }

  /** Measures as the function does for such predictions. The Learner calls it. */
  follow(predictions: Predictions): void {
    this.#compute = this.#given.follow?.(predictions) ?? this.#given
  }

  reset(): void {
    this.#total = 0
    this.#samples = 0
  }

  setAside(): () => void {
    const [total, samples] = [this.#total, this.#samples]
    return () => {
      this.#total = total
      this.#samples = samples
    }
  }

  /** @throws TypeError when the function does not give a single number, or does not take the samples' weights. */
  async accumulate(pred: Tensors, target: Tensors, weights?: Tensor): Promise<void> {
    if (weights) this.requireWeighs()
    const value = await this.#measure(pred, target, weights)
    const samples = (Array.isArray(target) ? target[0]! : target).shape[0] ?? 1
    this.add(value, await totalOn(this.#compute, pred, target, weights, samples))
  }

  async together(gather: Gather): Promise<void> {
    const parts = await gather(Float64Array.of(this.#total, this.#samples))
    this.reset()
    for (const [total, samples] of parts) {
      this.#total += total!
      this.#samples += samples!
    }
  }

  /** @throws TypeError when the function knows nothing of weights. */
  requireWeighs(): void {
    requireWeighs('metric', this.name, this.#compute)
  }

  async #measure(pred: Tensors, target: Tensors, weights: Tensor | undefined): Promise<number> {
    let given: unknown
    const figure = tidy(() => {
      const compute = weights ? (p: Tensors, t: Tensors) => this.#compute(p, t, weights) : this.#compute
      given = eachWithItsTarget(this.#compute, compute, pred, target)
      return given instanceof Tensor ? given : undefined
    })
    if (typeof given === 'number') return given
    try {
      if (figure?.size === 1) return (await figure.data())[0]!
    } finally {
      figure?.dispose()
    }
    if (given instanceof Promise) given.catch(() => {})
    throw typeError(
      'metric-value',
      `The metric ${this.name} gave ${show(given)} for a batch, but must give a scalar tensor, such as tf.mean(...), or a number.` +
        `${given instanceof Promise ? ' What must wait can be an object whose accumulate is asynchronous.' : ''}`,
    )
  }

  /** Takes in a batch whose value is known, by its number of samples or the sum of their weights. */
  add(value: number, samples: number): void {
    if (typeof value !== 'number' || typeof samples !== 'number')
      throw typeError(
        'wrong-argument',
        `An AverageMetric adds a number for so many samples, but got ${show(value)} and ${show(samples)}.`,
      )
    this.#total += value * samples
    this.#samples += samples
  }

  get value(): number {
    return this.#samples === 0 ? Number.NaN : this.#total / this.#samples
  }
}

/** Throws RangeError when a metric says something else than which way it is better. */
export function checkBetter({ name, better }: Pick<Metric, 'name' | 'better'>): void {
  if (better !== undefined) checkChoice(`better of the metric ${name}`, better, ['lower', 'higher'])
}
