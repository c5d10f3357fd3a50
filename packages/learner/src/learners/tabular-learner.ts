import { type Row, type Table, type TableLike, TabularDataBunch } from '@onecycle/data'
import { checkOptions, type FileSource, type Kinds, keepNames, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { PredictCsvOptions, PredictedCsv } from '../export/predict-csv.js'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { type EmbeddingSize, emb_sz_rule } from '../model/category-embeddings.js'
import { type TabularModelOptions, tabular_model, tabularModelKinds } from '../model/tabular-model.js'
import { describe, metricsFor } from './chosen.js'
import { ItemLearner } from './item-learner.js'
import { orDispose } from './or-dispose.js'

/** What `tabular_learner` is given: sizes of embeddings and layers, and what every Learner is given. */
export interface TabularLearnerOptions
  extends LearnerOptions,
    Omit<TabularModelOptions, 'out_sz' | 'n_cont' | 'emb_szs' | 'seed'> {
  /** Figures that stand for each category, by the name of its column; for others as {@link emb_sz_rule} says. */
  emb_szs?: Readonly<Record<string, number>> | undefined
}

const { out_sz: _out, n_cont: _cont, emb_szs: _sizes, seed: _seed, ...modelKinds } = tabularModelKinds
export const tabularLearnerKinds: Kinds<TabularLearnerOptions> = { ...learnerKinds, ...modelKinds, emb_szs: kind.object }

/**
 * A Learner of the data of a table, which predicts rows as they are written there: columns by name, categories it has never seen among them.
 *
 * Source: fastai's `TabularLearner`.
 *
 * @example
 * const churn = tabular_learner(await TabularDataBunch.from_csv('churn.csv', { y: 'left' }))
 * await churn.predict({ age: 41, city: 'Bern' })   // { label: 'no', probs: { no: 0.93, yes: 0.07 } }
 */
export class TabularLearner extends ItemLearner<Row, readonly Row[] | Table> {
  static override readonly name: string = 'TabularLearner'

  /**
   * Writes rows of a file or of a table beside what the model says of each as CSV: `label` and `probs.no`, `labels`, `value`, or `kind.label` of several
   * outputs. A part of the rows is in memory at a time, and the file appears whole or not at all.
   *
   * @param rows a path or another address, a File or Blob, bytes, a text of several lines; or a table, rows or columns. CSV files are read as that of
   * training was, where options do not say otherwise
   * @param to a path or another address, as of `save`
   * @throws RangeError for a column that is not there, cells that cannot be read as in training, or a name that rows and predictions have; Error for files
   * that cannot be read or written
   * @example
   * const churn = tabular_learner(await TabularDataBunch.from_csv('churn.csv', { y: 'left' }))
   * await churn.predict_csv('new.csv', 'predicted.csv', { keep: ['id'] })   // { path, rows: 3000 }
   */
  async predict_csv(rows: FileSource | TableLike, to: string, options: PredictCsvOptions = {}): Promise<PredictedCsv> {
    const { predictCsv } = await import('../export/predict-csv.js')
    return predictCsv({ inputs: this.data.inputs, predict: some => this.predict(some) }, rows, to, options)
  }
}

/**
 * A Learner with a {@link tabular_model} made for the data: an embedding of each category, numbers, layers, and an output for each class or
 * value. The loss is cross-entropy for classes (two classes are two logits), binary cross-entropy for labels and mean squared error for values, of several
 * outputs their sum; metrics are accuracy, or the root of the mean squared error, unless given. What was chosen is said in a line. `seed` decides the initial weights too.
 *
 * Source: fastai's `tabular_learner`.
 *
 * @throws TypeError for data of another kind, or an unknown option; RangeError for `emb_szs` of a column that is no category; as
 * {@link tabular_model} and {@link Learner} do.
 * @example
 * const rows = [{ age: 41.5, city: 'Bern', left: 'no' }, { age: 17, city: 'Basel', left: 'yes' }]
 * const data = await TabularDataBunch.from_df([...rows, ...rows, ...rows], { y: 'left', bs: 2 })
 * const learn = tabular_learner(data, { layers: [20, 10], seed: 1 })
 */
export function tabular_learner(data: TabularDataBunch, options: TabularLearnerOptions = {}): TabularLearner {
  requireTabular('tabular_learner', data)
  checkOptions<TabularLearnerOptions>('tabular_learner', options, tabularLearnerKinds)
  const { emb_szs, layers = [200, 100], ps, embed_p, use_bn, bn_cont, y_range, ...rest } = options
  const sizes = sizesOf(data, emb_szs)
  const n_cont = data.procs.cont_names.length
  const out_sz = outputsOf(data)
  const own = { layers, ps, embed_p, use_bn, bn_cont, y_range, seed: rest.seed }
  const model = tabular_model({ emb_szs: sizes.map(({ size }) => size), n_cont, out_sz, ...own })
  const learn = orDispose(model, () => new TabularLearner(data, model, { ...rest, metrics: options.metrics ?? metricsFor(data) }))
  const inputs = [...sizes.map(({ name, size }) => `${name} ${size.join(' x ')}`), ...(n_cont ? [`${n_cont} numbers`] : [])]
  const ends = typeof out_sz === 'number' ? out_sz : Object.entries(out_sz).map(([name, size]) => `${name} ${size}`).join(' and ') // biome-ignore format: short
  learn.log(`tabular_learner: ${inputs.join(', ')}; layers ${[...layers, ends].join(', ')}; ${describe(learn)}.`)
  return learn
}

/** Figures of the output: one for each class, label or value; of outputs that have names by these. */
function outputsOf({ heads, targetName, c, targetShape }: TabularDataBunch): number | Record<string, number> {
  const size = (c: number | undefined, shape: readonly number[]) => c ?? shape[0] ?? 1
  if (heads) return Object.fromEntries(Object.entries(heads).map(([name, { c, targetShape }]) => [name, size(c, targetShape)]))
  return targetName === undefined ? size(c, targetShape) : { [targetName]: size(c, targetShape) }
}

export function requireTabular(owner: string, data: unknown): void {
  if (data instanceof TabularDataBunch) return
  throw typeError(
    'another-kind',
    `${owner} takes a TabularDataBunch, such as TabularDataBunch.from_csv makes, but got ${show(data)}.`,
  )
}

function sizesOf({ procs }: TabularDataBunch, given: Readonly<Record<string, number>> = {}) {
  const unknown = Object.keys(given).find(name => !procs.cat_names.includes(name))
  if (unknown !== undefined)
    throw rangeError(
      'unknown-name',
      `emb_szs: ${show(unknown)} is no category; there are ${procs.cat_names.join(', ') || 'none'}.`,
    )
  return procs.cat_names.map(name => {
    const categories = procs.classes(name).length
    return { name, size: [categories, given[name] ?? emb_sz_rule(categories)] satisfies EmbeddingSize }
  })
}

keepNames({ tabular_learner })
