import { BalancedAccuracy, CohenKappa, MatthewsCorrCoef } from './agreement.js'
import type { Metric } from './metric.js'
import { ExplainedVariance, R2Score } from './moments.js'
import { Dice, DiceMulti, JaccardCoeff } from './overlap.js'
import { Perplexity } from './perplexity.js'
import { F1Score, FBeta, Precision, Recall } from './precision-recall.js'
import { APScoreMulti, RocAuc } from './ranking.js'
import { RootMeanSquaredError } from './regression.js'

interface Options {
  readonly name: string
  readonly average?: 'macro' | 'micro' | 'weighted'
}

const makers: Readonly<Record<string, (options: Options) => Metric>> = {
  precision: options => new Precision(options),
  recall: options => new Recall(options),
  f1: options => new F1Score(options),
  f2: options => new FBeta({ beta: 2, ...options }),
  jaccard: options => new JaccardCoeff(options),
  dice: options => new Dice(options),
  dice_multi: options => new DiceMulti(options),
  balanced_accuracy: options => new BalancedAccuracy(options),
  matthews_corrcoef: options => new MatthewsCorrCoef(options),
  cohen_kappa: options => new CohenKappa(options),
  roc_auc: options => new RocAuc(options),
  average_precision: options => new APScoreMulti(options),
  r2: options => new R2Score(options),
  explained_variance: options => new ExplainedVariance(options),
  rmse: () => new RootMeanSquaredError(),
  perplexity: options => new Perplexity(options),
}

/** The metric of a name, without or with the mean of classes that is meant: `f1`, `f1_macro`. */
export function makeMetric(name: string): Metric {
  const [, own, average] = /^(.*?)(?:_(macro|micro|weighted))?$/.exec(name) as unknown as [string, string, Options['average']]
  return makers[own]!({ name, ...(average && { average }) })
}
