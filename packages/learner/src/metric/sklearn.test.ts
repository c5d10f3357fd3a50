import { readFileSync } from 'node:fs'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { mae } from '../loss/regression.js'
import { useCpu } from '../testing/tiny.js'
import { BalancedAccuracy, CohenKappa, MatthewsCorrCoef } from './agreement.js'
import { accuracy, accuracy_thresh, top_k_accuracy } from './classification.js'
import { AverageMetric, type Metric } from './metric.js'
import { ExplainedVariance, R2Score } from './moments.js'
import { Dice, DiceMulti, JaccardCoeff } from './overlap.js'
import { Perplexity } from './perplexity.js'
import { F1Score, FBeta, Precision, Recall } from './precision-recall.js'
import { APScoreBinary, APScoreMulti, RocAuc } from './ranking.js'
import { RootMeanSquaredError } from './regression.js'
import type { Average } from './tallies.js'

beforeAll(useCpu)

interface Case {
  pred: tf.TensorLike
  target: tf.TensorLike
  weights: number[]
  batches: number[]
  expected: Record<'plain' | 'weighted', Record<string, number | number[]>>
}

const file = new URL('../../fixtures/sklearn_metrics.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Record<string, Case> }

const averages: Record<string, (options: { average: Average | undefined; multiLabel: boolean }) => Metric> = {
  precision: options => new Precision(options),
  recall: options => new Recall(options),
  f1: options => new F1Score(options),
  f2: options => new FBeta({ beta: 2, ...options }),
  jaccard: options => new JaccardCoeff(options),
  roc_auc: ({ average, ...options }) => new RocAuc({ ...options, ...(average && { average: average as 'macro' }) }),
  average_precision: ({ average, ...options }) =>
    average ? new APScoreMulti({ ...options, average: average as 'macro' }) : new APScoreBinary(options),
}

const others: Record<string, (name: string) => Metric> = {
  accuracy: name => new AverageMetric(name === 'binary' ? accuracy_thresh() : accuracy, 'accuracy'),
  top_2: () => new AverageMetric(top_k_accuracy(2)),
  balanced_accuracy: () => new BalancedAccuracy(),
  matthews: () => new MatthewsCorrCoef(),
  kappa: () => new CohenKappa(),
  perplexity: () => new Perplexity(),
  dice: () => new Dice(),
  dice_multi: () => new DiceMulti(),
  mae: () => new AverageMetric(mae),
  rmse: () => new RootMeanSquaredError(),
  r2: () => new R2Score(),
  explained_variance: () => new ExplainedVariance(),
}

/** The metric of a figure's name, such as 'recall macro'. */
function metricOf(figure: string, name: string): Metric {
  const [what, average] = figure.split(' ') as [string, Average | 'each' | undefined]
  const make = averages[what]
  if (!make) return others[what]!(name)
  return make({ multiLabel: name === 'labels', average: average === 'each' ? 'macro' : average })
}

/** All batches of a case, each in tensors of its own. */
async function measure(
  metric: Metric,
  { pred, target, weights, batches }: Case,
  weighted: boolean,
  isValue: boolean,
): Promise<void> {
  const [x, y, w] = [
    tf.tensor(pred, undefined, 'float32'),
    tf.tensor(target, undefined, isValue ? 'float32' : 'int32'),
    tf.tensor1d(weights),
  ]
  metric.reset()
  let start = 0
  for (const size of batches) {
    const cut = (tensor: tf.Tensor) => tf.slice(tensor, [start], [size])
    const parts = [cut(x), cut(y), cut(w)] as const
    const before = tf.memory().numTensors
    await metric.accumulate(parts[0], parts[1], weighted ? (parts[2] as tf.Tensor1D) : undefined)
    expect(tf.memory().numTensors).toBe(before)
    tf.dispose([...parts])
    start += size
  }
  tf.dispose([x, y, w])
}

describe.each(Object.entries(cases))('%s', (name, given) => {
  const figures = Object.entries(given.expected).flatMap(([how, figures]) =>
    Object.entries(figures).map(([figure, value]) => [how, figure, value] as const),
  )
  it.each(figures)('%s: %s is %s', async (how, figure, expected) => {
    const metric = metricOf(figure, name)
    await measure(metric, given, how === 'weighted', name.startsWith('value'))
    const got = figure.endsWith(' each') ? (metric as Precision).perClass : [metric.value]
    expect(got).toHaveLength([expected].flat().length)
    for (const [i, value] of [expected].flat().entries())
      expect(Math.abs(got[i]! - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)))
  })
})
