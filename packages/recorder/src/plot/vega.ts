import { type Axis, type Chart, colorsOf, extent, type Mark, type Panel, type Series, shows, thin } from './chart.js'
import { config, markColor, palette, panelSize } from './theme.js'
import { logTicks } from './ticks.js'

/** A Vega-Lite 6 specification: JSON that any Vega-Lite renderer shows. */
export interface VegaLiteSpec {
  $schema: string
  [key: string]: unknown
}

type Json = Record<string, unknown>

/** The chart in Vega-Lite, data included. */
export function vegaLite(chart: Chart): VegaLiteSpec {
  const columns = Math.min(chart.columns ?? chart.panels.length, chart.panels.length)
  const panels = chart.panels.map(panel => vegaPanel(panel, columns, chart))
  const title = chart.title && { text: chart.title, ...(chart.subtitle && { subtitle: chart.subtitle }) }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(title && { title }),
    config,
    ...(panels.length === 1 ? panels[0] : { concat: panels, columns, spacing: 32, resolve: { scale: { color: 'independent' } } }),
  }
}

function vegaPanel(panel: Panel, columns: number, chart: Chart): Json {
  const colors = colorsOf(panel)
  const marks = panel.marks ?? []
  const names = [...new Set(panel.series.map(series => series.name))]
  const color = {
    scale: { domain: names, range: names.map(name => colorAt(colors[panel.series.findIndex(s => s.name === name)]!)) },
    legend: names.length > 1 ? { orient: columns === 1 ? 'right' : 'bottom', symbolType: 'stroke' } : null,
  }
  const layer = [
    ...panel.series.flatMap(series => seriesLayers(series, panel, color)),
    ...marks.flatMap(mark => markLayers(mark, panel)),
  ]
  return { ...(panel.title && !(chart.title && columns === 1) && { title: panel.title }), ...panelSize(columns), layer }
}

function seriesLayers(series: Series, panel: Panel, color: Json): Json[] {
  const values = thin(series.points.filter(([x]) => shows(panel.x, x))).map(([x, y]) => ({ x, y: shows(panel.y, y) ? y : null }))
  const layer = (mark: Json) => ({
    data: { values },
    mark: { clip: false, ...mark },
    encoding: { ...positions(panel), color: { datum: series.name, ...color } },
  })
  if (series.style === 'faint') return [layer({ type: 'line', strokeWidth: 1, opacity: 0.28 })]
  if (series.style === 'line') return [layer(values.length > 1 ? { type: 'line' } : { type: 'point', filled: true, size: 60 })]
  return [
    layer({ type: 'line', strokeWidth: 1.5, strokeDash: [4, 4] }),
    layer({ type: 'point', filled: true, size: 70, opacity: 1, stroke: '#ffffff', strokeWidth: 1 }),
  ]
}

/** A dashed line down to the axis, a dot on the curve, and its label. */
function markLayers(mark: Mark, panel: Panel): Json[] {
  const tint = mark.main === false ? '#777777' : markColor
  const layer = (shape: Json, more: Json = {}) => ({
    data: { values: [{ x: mark.x, y: mark.y }] },
    mark: shape,
    encoding: { ...positions(panel), ...more },
  })
  return [
    { ...layer({ type: 'rule', color: tint, strokeDash: [3, 4], strokeWidth: 1 }), encoding: { x: positions(panel).x } },
    layer({ type: 'point', filled: true, color: tint, size: 90, opacity: 1 }),
    layer({
      type: 'text',
      text: mark.label,
      color: tint,
      align: 'left',
      dx: 9,
      dy: -10,
      fontSize: 12,
      fontWeight: mark.main === false ? 'normal' : 'bold',
    }),
  ]
}

function positions(panel: Panel): { x: Json; y: Json } {
  const marks = panel.marks ?? []
  const points = panel.series.flatMap(series => series.points)
  return {
    x: position('x', panel.x, [...points.map(([x]) => x), ...marks.map(mark => mark.x)]),
    y: position('y', panel.y, [...points.map(([, y]) => y), ...marks.map(mark => mark.y)]),
  }
}

function position(field: 'x' | 'y', axis: Axis, values: number[]): Json {
  const [low, high] = extent(values.filter(value => shows(axis, value)))
  const look = axis.log
    ? { scale: { type: 'log', nice: false }, axis: { values: logTicks(low, high), labelExpr: shortLabel, grid: true } }
    : {
        scale: { zero: false, nice: field === 'y' },
        axis: {
          tickCount: 6,
          ...(axis.integer && { tickMinStep: 1, format: ',d' }),
          ...(!axis.integer && Math.max(Math.abs(low), Math.abs(high)) < 1e-3 && { labelExpr: shortLabel }),
        },
      }
  return { field, type: 'quantitative', title: axis.label, ...look }
}

/** 1e-5, 0.001, 0.02, 10, 1e4: Vega's own labels spell small rates out in zeros. */
const shortLabel =
  "datum.value !== 0 && (abs(datum.value) < 0.001 || abs(datum.value) >= 10000) ? replace(format(datum.value, '.2~e'), '+', '') : format(datum.value, '.3~g')"

function colorAt(index: number): string {
  return palette[index % palette.length]!
}
