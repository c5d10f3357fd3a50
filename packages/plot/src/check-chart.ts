import { plainError, show, typeError } from '@onecycle/platform'
import type { Chart, Panel } from './chart.js'

/** A chart that can be drawn. @throws TypeError for what is none, Error for one that has nothing to show */
export function checkedChart(chart: Chart): Chart {
  if (!Array.isArray((chart as Chart | undefined)?.panels))
    throw typeError('not-a-chart', `Plot takes a chart, { panels: [{ title, x, y, series }] }, but got ${show(chart)}.`)
  if (!chart.panels.every(isPanel))
    throw typeError(
      'not-a-chart',
      `A panel of a chart is { title, x, y, series }, its series of points [x, y]; got ${show(chart.panels)}.`,
    )
  const finite = chart.panels.some(
    ({ drawn, series }) => drawn || series.some(({ points }) => points.some(([x, y]) => Number.isFinite(x + y))),
  )
  if (!finite) throw plainError('nothing-to-plot', 'Nothing to plot: not one of the recorded values is a finite number.')
  return chart
}

function isPanel(panel: Partial<Panel> | null | undefined): boolean {
  return (
    Array.isArray(panel?.series) && panel.series.every(series => Array.isArray(series?.points) && series.points.every(isPoint))
  )
}

function isPoint(point: unknown): boolean {
  return Array.isArray(point) && typeof point[0] === 'number' && typeof point[1] === 'number'
}
