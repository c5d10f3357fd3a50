import { standardOutput, writeTo } from '@onecycle/platform'
import type { Chart } from '../chart.js'
import { type DrawOptions, drawChart } from '../render/terminal-plot.js'

/** The chart in characters. */
export function drawNow(chart: Chart, options: DrawOptions): string {
  return drawChart(chart, options)
}

/** The chart for those who ask for no options, `title` being its name. */
export function asString(chart: Chart, _title: string, options: DrawOptions = {}): string {
  return drawChart(chart, options)
}

/** Draws the chart in the terminal. */
export function print(chart: Chart): void {
  writeTo(standardOutput(), `\n${drawChart(chart)}\n\n`)
}
