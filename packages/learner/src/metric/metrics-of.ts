import { AverageMetric, checkBetter, type Metric, type MetricFunction, type Predictions } from './metric.js'

/**
 * The metrics of a Learner, as columns of its table.
 *
 * @throws TypeError for two of one name, or one that does not fit what the predictions hold; RangeError for a `better` that is none
 */
export function metricsOf(given: readonly (MetricFunction | Metric)[] = [], predictions: Predictions): Metric[] {
  const metrics = given.map(metric => (typeof metric === 'function' ? new AverageMetric(metric) : metric))
  for (const metric of metrics) checkBetter(metric)
  const names = ['epoch', 'train_loss', 'valid_loss', ...metrics.map(({ name }) => name), 'time']
  const twice = names.find((name, i) => names.indexOf(name) < i)
  if (twice)
    throw new TypeError(
      `Two columns of the epoch table are called ${twice}. Give each metric a name of its own: new AverageMetric(metric, 'name').`,
    )
  for (const metric of metrics) if (metric instanceof AverageMetric) metric.follow(predictions)
  return metrics
}
