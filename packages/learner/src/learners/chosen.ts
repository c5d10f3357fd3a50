import type { DataBunch } from '@onecycle/data'
import type { Learner } from '../learner.js'
import type { MetricName } from '../metric/metrics-of.js'

/** What tells a person how good predictions are, where nobody has said. */
export function metricsFor({ target }: DataBunch): MetricName {
  return target === 'class' ? 'accuracy' : 'rmse'
}

/** Loss and metrics of a Learner, in words: somebody else chose them. */
export function describe({ data, loss_func, metrics }: Learner): string {
  const over = data.target === 'class' ? ` over ${data.c} classes` : ''
  return `loss ${loss_func.name}${over}, metrics ${metrics.map(({ name }) => name).join(', ') || 'none'}`
}
