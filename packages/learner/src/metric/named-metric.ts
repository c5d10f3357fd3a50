import type { Better, Tensors } from '@onecycle/callbacks'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Gather, Metric, Predictions } from './metric.js'

/** Metrics that a name can say the mean of classes of: `f1_macro`. */
const averaged = ['precision', 'recall', 'f1', 'f2', 'jaccard', 'roc_auc', 'average_precision'] as const
const averages = ['', '_macro', '_micro', '_weighted'] as const
const others = [
  ...(['dice', 'dice_multi', 'balanced_accuracy', 'matthews_corrcoef', 'cohen_kappa'] as const),
  ...(['r2', 'explained_variance', 'rmse', 'perplexity'] as const),
] as const
/** What they are called elsewhere. */
const aliases = {
  ...{ iou: 'jaccard', jaccard_coeff: 'jaccard', mean_iou: 'jaccard_macro', auc: 'roc_auc' },
  ...{ mcc: 'matthews_corrcoef', rootMeanSquaredError: 'rmse' },
} as const

/** What {@link NamedMetric} can be. */
export type PassMetricName =
  | `${(typeof averaged)[number]}${(typeof averages)[number]}`
  | (typeof others)[number]
  | keyof typeof aliases

/** Every name that there is, ours, scikit-learn's and Keras's, and which metric it means. */
export const passMetrics: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [...averaged.flatMap(name => averages.map(average => name + average)), ...others].map(name => [name, name]),
  ),
  ...aliases,
}

/** A metric by its name, whose code is loaded with its first batch: a page has none of those that it does not use. */
export class NamedMetric implements Metric {
  static readonly name: string = 'NamedMetric'
  readonly name: string
  readonly better: Better
  #metric: Metric | undefined
  #predictions: Predictions | undefined

  /** @param name what one of {@link passMetrics} means */
  constructor(name: string) {
    this.name = name
    this.better = name === 'rmse' || name === 'perplexity' ? 'lower' : 'higher'
  }

  follow(predictions: Predictions): void {
    this.#predictions = predictions
    this.#metric?.follow?.(predictions)
  }

  /** All of them know what weights are. */
  requireWeighs(): void {}

  reset(): void {
    this.#metric?.reset()
  }

  setAside(): () => void {
    return this.#metric?.setAside?.() ?? (() => this.reset())
  }

  /** One that has taken no batch in has loaded nothing yet. */
  async together(gather: Gather): Promise<void> {
    await (this.#metric ?? (await this.#load())).together!(gather)
  }

  accumulate(pred: Tensors, target: Tensors, weights?: Tensor): void | Promise<void> {
    if (this.#metric) return this.#metric.accumulate(pred, target, weights)
    return this.#load().then(metric => metric.accumulate(pred, target, weights))
  }

  get value(): number {
    return this.#metric?.value ?? Number.NaN
  }

  async #load(): Promise<Metric> {
    const { makeMetric } = await import('./make-metric.js')
    this.#metric = makeMetric(this.name)
    if (this.#predictions) this.#metric.follow?.(this.#predictions)
    return this.#metric
  }
}
