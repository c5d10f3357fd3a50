import { isClass, listOf, type OneOrMore, show, typeError } from '@onecycle/platform'
import { metrics as stockMetrics } from '@tensorflow/tfjs-layers'
import { lookUp, namesHint } from '../check/names.js'
import { mae, mse } from '../loss/regression.js'
import { accuracy, accuracy_thresh, error_rate, top_k_accuracy } from './classification.js'
import { HeadMetric } from './head-metric.js'
import { AverageMetric, checkBetter, type Metric, type MetricFunction, type Predictions } from './metric.js'
import { NamedMetric, type PassMetricName, passMetrics } from './named-metric.js'

/** Makers of the metrics that a name can ask for: ours, and Keras's for them. Those of whole passes come when they are used. */
const named = {
  accuracy: () => accuracy,
  acc: () => accuracy,
  categoricalAccuracy: () => accuracy,
  sparseCategoricalAccuracy: () => accuracy,
  error_rate: () => error_rate,
  accuracy_thresh: () => accuracy_thresh(),
  binaryAccuracy: () => accuracy_thresh(),
  top_k_accuracy: () => top_k_accuracy(),
  mse: () => mse,
  meanSquaredError: () => mse,
  mae: () => mae,
  meanAbsoluteError: () => mae,
} satisfies Record<string, () => MetricFunction | Metric>

/**
 * A metric by name: ours, scikit-learn's or Keras's, in any case. Of several classes a figure of each becomes one as its name says: `f1_macro`, `f1_micro`,
 * `f1_weighted`. The column is called as the metric is: `accuracy` for `acc`.
 */
export type MetricName = keyof typeof named | PassMetricName | `top_${number}_accuracy`

/** What may stand among the metrics of a Learner. */
export type MetricLike = MetricFunction | Metric | MetricName

const byName = lookUp<() => MetricFunction | Metric>(named)
const meanings = lookUp(passMetrics)

/** Makers that somebody may have forgotten to call. */
const makers = new Map<unknown, () => MetricFunction>([accuracy_thresh, top_k_accuracy].map(maker => [maker, () => maker()]))

/** Metrics of tfjs's own `compile`: they take targets first, and give a value for each sample. */
const stock = new Map<unknown, string>(Object.entries(stockMetrics).map(([name, metric]) => [metric, name]))

/** The metrics of several outputs by their names. */
export type MetricsByName = Readonly<Record<string, OneOrMore<MetricLike>>>

/** An output among several, and what is known of its predictions. */
export interface MeasuredHead {
  readonly name: string
  readonly loss: MetricFunction
  readonly predictions: Predictions
}

/**
 * The metrics of a Learner, as columns of its table. Of several outputs each has its loss there, and the metrics under its name.
 *
 * @throws TypeError for what is no metric, two of one name, a name that no column can have, or one that does not fit what the
 * predictions hold; RangeError for a `better` that is none
 */
export function metricsOf(
  given: OneOrMore<MetricLike> | MetricsByName | undefined,
  predictions: Predictions,
  heads: readonly MeasuredHead[] = [],
): readonly Metric[] {
  const byName = heads.length > 0 && isByName(given) ? given : undefined
  const metrics = [
    ...heads.map(({ name, loss }, i) => new HeadMetric(name, i, new AverageMetric(loss), 'loss')),
    ...Object.entries(byName ?? {}).flatMap(([name, metrics]) => metricsOfHead(name, metrics, heads)),
    ...(byName ? [] : listOf(given as OneOrMore<MetricLike>).map(metricOf)),
  ]
  for (const metric of metrics) checkBetter(metric)
  for (const { name } of metrics)
    if (name in Object.prototype)
      throw typeError(
        'metric-name',
        `A metric cannot be called ${name}, which every object has something by the name of. Give it another: new AverageMetric(metric, 'name').`,
      )
  const names = ['epoch', 'train_loss', 'valid_loss', ...metrics.map(({ name }) => name), 'time']
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice)
    throw typeError(
      'metric-name',
      `Two columns of the epoch table are called ${twice}. Give each metric a name of its own: new AverageMetric(metric, 'name').`,
    )
  for (const metric of metrics) if (!(metric instanceof HeadMetric)) metric.follow?.(predictions)
  // One that is pushed onto the list would have been looked at by nobody.
  return Object.freeze(metrics)
}

function metricsOfHead(name: string, given: OneOrMore<MetricLike>, heads: readonly MeasuredHead[]): HeadMetric[] {
  const place = heads.findIndex(head => head.name === name)
  if (place === -1)
    throw typeError(
      'unknown-output',
      `The option metrics has an entry ${show(name)}, but the outputs are ${heads.map(head => head.name).join(', ')}.`,
    )
  return listOf(given).map(each => {
    const metric = new HeadMetric(name, place, metricOf(each))
    metric.follow(heads[place]!.predictions)
    return metric
  })
}

function isByName(given: unknown): given is MetricsByName {
  return typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype && !isMetric(given)
}

function metricOf(given: unknown): Metric {
  const metric = typeof given === 'string' ? called(given) : (makers.get(given)?.() ?? given)
  if (typeof metric === 'function') {
    if (stock.has(metric))
      refuse(
        `tf.metrics.${stock.get(metric)}, which takes the targets first and gives a value for each sample. Use one of ours, or its name`,
      )
    if (isClass(metric)) refuse(`the class ${metric.name}. Make one: new ${metric.name}()`)
    return new AverageMetric(metric as MetricFunction)
  }
  if (isMetric(metric)) return metric
  return refuse(show(metric))
}

function called(name: string): MetricFunction | Metric {
  const top = /^top_(\d+)_accuracy$/.exec(name)
  if (top) return top_k_accuracy(Number(top[1]))
  const make = byName(name)
  if (make) return make()
  const meaning = meanings(name) ?? meanings(name.replace(/_?score$/i, ''))
  if (meaning !== undefined) return new NamedMetric(meaning)
  return refuse(`${show(name)}. ${namesHint(name, { ...named, ...passMetrics })}`)
}

function isMetric(value: unknown): value is Metric {
  if (typeof value !== 'object' || value === null || !('value' in value)) return false
  const { name, reset, accumulate } = value as Partial<Metric>
  return typeof name === 'string' && name !== '' && typeof reset === 'function' && typeof accumulate === 'function'
}

function refuse(what: string): never {
  throw typeError(
    'not-a-metric',
    `The option metrics holds ${what}. It takes a list of functions of (pred, target) that return a scalar, of objects with name, ` +
      'reset(), accumulate(pred, target) and value, and of names.',
  )
}
