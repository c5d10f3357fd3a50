import { DataLoader, type Dataset } from '@onecycle/data'
import { checkCount, checkOptions, kind, nearestName, Random, rangeError, show, typeError } from '@onecycle/platform'
import { barPanel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { streamOf } from '../check/stream-of.js'
import type { Learner } from '../learner.js'
import { checkLearner } from './check-learner.js'
import type { InterpretationOptions } from './interpretation.js'
import { type Feature, permuted } from './permuted.js'
import { columnNames, tabular } from './tabular.js'

/** What `feature_importance` is given: the figure that is compared, how often a column is shuffled, which columns, and the seed. */
export interface FeatureImportanceOptions extends Pick<InterpretationOptions, 'dl'> {
  /** What gets worse: `valid_loss`, or the name of a metric of the Learner that says which way it is better. Default `valid_loss`. */
  figure?: string | undefined
  /** Passes for each feature, each with another order; their mean counts. Default 5. */
  n_repeats?: number | undefined
  /** Names of the features, in the order of the inputs and of their numbers. Default: the columns of a table, or the names of the inputs. */
  features?: readonly string[] | undefined
  /** Decides the orders. Default 0. */
  seed?: number | undefined
}

/** One feature: by how much the figure gets worse without what it says. */
export interface Importance {
  readonly feature: string
  /** By how much the figure gets worse on average without what the feature says, in units of the figure; below 0 where it gets better. */
  readonly importance: number
  /** How far the passes differ: their standard deviation. */
  readonly std: number
}

/** How much each feature is worth to a model, the most important first. */
export class FeatureImportance {
  static readonly name: string = 'FeatureImportance'
  readonly figure: string
  /** Of the data as it is. */
  readonly baseline: number
  readonly features: readonly Importance[]

  constructor(figure: string, baseline: number, features: readonly Importance[]) {
    this.figure = figure
    this.baseline = baseline
    this.features = features.toSorted((a, b) => b.importance - a.importance)
  }

  /** A bar for each feature, or for the `most` most important ones (default 30). */
  plot(options: ShowOptions & { most?: number } = {}): Plot {
    checkOptions('plot', options, { ...showKinds, most: kind.number })
    const { most = 30, ...how } = options
    const shown = this.features.slice(0, checkCount('most', most))
    const panel = barPanel({
      title: `Permutation importance (${this.figure} ${this.baseline.toPrecision(3)})`,
      x: { label: `${this.figure} gets worse by` },
      y: { label: '', categories: shown.map(({ feature }) => feature) },
      bars: { importance: shown.map(({ importance }) => importance) },
    })
    return new Plot({ panels: [panel] }).present(how)
  }
}

/**
 * How much each feature is worth to a model: by how much a figure of the validation data gets worse when the feature's values are shuffled among the
 * samples. A feature is a number of a flat input, or an input of any other shape as a whole. Features that say the same stand in for each other, and
 * seem worth little. Takes `1 + features * n_repeats` passes over the data.
 *
 * Sources: Breiman 2001; scikit-learn's `permutation_importance`.
 *
 * @throws TypeError for what is no Learner, a figure that it does not have or that nobody knows the better way of, or data that cannot be read by
 * index; RangeError where there are not as many names as features
 * @example
 * const importance = await feature_importance(learn, { figure: 'accuracy' })
 * console.log(importance.features[0])   // { feature: 'petal length', importance: 0.31, std: 0.02 }
 * await importance.plot().save('runs/importance.png')
 */
export async function feature_importance(learn: Learner, options: FeatureImportanceOptions = {}): Promise<FeatureImportance> {
  checkLearner('feature_importance', learn)
  checkOptions<FeatureImportanceOptions>('feature_importance', options, {
    ...{ dl: kind.any, figure: kind.string, n_repeats: kind.number, features: kind.listOf(kind.string), seed: kind.number },
  })
  const { figure = 'valid_loss', n_repeats = 5, seed = 0 } = options
  checkCount('n_repeats', n_repeats)
  const better = learn.betterOf(figure)
  if (!better) throw unknownFigure(learn, figure)
  const { dataset, bs } = readable(streamOf('feature_importance', options.dl, learn.data))
  const table = tabular(learn.data)
  const features = featuresOf(dataset, options.features ?? (table && columnNames(table)))
  const random = new Random(seed).fork('feature_importance')
  const measure = async (data: Dataset) => (await learn.validate(new DataLoader(data, { bs })))[figure]!
  const baseline = await measure(dataset)
  const found: Importance[] = []
  for (const feature of features) {
    const losses: number[] = []
    for (let i = 0; i < n_repeats; i++) {
      const value = await measure(permuted(dataset, feature, random.permutation(dataset.length)))
      losses.push(better === 'lower' ? value - baseline : baseline - value)
    }
    const importance = losses.reduce((sum, loss) => sum + loss, 0) / n_repeats
    const variance = losses.reduce((sum, loss) => sum + (loss - importance) ** 2, 0) / n_repeats
    found.push({ feature: feature.name, importance, std: Math.sqrt(variance) })
  }
  return new FeatureImportance(figure, baseline, found)
}

function unknownFigure(learn: Learner, figure: string): TypeError {
  const known = ['valid_loss', ...learn.metricNames]
  if (known.includes(figure))
    return typeError(
      'which-is-better',
      `The metric ${figure} does not say which way it is better, and so not what gets worse: give it a property better.`,
    )
  const near = nearestName(figure, known)
  return typeError(
    'unknown-figure',
    `The Learner has no figure ${show(figure)}.${near ? ` Did you mean ${near}?` : ''} It has ${known.join(', ')}.`,
  )
}

/** What a stream reads from, by index. */
function readable(dl: object): { dataset: Dataset; bs: number } {
  if (dl instanceof DataLoader) return { dataset: dl.dataset, bs: dl.batchSize }
  throw typeError(
    'not-by-index',
    'feature_importance shuffles a feature among all samples, and so reads them by index, which this stream cannot. Pass a data set: { dl: dataset }.',
  )
}

function featuresOf({ inputShape, inputNames }: Dataset, names: readonly string[] | undefined): Feature[] {
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][]
  const features = shapes.flatMap((shape, input): Feature[] => {
    const name = inputNames?.[input] ?? (shapes.length > 1 ? `input ${input}` : 'x')
    if (shape.length !== 1) return [{ name, input, column: undefined }]
    if (shape[0] === 1) return [{ name, input, column: 0 }]
    return Array.from({ length: shape[0]! }, (_, column) => ({ name: `${name}[${column}]`, input, column }))
  })
  if (names && names.length !== features.length)
    throw rangeError(
      'lengths-differ',
      `features has ${names.length} names, but there are ${features.length} features: ${features.map(({ name }) => name).join(', ')}.`,
    )
  return features.map((feature, i) => ({ ...feature, name: names?.[i] ?? feature.name }))
}
