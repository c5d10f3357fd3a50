import { plainError } from '@onecycle/platform'
import type { Chart } from '@onecycle/plot'
import type { History } from '../history.js'
import { overEpochs } from './over-batches.js'

/** Each metric after each epoch, a panel a metric. */
export function metricsChart(history: History): Chart {
  const names = history.metricNames.filter(name => overEpochs(history.metrics[name] ?? []).length)
  if (names.length === 0) {
    throw plainError(
      'nothing-to-plot',
      history.metricNames.length
        ? `Nothing to plot: no epoch of this fit was validated, so ${history.metricNames.join(', ')} has no value yet.`
        : 'Nothing to plot: this fit has no metrics. Give the Learner some, such as `{ metrics: [accuracy] }`.',
    )
  }
  return {
    columns: 2,
    panels: names.map((name, color) => ({
      title: name,
      x: { label: 'Epochs', integer: true },
      y: { label: '' },
      series: [{ name, style: 'points', points: overEpochs(history.metrics[name]!), color }],
    })),
  }
}
