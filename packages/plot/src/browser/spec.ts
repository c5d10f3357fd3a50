import { plainError } from '@onecycle/platform'
import type { Chart } from '../chart.js'
import type { Theme } from '../palette.js'
import type { VegaLiteSpec } from '../vega.js'

/** @throws Error always: most pages mount their plots, and load what makes specifications with them. */
export function specNow(_chart: Chart, _theme: Theme): VegaLiteSpec {
  throw plainError(
    'loads-later',
    'A page loads what makes a specification when it is asked for, so spec cannot answer. Use await plot.vegaLite().',
  )
}
