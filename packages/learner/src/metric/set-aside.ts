import type { Metric } from './metric.js'

/** Makes room in metrics for another pass. Returns what puts the figures of this one back. */
export function setMetricsAside(metrics: readonly Metric[]): () => void {
  const putBack = metrics.map(metric => metric.setAside?.() ?? propertiesOf(metric))
  return () => {
    for (const each of putBack) each()
  }
}

/** What a metric of the person's own remembers, as far as it can be seen. */
function propertiesOf(metric: Metric): () => void {
  const before = Object.entries(Object.getOwnPropertyDescriptors(metric)).filter(([, { writable }]) => writable)
  return () => {
    for (const [name, { value }] of before) Reflect.set(metric, name, value)
  }
}
