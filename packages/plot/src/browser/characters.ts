import { plainError, say, standardOutput, writeTo } from '@onecycle/platform'
import type { Chart } from '../chart.js'
import type { DrawOptions } from '../render/terminal-plot.js'

/** @throws Error always: hardly a page prints characters, so what draws them is loaded by those that do. */
export function drawNow(_chart: Chart, _options: DrawOptions): string {
  throw plainError(
    'loads-later',
    'A page loads what draws in characters when it is asked for, so draw() cannot answer. Use await plot.text().',
  )
}

/** The chart for those who cannot wait, `title` being its name. */
export function asString({ panels }: Chart, title: string, _options: DrawOptions = {}): string {
  const count = `${panels.length} panel${panels.length === 1 ? '' : 's'}`
  return `Plot(${title}), ${count}. Draw it by mount(element), await svg(), or await text() in characters.`
}

/** Draws the chart in the console, when what draws has come. */
export function print(chart: Chart): void {
  import('../render/terminal-plot.js')
    .then(({ drawChart }) => writeTo(standardOutput(), `\n${drawChart(chart)}\n\n`))
    .catch(error => say(`onecycle: a plot could not be drawn in the console (${(error as Error)?.message ?? error}).`))
}
