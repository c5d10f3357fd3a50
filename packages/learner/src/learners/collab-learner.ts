import type { TabularDataBunch } from '@onecycle/data'
import { checkOptions, type Kinds, keepNames, kind, Random, rangeError } from '@onecycle/platform'
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { EmbeddingDotBias } from '../model/embedding-dot-bias.js'
import { type Range, SigmoidRange } from '../model/sigmoid-range.js'
import { describe, metricsFor } from './chosen.js'
import { orDispose } from './or-dispose.js'
import { requireTabular, TabularLearner } from './tabular-learner.js'

/** What `collab_learner` is given: factors of each user and item, the range of answers, and what every Learner is given. */
export interface CollabLearnerOptions extends LearnerOptions {
  /** Figures that stand for a user, and for an item. Default 50. */
  n_factors?: number | undefined
  /** Between which values all predictions lie, such as [0, 5.5] for 1 to 5 stars. Default anywhere. */
  y_range?: Range | undefined
}

const collabKinds: Kinds<CollabLearnerOptions> = { ...learnerKinds, n_factors: kind.number, y_range: kind.listOf(kind.number) }

/**
 * A Learner for ratings: what stands for a user times what stands for an item, and a bias of each ({@link EmbeddingDotBias}). The data has
 * two categories, users and items in this order, no numbers, and one value. The loss is mean squared error, the metric its root, unless
 * given. `seed` decides the initial weights too.
 *
 * Source: fastai's `collab_learner`.
 *
 * @throws TypeError for data of another kind, or an unknown option; RangeError for data that does not have two categories and one value.
 * @example
 * const ratings = [{ user: 'Ann', film: 'Alien', stars: 5 }, { user: 'Bob', film: 'Alien', stars: 2 }, { user: 'Bob', film: 'Up', stars: 4 }]
 * const data = await TabularDataBunch.from_df(ratings, { y: 'stars', target: 'value', cat_names: ['user', 'film'], cont_names: [], bs: 1 })
 * const learn = collab_learner(data, { n_factors: 5, y_range: [0, 5.5], seed: 1 })
 */
export function collab_learner(data: TabularDataBunch, options: CollabLearnerOptions = {}): TabularLearner {
  requireTabular('collab_learner', data)
  checkOptions<CollabLearnerOptions>('collab_learner', options, collabKinds)
  const { cat_names, cont_names } = data.procs
  if (cat_names.length !== 2 || cont_names.length > 0 || data.target !== 'value' || data.targetShape.length > 0)
    throw rangeError(
      'another-kind',
      `collab_learner takes data of two categories, users and items, and one value, but this has the categories ${cat_names.join(', ') || 'none'}, ` +
        `the numbers ${cont_names.join(', ') || 'none'}, and ${data.target === 'class' ? 'classes' : 'values'} of shape [${data.targetShape}]. ` +
        "Name them: { y: 'rating', target: 'value', cat_names: ['user', 'item'], cont_names: [] }.",
    )
  const { n_factors = 50, y_range, ...rest } = options
  const [n_users, n_items] = cat_names.map(name => data.procs.classes(name).length) as [number, number]
  const seed = rest.seed === undefined ? undefined : new Random(rest.seed).fork('collab_learner').int(2 ** 30)
  const cats = input({ shape: [2], name: 'cats', dtype: 'int32' })
  const dot = new EmbeddingDotBias({ n_users, n_items, n_factors, name: 'factors', ...(seed !== undefined && { seed }) })
  const range = y_range ? [new SigmoidRange({ low: y_range[0], high: y_range[1], name: 'range' })] : []
  const outputs = [dot, ...range].reduce((x, layer) => layer.apply(x) as SymbolicTensor, cats as SymbolicTensor)
  const net = model({ inputs: cats, outputs, name: 'collab_model' })
  const learn = orDispose(net, () => new TabularLearner(data, net, { ...rest, metrics: options.metrics ?? metricsFor(data) }))
  learn.log(`collab_learner: ${cat_names[0]} ${n_users}, ${cat_names[1]} ${n_items}, ${n_factors} factors; ${describe(learn)}.`)
  return learn
}

keepNames({ collab_learner })
