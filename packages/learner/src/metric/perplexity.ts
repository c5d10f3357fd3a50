import type { Tensors } from '@onecycle/callbacks'
import { checkOptions, kind } from '@onecycle/platform'
import type { Tensor1D } from '@tensorflow/tfjs-core'
import { cross_entropy, probability_cross_entropy } from '../loss/cross-entropy.js'
import { AverageMetric, type Gather, type Metric, type Predictions } from './metric.js'

/** What `Perplexity` is given: the name in the table, and whether predictions are logits. */
export interface PerplexityOptions {
  /** The column in the epoch table. Default `perplexity`. */
  name?: string | undefined
  /** Whether predictions are logits. Default in a Learner: whether they are, by its loss or by what its model ends in; elsewhere true. */
  fromLogits?: boolean | undefined
}

/**
 * Among how many classes the model hesitates, if all were as likely: e to the power of the mean {@link cross_entropy} over all places of a pass
 * (tokens, say), whatever loss is trained with. 1 is certainty. Shapes and errors as {@link cross_entropy}; weights of samples are respected.
 * Source: fastai's `Perplexity`.
 *
 * @example
 * new Learner(data, model, { metrics: [new Perplexity()] })
 */
export class Perplexity implements Metric {
  static readonly name: string = 'Perplexity'
  readonly name: string
  readonly better = 'lower'
  readonly #fromLogits: boolean | undefined
  #entropy: AverageMetric

  constructor(options: PerplexityOptions = {}) {
    checkOptions<PerplexityOptions>('Perplexity', options, { name: kind.string, fromLogits: kind.boolean })
    this.name = options.name ?? 'perplexity'
    this.#fromLogits = options.fromLogits
    this.#entropy = entropyOf(options.fromLogits ?? true)
  }

  /** Measures as it does for such predictions. The Learner calls it. */
  follow({ holds }: Predictions): void {
    this.#entropy = entropyOf(this.#fromLogits ?? holds !== 'probabilities')
  }

  reset(): void {
    this.#entropy.reset()
  }

  /** Takes one batch in. Throws as {@link cross_entropy}. */
  accumulate(pred: Tensors, target: Tensors, weights?: Tensor1D): Promise<void> {
    return this.#entropy.accumulate(pred, target, weights)
  }

  setAside(): () => void {
    return this.#entropy.setAside()
  }

  together(gather: Gather): Promise<void> {
    return this.#entropy.together(gather)
  }

  get value(): number {
    return Math.exp(this.#entropy.value)
  }
}

function entropyOf(fromLogits: boolean): AverageMetric {
  return new AverageMetric(fromLogits ? cross_entropy : probability_cross_entropy)
}
