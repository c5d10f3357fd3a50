import { rangeError } from '@onecycle/platform'
import type { ClassMetricOptions } from './pass-metric.js'
import { mean, type Tallies } from './tallies.js'
import { TallyMetric } from './tally-metric.js'

/** A figure of one answer a sample. */
abstract class AgreementMetric extends TallyMetric {
  protected check({ form, classes }: Tallies): void {
    if (form !== 'labels') return
    throw rangeError(
      'multilabel-figure',
      `${this.name} is a figure of one class a sample, but the targets are ${classes} labels of which each is a yes or no. ` +
        'Use new F1Score() or new RocAuc() for them.',
    )
  }

  get value(): number {
    return this.gathered ? this.figure(this.gathered) : Number.NaN
  }

  protected abstract figure(tallies: Tallies): number
}

/**
 * The mean, over the classes that occur, of the share of each that was found: accuracy where all classes are as frequent.
 * Shapes as {@link Precision}. Source: scikit-learn's `balanced_accuracy_score`, fastai's `BalancedAccuracy`.
 *
 * @throws RangeError for several labels
 * @example
 * new Learner(data, model, { metrics: [new BalancedAccuracy()] })
 */
export class BalancedAccuracy extends AgreementMetric {
  static override readonly name: string = 'BalancedAccuracy'

  constructor(options: ClassMetricOptions = {}) {
    super('balanced_accuracy_score', options)
  }

  protected figure(tallies: Tallies): number {
    return mean(tallies.all().flatMap(({ hits, actual }) => (actual > 0 ? [[hits / actual, 1] as const] : [])))
  }
}

/**
 * The correlation of what was predicted and what is, from -1 to 1; 0 is chance, and also the answer where only one class is predicted, or
 * true. Shapes and errors as {@link BalancedAccuracy}. Source: Gorodkin 2004, as scikit-learn's `matthews_corrcoef`, fastai's `MatthewsCorrCoef`.
 *
 * @example
 * new Learner(data, model, { metrics: [new MatthewsCorrCoef()] })
 */
export class MatthewsCorrCoef extends AgreementMetric {
  static override readonly name: string = 'MatthewsCorrCoef'

  constructor(options: ClassMetricOptions = {}) {
    super('matthews_corrcoef', options)
  }

  protected figure(tallies: Tallies): number {
    const all = tallies.weight
    let [hits, together, predictedSquares, actualSquares] = [0, 0, 0, 0]
    for (const counts of tallies.all()) {
      hits += counts.hits
      together += counts.predicted * counts.actual
      predictedSquares += counts.predicted ** 2
      actualSquares += counts.actual ** 2
    }
    const spread = (all ** 2 - predictedSquares) * (all ** 2 - actualSquares)
    return spread > 0 ? (hits * all - together) / Math.sqrt(spread) : 0
  }
}

/**
 * By how much predictions agree with targets beyond chance, from at most 1; 0 is chance. NaN where one class alone is predicted and true.
 * Shapes and errors as {@link BalancedAccuracy}. Source: Cohen 1960, as scikit-learn's `cohen_kappa_score`, fastai's `CohenKappa`.
 *
 * @example
 * new Learner(data, model, { metrics: [new CohenKappa()] })
 */
export class CohenKappa extends AgreementMetric {
  static override readonly name: string = 'CohenKappa'

  constructor(options: ClassMetricOptions = {}) {
    super('cohen_kappa_score', options)
  }

  protected figure(tallies: Tallies): number {
    const all = tallies.weight
    let [hits, chance] = [0, 0]
    for (const counts of tallies.all()) {
      hits += counts.hits / all
      chance += (counts.predicted / all) * (counts.actual / all)
    }
    return (hits - chance) / (1 - chance)
  }
}
