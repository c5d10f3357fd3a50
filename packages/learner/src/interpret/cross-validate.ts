import type { Split } from '@onecycle/data'
import { show, typeError } from '@onecycle/platform'
import type { Learner } from '../learner.js'
import { checkLearner } from './check-learner.js'

/** What `cross_validate` found: the figures of each fold, their means and standard deviations. */
export interface CrossValidation {
  /** Loss and metrics of each fold's own validation data, by name, in the order of the folds. */
  readonly folds: readonly Readonly<Record<string, number>>[]
  /** Their means over folds. */
  readonly mean: Readonly<Record<string, number>>
  /** How far folds differ: their standard deviations. */
  readonly std: Readonly<Record<string, number>>
}

/**
 * Trains once for each fold, and averages what the folds' validation data says. All that is fitted to data (statistics, categories, the model) is made in
 * `train`, of the fold's own samples: so nothing of the validation data is known.
 *
 * @param folds indices to train and to validate on, for each fold: what `kFold` gives
 * @param train makes and trains a Learner for a fold. It and its model are disposed when it has been measured.
 * @throws TypeError without folds, or where `train` gives no Learner; what it throws, unchanged
 * @example
 * const rows = Array.from({ length: 20 }, (_, i) => ({ size: i + 0.5, price: 3 * i }))
 * const { mean, std } = await cross_validate(kFold(rows.length, 5), async split => {
 *   const data = await TabularDataBunch.from_df(rows, { y: 'price', target: 'value', split, bs: 4 })   // normalized by its own training rows
 *   const model = sequential({ layers: [layers.inputLayer({ inputShape: [1], name: 'conts' }), layers.dense({ units: 1 })] })
 *   const learn = new Learner(data, model, { metrics: 'mae', progress: false })
 *   await learn.fit_one_cycle(5, 1e-1)
 *   return learn
 * })
 */
export async function cross_validate(
  folds: Iterable<Readonly<Split>>,
  train: (fold: Readonly<Split>, i: number) => Learner | Promise<Learner>,
): Promise<CrossValidation> {
  const all = typeof folds === 'object' && folds !== null && Symbol.iterator in folds ? [...folds] : []
  if (all.length === 0)
    throw typeError('wrong-argument', `cross_validate takes folds, a list of [train, valid] indices, but got ${show(folds)}.`)
  if (typeof train !== 'function')
    throw typeError('wrong-argument', `cross_validate takes a function that trains a Learner for a fold, but got ${show(train)}.`)
  const figures: Record<string, number>[] = []
  for (const [i, fold] of all.entries()) {
    const learn = await train(fold, i)
    checkLearner(`cross_validate: what train gives for fold ${i}`, learn)
    try {
      figures.push(await learn.validate())
    } finally {
      learn.dispose()
      learn.model.dispose?.()
    }
  }
  const over = (of: (values: number[]) => number) =>
    Object.fromEntries(Object.keys(figures[0]!).map(name => [name, of(figures.map(each => each[name]!))]))
  return { folds: figures, mean: over(mean), std: over(std) }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function std(values: number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)))
}
