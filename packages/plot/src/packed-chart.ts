import { type Chart, type Series, shownExtent, shows } from './chart.js'
import { thin } from './thin.js'
import { placer } from './ticks.js'

/** Columns of which a saved curve keeps its extremes: some of it is seen larger. */
const columns = 2000

/** A chart as JSON inside a page: numbers that JSON has not, typed arrays, and what panels that draw themselves were made of, included. */
export function packedChart(chart: Chart): string {
  const panels = chart.panels.map(panel => {
    if (panel.drawn) return { title: panel.title, source: panel.drawn.source }
    const place = placer(panel.x, shownExtent(panel, 'x'))
    const thinned = (series: Series) =>
      series.style === 'dots' ? series : { ...series, points: thin(series.points, columns, place, y => shows(panel.y, y)) }
    return { ...panel, series: panel.series.map(thinned) }
  })
  const pack = (_: string, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
    return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value
  }
  return JSON.stringify({ ...chart, panels }, pack).replaceAll('<', '\\u003c')
}
