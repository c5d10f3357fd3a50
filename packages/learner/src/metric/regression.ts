import type { Tensors } from '@onecycle/callbacks'
import type { Tensor } from '@tensorflow/tfjs-core'
import { mse } from '../loss/regression.js'
import { AverageMetric, type Gather, type Metric } from './metric.js'

/**
 * Root mean squared error over all elements of a pass: the root of the mean, not the mean of the batches' roots.
 * Shapes and errors as {@link mse}; in units of the target. Source: fastai's `rmse`.
 *
 * @example
 * new Learner(data, model, { metrics: [new RootMeanSquaredError()] })
 */
export class RootMeanSquaredError implements Metric {
  static readonly name: string = 'RootMeanSquaredError'
  readonly name = 'rmse'
  readonly better = 'lower'
  readonly #squares = new AverageMetric(mse)

  reset(): void {
    this.#squares.reset()
  }

  accumulate(pred: Tensors, target: Tensors, weights?: Tensor): Promise<void> {
    return this.#squares.accumulate(pred, target, weights)
  }

  setAside(): () => void {
    return this.#squares.setAside()
  }

  together(gather: Gather): Promise<void> {
    return this.#squares.together(gather)
  }

  get value(): number {
    return Math.sqrt(this.#squares.value)
  }
}
