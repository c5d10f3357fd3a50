import type { Better, Tensors } from '@onecycle/callbacks'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Metric, Predictions } from './metric.js'
import { setMetricsAside } from './set-aside.js'
import { requireMetricWeighs, takeIn } from './take-in.js'

/** A metric of one output among several, which its column names: `kind_accuracy`. */
export class HeadMetric implements Metric {
  static readonly name: string = 'HeadMetric'
  readonly name: string
  readonly #metric: Metric
  readonly #place: number

  /** @param place of the output among those of the model */
  constructor(head: string, place: number, metric: Metric, name = metric.name) {
    this.name = `${head}_${name}`
    this.#metric = metric
    this.#place = place
  }

  get together(): Metric['together'] {
    return this.#metric.together && (gather => this.#metric.together!(gather))
  }

  get better(): Better | undefined {
    return this.#metric.better
  }

  get value(): number {
    return this.#metric.value
  }

  follow(predictions: Predictions): void {
    this.#metric.follow?.(predictions)
  }

  requireWeighs(): void {
    requireMetricWeighs(this.#metric)
  }

  reset(): void {
    this.#metric.reset()
  }

  setAside(): () => void {
    return setMetricsAside([this.#metric])
  }

  accumulate(pred: Tensors, target: Tensors, weights?: Tensor): void | Promise<void> {
    return takeIn(this.#metric, (pred as Tensor[])[this.#place]!, (target as Tensor[])[this.#place]!, weights)
  }
}
