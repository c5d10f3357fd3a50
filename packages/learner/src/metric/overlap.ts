import { AveragedMetric, type AveragedMetricOptions } from './averaged-metric.js'
import type { ClassMetricOptions } from './pass-metric.js'
import type { Counts } from './tallies.js'

/**
 * How far two areas are the same, twice what they share by the sum of their sizes: Dice's coefficient of class 1 over all pixels of a pass.
 * NaN where neither the predictions nor the targets hold any. Predictions are [batch, height, width, 2] or [batch, height, width, 1], targets
 * [batch, height, width]; samples without pixels are measured alike. Source: fastai's `Dice`; the same as {@link F1Score}.
 *
 * @throws RangeError from the first batch on for more than two classes: use {@link DiceMulti}
 * @example
 * new Learner(data, model, { metrics: [new Dice()] })
 */
export class Dice extends AveragedMetric {
  static override readonly name: string = 'Dice'

  constructor(options: ClassMetricOptions = {}) {
    super('dice', options)
  }

  protected figure(counts: Counts): number {
    return dice(counts)
  }
}

/**
 * The mean of {@link Dice} over all classes that are predicted or true at least once. Source: fastai's `DiceMulti`.
 *
 * @example
 * new Learner(data, model, { metrics: [new DiceMulti()] })
 */
export class DiceMulti extends AveragedMetric {
  static override readonly name: string = 'DiceMulti'

  constructor(options: ClassMetricOptions = {}) {
    super('dice_multi', { ...options, average: 'macro' })
  }

  protected figure(counts: Counts): number {
    return dice(counts)
  }
}

/**
 * What two areas share, by what they cover together (intersection over union), of class 1 over all pixels of a pass; with `average: 'macro'` the
 * mean IoU of several classes. NaN where a class is neither predicted nor true, which no
 * mean counts. Shapes as {@link Dice}. Sources: fastai's `JaccardCoeff`, and
 * `Jaccard`, scikit-learn's `jaccard_score`.
 *
 * @throws RangeError from the first batch on, where there are several classes and neither `average` nor `pos_label`
 * @example
 * new Learner(data, model, { metrics: [new JaccardCoeff({ average: 'macro', name: 'mean_iou' })] })
 */
export class JaccardCoeff extends AveragedMetric {
  static override readonly name: string = 'JaccardCoeff'

  constructor(options: AveragedMetricOptions = {}) {
    super('jaccard_coeff', options)
  }

  protected figure({ hits, predicted, actual }: Counts): number {
    return hits / (predicted + actual - hits)
  }
}

function dice({ hits, predicted, actual }: Counts): number {
  return (2 * hits) / (predicted + actual)
}
