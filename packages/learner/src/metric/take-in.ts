import type { Tensors } from '@onecycle/callbacks'
import { eachWithItsTarget } from '../loss/each-with-its-target.js'
import { AverageMetric, type Metric } from './metric.js'

/** Has a metric take in a batch, each prediction with its target: an {@link AverageMetric} sees to that by itself. */
export function takeIn(metric: Metric, pred: Tensors, target: Tensors): void | Promise<void> {
  if (metric instanceof AverageMetric) return metric.accumulate(pred, target)
  const accumulate = (p: Tensors, t: Tensors) => metric.accumulate(p, t)
  return eachWithItsTarget(metric, accumulate, pred, target, () => metric.reset())
}
