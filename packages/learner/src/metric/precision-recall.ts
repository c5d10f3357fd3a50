import { checkNumber, type Kinds, kind } from '@onecycle/platform'
import { AveragedMetric, type AveragedMetricOptions, averagedMetricKinds } from './averaged-metric.js'
import type { Counts } from './tallies.js'

/** What `FBeta` is given: how many times recall counts as much as precision, and how classes are averaged. */
export interface FBetaOptions extends AveragedMetricOptions {
  /** How many times as much recall counts as precision. Default 1, the F1 score. */
  beta?: number | undefined
}

const kinds: Kinds<FBetaOptions> = { ...averagedMetricKinds, beta: kind.number }

/**
 * Of what was predicted to be of a class, the share that is. 0 where nothing was, as in scikit-learn.
 *
 * Predictions are [..., classes] with labels [...] (int32) or one-hot targets, or yes or no: a unit each, with as many targets. Weights of
 * samples are respected. Source: scikit-learn's `precision_score`, fastai's `Precision`.
 *
 * @throws RangeError from the first batch on, where there are several classes and neither `average` nor `pos_label`
 * @example
 * new Learner(data, model, { metrics: [new Precision({ average: 'macro' }), new Precision({ pos_label: 2, name: 'of_virginica' })] })
 */
export class Precision extends AveragedMetric {
  static override readonly name: string = 'Precision'

  constructor(options: AveragedMetricOptions = {}) {
    super('precision_score', options)
  }

  protected figure({ hits, predicted }: Counts): number {
    return share(hits, predicted)
  }
}

/**
 * Of what is of a class, the share that was found. 0 where nothing is, as in scikit-learn. Shapes and errors as {@link Precision}.
 * Source: scikit-learn's `recall_score`, fastai's `Recall`.
 *
 * @example
 * new Learner(data, model, { metrics: [new Recall({ average: 'macro' })] })
 */
export class Recall extends AveragedMetric {
  static override readonly name: string = 'Recall'

  constructor(options: AveragedMetricOptions = {}) {
    super('recall_score', options)
  }

  protected figure({ hits, actual }: Counts): number {
    return share(hits, actual)
  }
}

/**
 * The harmonic mean of precision and recall, recall counting `beta` times as much: `(1 + beta²) hits / (beta² actual + predicted)`.
 * 0 where a class is neither predicted nor true. Shapes and errors as {@link Precision}. Source: scikit-learn's `fbeta_score`, fastai's `FBeta`.
 *
 * @throws RangeError for a beta that is not above 0
 * @example
 * new Learner(data, model, { metrics: [new FBeta({ beta: 2, average: 'macro' })] })
 */
export class FBeta extends AveragedMetric {
  static override readonly name: string = 'FBeta'
  readonly #beta: number

  constructor(options: FBetaOptions = {}) {
    super('fbeta_score', options, kinds)
    this.#beta = checkNumber('beta', options.beta ?? 1, { above: 0 })
  }

  protected figure(counts: Counts): number {
    return fBeta(counts, this.#beta)
  }
}

/**
 * {@link FBeta} with precision and recall counting alike. Source: scikit-learn's `f1_score`, fastai's `F1Score`.
 *
 * @example
 * new Learner(data, model, { metrics: [new F1Score({ average: 'macro' })] })
 */
export class F1Score extends AveragedMetric {
  static override readonly name: string = 'F1Score'

  constructor(options: AveragedMetricOptions = {}) {
    super('f1_score', options)
  }

  protected figure(counts: Counts): number {
    return fBeta(counts, 1)
  }
}

function fBeta({ hits, predicted, actual }: Counts, beta: number): number {
  return share((1 + beta ** 2) * hits, beta ** 2 * actual + predicted)
}

/** A part of a whole; 0 where there is none. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
