import type { Chart } from '../chart.js'
import type { Theme } from '../palette.js'
import { sheets } from '../theme.js'
import { type VegaLiteSpec, vegaLite } from '../vega.js'

/** The chart in Vega-Lite. */
export function specNow(chart: Chart, theme: Theme): VegaLiteSpec {
  return vegaLite(chart, sheets[theme])
}
