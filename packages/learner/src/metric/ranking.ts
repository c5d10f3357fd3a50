import { type Kinds, kind, rangeError } from '@onecycle/platform'
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core'
import { type Reading, type Scores, scoresOf } from './answers.js'
import { type ClassMetricOptions, classMetricKinds, PassMetric } from './pass-metric.js'
import { averagePrecision, type Ranked, rocArea } from './rank-curves.js'
import { joined, positives, rankedOf } from './ranked.js'
import { numbersOf, scoresOfNumbers } from './score-numbers.js'
import { mean } from './tallies.js'

/** What metrics of a ranking are given: how classes are averaged. */
export interface RankMetricOptions extends ClassMetricOptions {
  /**
   * How the figures of several classes, each against all others, or of several labels become one: `macro`, their mean; `weighted`, their
   * mean by how often each is true; `micro`, the figure of all pairs of sample and class. Default `macro`. Of two classes it is that of class 1.
   */
  average?: 'micro' | 'macro' | 'weighted' | undefined
}

const kinds: Kinds<RankMetricOptions> = { ...classMetricKinds, average: kind.choice('micro', 'macro', 'weighted') }

interface Gathered {
  readonly batches: Scores[]
  readonly holds: Reading['holds']
  value?: number
}

/** A figure of the order that scores bring samples into: all scores of a pass are kept, 4 bytes for each number that the model gives. */
abstract class RankMetric extends PassMetric<Gathered> {
  readonly #average: 'micro' | 'macro' | 'weighted'

  constructor(name: string, options: RankMetricOptions, known: Kinds<ClassMetricOptions> = kinds) {
    super(name, options, known)
    this.#average = options.average ?? 'macro'
  }

  /** The figure of one class against all others. */
  protected abstract figure(ranked: Ranked): number

  /** @throws RangeError where such targets have no such figure */
  protected check(_: Scores): void {}

  protected async take(pred: Tensor, target: Tensor, weights: Tensor1D | undefined, reading: Reading): Promise<void> {
    const scores = await scoresOf(pred, target, weights, reading)
    this.check(scores)
    this.gathered ??= { batches: [], holds: reading.holds }
    this.gathered.batches.push(scores)
    delete this.gathered.value
  }

  protected numbers({ batches, holds }: Gathered): Float64Array {
    return numbersOf(batches, holds)
  }

  protected joined(parts: readonly Float64Array[]): Gathered | undefined {
    const all = parts.map(scoresOfNumbers)
    return all[0] && { batches: all.map(({ scores }) => scores), holds: all[0].holds }
  }

  get value(): number {
    const { gathered } = this
    if (!gathered) return Number.NaN
    gathered.value ??= this.#valueOf(gathered)
    return gathered.value
  }

  /** The figure of each class or label, of two classes that of class 1; empty before the first batch. */
  get perClass(): number[] {
    return this.gathered ? rankedOf(this.gathered.batches, this.gathered.holds).map(each => this.figure(each)) : []
  }

  #valueOf(gathered: Gathered): number {
    const all = rankedOf(gathered.batches, gathered.holds)
    if (this.#average === 'micro') return this.figure(joined(all))
    return mean(all.map(each => [this.figure(each), this.#average === 'weighted' ? positives(each) : 1] as const))
  }
}

/**
 * The probability that a sample of a class is ranked above one of the others: the area under the receiver operating characteristic. NaN
 * where one of both does not occur, in any class. Predictions and targets as {@link Precision}; logits are ranked as their
 * probabilities are. All predictions of a pass are kept in memory. Source: scikit-learn's `roc_auc_score` (one class against all others), fastai's `RocAuc`.
 *
 * @example
 * new Learner(data, model, { metrics: [new RocAuc()] })
 */
export class RocAuc extends RankMetric {
  static override readonly name: string = 'RocAuc'

  constructor(options: RankMetricOptions = {}) {
    super('roc_auc_score', options)
  }

  protected figure(ranked: Ranked): number {
    return rocArea(ranked)
  }
}

/**
 * Average precision of class 1 of two: the mean of precision over what recall gains, as the threshold falls. It tells more than {@link RocAuc}
 * where what is looked for is rare. 0 where it does not occur. Shapes and memory as {@link RocAuc}. Source: scikit-learn's
 * `average_precision_score`, fastai's `APScoreBinary`.
 *
 * @throws RangeError from the first batch on for several classes or labels: use {@link APScoreMulti}
 * @example
 * new Learner(data, model, { metrics: [new APScoreBinary()] })
 */
export class APScoreBinary extends RankMetric {
  static override readonly name: string = 'APScoreBinary'

  constructor(options: ClassMetricOptions = {}) {
    super('average_precision_score', options, classMetricKinds)
  }

  protected override check({ form, classes }: Scores): void {
    if (form !== 'labels' && classes === 2) return
    throw rangeError(
      'two-classes-only',
      `${this.name} is of two classes, but there are ${classes} ${form === 'labels' ? 'labels' : 'classes'}. Use new APScoreMulti().`,
    )
  }

  protected figure(ranked: Ranked): number {
    return averagePrecision(ranked)
  }
}

/**
 * Average precision as {@link APScoreBinary}, of each of several classes against all others, or of each of several labels. Source: scikit-learn's
 * `average_precision_score`, fastai's `APScoreMulti`.
 *
 * @example
 * new Learner(data, model, { metrics: [new APScoreMulti({ average: 'weighted' })] })
 */
export class APScoreMulti extends RankMetric {
  static override readonly name: string = 'APScoreMulti'

  constructor(options: RankMetricOptions = {}) {
    super('average_precision_score', options)
  }

  protected figure(ranked: Ranked): number {
    return averagePrecision(ranked)
  }
}
