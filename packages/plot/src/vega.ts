import { type Axis, type Chart, colorsOf, markColorsOf, type Panel, type Series, shownExtent, shows, thin } from './chart.js'
import { wrap } from './render/wrap.js'
import { type Look, sheet } from './theme.js'
import { type AxisScale, axisScale, tickLabels } from './ticks.js'

/** A Vega-Lite 6 specification: JSON that any Vega-Lite renderer shows. */
export interface VegaLiteSpec {
  $schema: string
  [key: string]: unknown
}

export type Json = Record<string, unknown>

/** Room that Vega allows for a letter of a text of 12 pixels: one that needs more widens the whole drawing. */
const letter = 9.6

/** The chart in Vega-Lite, data included. */
export function vegaLite(chart: Chart, look: Look = sheet): VegaLiteSpec {
  const { panelSize } = look
  const columns = Math.min(chart.columns ?? chart.panels.length, chart.panels.length)
  const color = colorEncoding(chart, columns, look)
  const panels = chart.panels.map(panel => ({
    ...(panel.title && { title: panel.title }),
    ...(panel.drawn?.size?.(look, columns) ?? panelSize(columns)),
    layer: panel.drawn?.layers(look, columns, color) ?? panelLayers(panel, color, look),
  }))
  const subtitle = chart.subtitle && wrap(chart.subtitle, Math.floor((columns * panelSize(columns).width) / letter))
  const title = chart.title && { text: chart.title, ...(subtitle && { subtitle }) }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(title && { title }),
    config: look.config,
    ...(panels.length === 1 ? panels[0] : { concat: panels, columns, spacing: 28, resolve: { scale: { fill: 'independent' } } }),
  }
}

/** One colour scale for all panels, and a legend where a panel has several things to tell apart. */
function colorEncoding(chart: Chart, columns: number, { colorAt, panelSize }: Look): Json {
  const colors = new Map<string, string>()
  const legend = new Set<string>()
  for (const panel of chart.panels) {
    const names = panel.series.map(series => series.name)
    const labels = panel.marks?.map(mark => mark.label) ?? []
    const indexes = [...colorsOf(panel), ...markColorsOf(panel)]
    ;[...names, ...labels].forEach((name, i) => {
      colors.set(name, colorAt(indexes[i]!))
    })
    for (const several of [new Set(names), new Set(labels)]) {
      if (several.size > 1) for (const name of several) legend.add(name)
    }
  }
  const isDotted = chart.panels.some(
    ({ drawn, marks, series }) => drawn || marks?.length || series.some(({ style }) => style === 'dots'),
  )
  return {
    scale: { domain: [...colors.keys()], range: [...colors.values()] },
    legend: legend.size
      ? {
          values: [...legend],
          columns: legendColumns([...legend], columns * panelSize(columns).width),
          symbolType: isDotted ? 'circle' : 'stroke',
        }
      : null,
  }
}

/** As many side by side as fit in a width, at the room that Vega allows for a label: all in one row, or a grid. */
function legendColumns(names: string[], width: number): number {
  const widths = names.map(name => name.length * letter + 36)
  const all = widths.reduce((sum, one) => sum + one, 0)
  return all <= width ? names.length : Math.max(1, Math.floor(width / Math.max(...widths)))
}

function panelLayers(panel: Panel, color: Json, look: Look): Json[] {
  const position = { x: encodingOf('x', panel), y: encodingOf('y', panel) }
  const layer = (mark: Json, values: Json[], name: string, at: Json = position) => ({
    data: { values },
    mark: { opacity: 1, ...mark },
    encoding: { ...at, color: { datum: name, ...color } },
  })
  return [
    ...panel.series.flatMap(series => marksOf(series, look).map(mark => layer(mark, rows(series, panel, look), series.name))),
    ...(panel.marks ?? []).flatMap(({ label, x, y, main }) => {
      const text = { type: 'text', text: label, align: 'left', dx: 10, dy: -10, fontSize: 12, fontWeight: 'bold' }
      const dot = layer({ type: 'point', filled: true, size: main ? 110 : 70 }, [{ x, y }], label)
      const rule = layer({ type: 'rule', strokeDash: [3, 4] }, [{ x }], label, { x: position.x })
      return [...(main ? [rule] : []), dot, ...(panel.marks!.length === 1 ? [layer(text, [{ x, y }], label)] : [])]
    }),
  ]
}

function marksOf({ style, points }: Series, { halo }: Look): Json[] {
  const isCrowd = style === 'dots' && points.length > 100
  const dots = { type: 'point', filled: true, size: isCrowd ? 24 : 70, stroke: halo, strokeWidth: isCrowd ? 0.5 : 1 }
  if (style === 'points') return [{ type: 'line', strokeWidth: 1.5, strokeDash: [4, 4] }, dots]
  if (style === 'dots' || points.length === 1) return [dots]
  return [style === 'faint' ? { type: 'line', strokeWidth: 1, opacity: 0.28 } : { type: 'line' }]
}

/** What is not finite becomes null: JSON has no NaN, and Vega-Lite breaks the line there. */
function rows(series: Series, panel: Panel, { points }: Look): Json[] {
  return thin(
    series.points.filter(([x]) => shows(panel.x, x)),
    points,
  ).map(([x, y]) => ({ x, y: shows(panel.y, y) ? y : null }))
}

function encodingOf(field: 'x' | 'y', panel: Panel): Json {
  const axis = panel[field]
  const scale = axisScale(axis, shownExtent(panel, field), axis.log ? 12 : 6, field === 'y')
  return axisEncoding(field, axis, scale, tickLabels(scale.ticks, axis))
}

/** Ends and ticks are ours, so that the terminal shows the same axis and single points have room. */
export function axisEncoding(field: 'x' | 'y', axis: Axis, { domain, ticks }: AxisScale, texts: readonly string[]): Json {
  const labels = Object.fromEntries(texts.map((label, i) => [ticks[i], label]))
  return {
    field,
    type: 'quantitative',
    title: axis.label || null,
    scale: { domain, nice: false, ...(axis.log ? { type: 'log' } : { zero: false }) },
    axis: { values: ticks, labelExpr: `(${JSON.stringify(labels)})[datum.value]` },
  }
}
