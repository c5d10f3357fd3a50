import { type Axis, titleOf } from './chart.js'
import type { Json } from './json.js'
import type { AxisScale } from './ticks.js'

/** Ends and ticks are ours, so that the terminal shows the same axis and single points have room. */
export function axisEncoding(field: 'x' | 'y', axis: Axis, { domain, ticks }: AxisScale, texts: readonly string[]): Json {
  const labels = Object.fromEntries(texts.map((label, i) => [ticks[i], label]))
  return {
    field,
    type: 'quantitative',
    title: titleOf(axis) || null,
    scale: { domain, nice: false, ...(axis.log ? { type: 'log' } : { zero: false }) },
    axis: { values: ticks, labelExpr: `(${JSON.stringify(labels)})[datum.value]`, ...(axis.rules?.length && { grid: false }) },
  }
}
