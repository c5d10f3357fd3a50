import type { DataBunch, TargetKind } from '@onecycle/data'
import type { Learner } from '../learner.js'
import type { MetricName } from '../metric/metrics-of.js'

const metrics = { class: 'accuracy', multilabel: 'accuracy_thresh', value: 'rmse' } as const satisfies Record<
  TargetKind,
  MetricName
>

/** What tells a person how good predictions are, where nobody has said: of several outputs by their names. */
export function metricsFor({ target, heads }: DataBunch): MetricName | Record<string, MetricName> {
  if (heads) return Object.fromEntries(Object.entries(heads).map(([name, head]) => [name, metrics[head.target]]))
  return metrics[target as TargetKind]
}

/** Loss and metrics of a Learner, in words: somebody else chose them. */
export function describe({ data, loss_func, metrics }: Learner): string {
  const over = data.c === undefined ? '' : ` over ${data.c} ${data.target === 'class' ? 'classes' : 'labels'}`
  return `loss ${loss_func.name}${over}, metrics ${metrics.map(({ name }) => name).join(', ') || 'none'}`
}
