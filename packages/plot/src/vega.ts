import { axisEncoding } from './axis-encoding.js'
import { type Chart, colorsOf, entriesOf, type Mark, type Panel, type Series, shownExtent, shows } from './chart.js'
import type { Json } from './json.js'
import { colorEncoding, faintness, markShape, pointsDash } from './legend.js'
import { wrap } from './render/wrap.js'
import { type Look, sheets } from './theme.js'
import { isWithin, thin, uncovered } from './thin.js'
import { type AxisScale, axisScale, placer, tickLabels } from './ticks.js'

/** A Vega-Lite 6 specification: JSON that any Vega-Lite renderer shows. */
export interface VegaLiteSpec {
  $schema: string
  [key: string]: unknown
}

/** The chart in Vega-Lite, data included. */
export function vegaLite(chart: Chart, look: Look = sheets.light): VegaLiteSpec {
  const { panelSize } = look
  const columns = Math.min(chart.columns ?? chart.panels.length, chart.panels.length)
  const { color, height } = colorEncoding(chart, columns, look)
  const colored = chart.panels.find(({ marks, series }) => series.length + (marks?.length ?? 0) > 0)
  const panels = chart.panels.map(panel => {
    const size = panel.drawn?.size?.(look, columns) ?? panelSize(columns)
    return {
      ...(panel.title && { title: panel.title }),
      ...(look.fits ? { ...size, height: size.height + height } : size),
      layer: [
        ...(panel === colored ? [colorLayer(color)] : []),
        ...(panel.drawn?.layers(look, columns) ?? panelLayers(panel, look, columns)),
      ],
    }
  })
  const subtitle = chart.subtitle && wrap(chart.subtitle, Math.floor((columns * panelSize(columns).width) / 6.2))
  const title = chart.title && { text: chart.title, ...(subtitle && { subtitle }) }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...(title && { title }),
    config: look.config,
    ...(panels.length === 1 ? panels[0] : { concat: panels, columns, spacing: 28, resolve: { scale: { fill: 'independent' } } }),
  }
}

/** A layer without data, whose scale and legend all others share: a layer of one name cannot say them. */
function colorLayer(color: Json): Json {
  return { data: { values: [] }, mark: { type: 'line' }, encoding: { color } }
}

function panelLayers(panel: Panel, look: Look, columns: number): Json[] {
  const scales = { x: scaleOf('x', panel), y: scaleOf('y', panel) }
  const position = { x: encodingOf('x', panel, scales.x), y: encodingOf('y', panel, scales.y) }
  const layer = (mark: Json, values: Json[], name: string, at: Json = position) => ({
    data: { values },
    mark: { opacity: 1, clip: mark['type'] === 'line', ...mark },
    encoding: { ...at, color: { datum: name } },
  })
  const colors = colorsOf(panel)
  // Their colour is pale already.
  const pale = new Set(entriesOf(panel).flatMap(({ name, faint }) => (faint ? [name] : [])))
  const { width, height } = look.panelSize(columns)
  const [across, along] = [placer(panel.x, scales.x.domain), placer(panel.y, scales.y.domain)]
  const isInside = ({ x, y }: Row) => isWithin(across(x)) && y !== null && isWithin(along(y))
  const apart = (a: Mark, b: Mark) => Math.hypot((across(a.x) - across(b.x)) * width, (along(a.y) - along(b.y)) * height)
  const rules = panel.x.rules?.length && {
    data: { values: panel.x.rules.map(x => ({ x })) },
    mark: { type: 'rule', clip: true, color: look.inks.rule, strokeWidth: 1, strokeDash: [2, 3], opacity: 1 },
    encoding: { x: position.x },
  }
  return [
    ...(rules ? [rules] : []),
    ...panel.series.flatMap((series, i) => {
      const values = rows(series, panel, scales, look.panelSize(columns))
      return marksOf(series, colors[i]!, look, pale.has(series.name) ? 1 : faintness).map(mark =>
        layer(mark, mark['type'] === 'point' ? values.filter(isInside) : values, series.name),
      )
    }),
    ...(panel.marks ?? []).flatMap(({ label, x, y, main }, i) => {
      const at = isInside({ x, y }) ? [{ x, y }] : []
      const text = { type: 'text', text: label, align: 'left', dx: 10, dy: -10, fontSize: 12, fontWeight: 'bold' }
      // Over others it is smaller, so that all are seen.
      const below = panel.marks!.slice(0, i).filter(other => apart(other, panel.marks![i]!) < 12).length
      const size = 150 / 4 ** below
      const dot = layer(
        { type: 'point', filled: true, shape: markShape(i), size, stroke: look.inks.ground, strokeWidth: below ? 0.5 : 1 },
        at,
        label,
      )
      const rule = layer({ type: 'rule', strokeDash: [3, 4] }, at, label, { x: position.x })
      return [...(main ? [rule] : []), dot, ...(panel.marks!.length === 1 ? [layer(text, at, label)] : [])]
    }),
  ]
}

function marksOf({ style, points }: Series, color: number, { inks, seriesAt }: Look, faintness: number): Json[] {
  const { dash, shape } = seriesAt(color)
  const isCrowd = style === 'dots' && points.length > 100
  const dots = {
    type: 'point',
    filled: true,
    shape,
    size: isCrowd ? 24 : 70,
    stroke: inks.ground,
    strokeWidth: isCrowd ? 0.5 : 1,
  }
  if (style === 'points') return [{ type: 'line', strokeWidth: 1.5, strokeDash: pointsDash({ dash }) }, dots]
  if (style === 'dots' || points.length === 1) return [dots]
  return [
    style === 'faint'
      ? { type: 'line', strokeWidth: 1, strokeOpacity: faintness }
      : { type: 'line', ...(dash && { strokeDash: dash }) },
  ]
}

type Scales = Readonly<Record<'x' | 'y', AxisScale>>
type Row = { x: number; y: number | null }

/** What is not finite becomes null: JSON has no NaN, and Vega-Lite breaks the line there. */
function rows(
  { style, points }: Series,
  panel: Panel,
  { x, y }: Scales,
  { width, height }: { width: number; height: number },
): Row[] {
  const across = placer(panel.x, x.domain)
  const kept =
    style === 'dots'
      ? uncovered(points, width, height, across, placer(panel.y, y.domain))
      : thin(points, Math.round(width), across, y => shows(panel.y, y))
  return kept.map(([x, y]) => ({ x, y: shows(panel.y, y) ? y : null }))
}

const scaleOf = (field: 'x' | 'y', panel: Panel) =>
  axisScale(panel[field], shownExtent(panel, field), panel[field].log ? 12 : 6, field === 'y')

function encodingOf(field: 'x' | 'y', panel: Panel, scale: AxisScale): Json {
  return axisEncoding(field, panel[field], scale, tickLabels(scale.ticks, panel[field]))
}
