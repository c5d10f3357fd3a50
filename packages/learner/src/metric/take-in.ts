import type { Tensors } from '@onecycle/callbacks'
import type { Tensor } from '@tensorflow/tfjs-core'
import { eachWithItsTarget } from '../loss/each-with-its-target.js'
import { requireWeighs } from '../loss/loss-function.js'
import { AverageMetric, type Metric } from './metric.js'

/**
 * Has a metric take in a batch, each prediction with its target: an {@link AverageMetric} sees to that by itself.
 *
 * @throws TypeError where samples have weights that the metric does not take
 */
export function takeIn(metric: Metric, pred: Tensors, target: Tensors, weights?: Tensor): void | Promise<void> {
  if (metric instanceof AverageMetric) return metric.accumulate(pred, target, weights)
  if (weights) requireMetricWeighs(metric)
  const accumulate = (p: Tensors, t: Tensors) => metric.accumulate(p, t, weights)
  return eachWithItsTarget(metric, accumulate, pred, target, () => metric.reset())
}

/** @throws TypeError where a metric knows nothing of the weights of samples */
export function requireMetricWeighs(metric: Metric): void {
  if ('requireWeighs' in metric) (metric as AverageMetric).requireWeighs()
  else requireWeighs('metric', metric.name, metric.accumulate)
}
