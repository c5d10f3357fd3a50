import { type Chart, type Entry, entriesOf, markEntriesOf, type Panel } from './chart.js'
import type { Json } from './json.js'
import { shortNames } from './names.js'
import { paled, type SeriesLook, shapes } from './palette.js'
import { textWidth } from './text-width.js'
import type { Look } from './theme.js'

const fontSize = 12
/** Between the names of two columns, a symbol included. */
const besides = 46
/** Of a letter of 1 pixel, in names of runs. */
const letter = 0.64
const rowHeight = 20
/** Of more rows a legend stands below what it is of. */
const mostAbove = 2

/** What a legend says of a name. */
interface Shown {
  readonly color: string
  /** Path of its symbol. */
  readonly shape: string
}

/** Colours by name, one scale for all panels, and a legend where a panel has several things to tell apart. */
export function colorEncoding(chart: Chart, columns: number, look: Look): { color: Json; height: number } {
  const shown = new Map<string, Shown>()
  const legend = new Set<string>()
  for (const panel of chart.panels) {
    const [curves, marks] = [entriesOf(panel), markEntriesOf(panel)]
    for (const entry of curves) {
      const mark = marks.findIndex(({ name }) => name === entry.name)
      const both = mark < 0 ? entry : { ...entry, dots: true }
      if (!shown.has(entry.name)) shown.set(entry.name, shownOf(both, panel, look, mark < 0 ? undefined : markShape(mark)))
    }
    marks.forEach((entry, i) => {
      if (!shown.has(entry.name)) shown.set(entry.name, shownOf(entry, panel, look, markShape(i)))
    })
    for (const several of [curves, marks]) if (several.length > 1) for (const { name } of several) legend.add(name)
  }
  const scale = { domain: [...shown.keys()], range: [...shown.values()].map(({ color }) => color) }
  const field = { field: 'series', type: 'nominal' }
  if (legend.size === 0) return { color: { ...field, scale, legend: null }, height: 0 }
  const names = [...legend]
  const { width } = look.panelSize(columns)
  const layout = legendLayout(names, columns * width + (columns - 1) * 80)
  const rows = Math.ceil(names.length / layout.columns)
  return {
    color: {
      ...field,
      scale,
      legend: {
        ...{ values: names, columns: layout.columns, columnPadding: 14, rowPadding: 4 },
        ...(rows > mostAbove && { orient: 'bottom' }),
        labelLimit: 0,
        ...(layout.labels.some((label, i) => label !== names[i]) && {
          labelExpr: lookup(names.map((name, i) => [name, layout.labels[i]])),
        }),
        // A line of 24 pixels, in rows that are lower.
        ...{ symbolSize: 24 ** 2, clipHeight: rowHeight - 6, symbolStrokeWidth: 2 },
        symbolType: { expr: lookup(names.map(name => [name, shown.get(name)!.shape])) },
      },
    },
    height: rows > 1 ? (rows - 1) * rowHeight : 0,
  }
}

/** An expression that finds what stands beside a name. */
function lookup(pairs: readonly (readonly [string, unknown])[]): string {
  return `(${JSON.stringify(Object.fromEntries(pairs))})[datum.value]`
}

/** The symbol of the mark at that place among them. */
export const markShape = (index: number): string => shapes[index % shapes.length]!

/** How pale what is faint is. */
export const faintness = 0.35

/** The name as its marks look. */
function shownOf({ color: index, line, solid, dots, faint }: Entry, { drawn }: Panel, look: Look, mark?: string): Shown {
  const { color, dash, shape } = look.seriesAt(index)
  const strokes = line ? strokesOf(solid ? dash : pointsDash({ dash }), dots) : ''
  return {
    color: faint ? paled(color, look.inks.ground, faintness) : color,
    shape: strokes + (dots ? symbols[drawn ? 'square' : (mark ?? shape)]! : ''),
  }
}

/** The line of a symbol, which is 24 pixels wide and 2 units; dashes end where a dot begins. */
function strokesOf(dash: readonly number[] | undefined, dots: boolean): string {
  if (!dash) return 'M-1,0L1,0'
  const strokes: string[] = []
  const stroke = (from: number, to: number) => to - from > 0.05 && strokes.push(`M${from.toFixed(2)},0L${to.toFixed(2)},0`)
  const beside = dots ? 0.4 : 0
  let at = -1
  for (let i = 0; at < 1; i++) {
    const next = Math.min(1, at + dash[i % dash.length]! / 12)
    if (i % 2 === 0) {
      stroke(at, Math.min(next, -beside))
      stroke(Math.max(at, beside), next)
    }
    at = next
  }
  return strokes.join('')
}

/** Of the line that joins dots. */
export function pointsDash({ dash }: Pick<SeriesLook, 'dash'>): readonly number[] {
  return dash ?? [4, 4]
}

/** The symbols of dots, in a legend. */
const symbols: Readonly<Record<string, string>> = {
  circle: 'M0.3,0A0.3,0.3,0,1,1,-0.3,0A0.3,0.3,0,1,1,0.3,0Z',
  square: 'M-0.27,-0.27L0.27,-0.27L0.27,0.27L-0.27,0.27Z',
  'triangle-up': 'M-0.33,0.28L0,-0.33L0.33,0.28Z',
  'triangle-down': 'M-0.33,-0.28L0,0.33L0.33,-0.28Z',
  diamond: 'M-0.36,0L0,-0.36L0.36,0L0,0.36Z',
  cross:
    'M-0.33,-0.11L-0.11,-0.11L-0.11,-0.33L0.11,-0.33L0.11,-0.11L0.33,-0.11L0.33,0.11L0.11,0.11L0.11,0.33L-0.11,0.33L-0.11,0.11L-0.33,0.11Z',
}

/** As many side by side as fit in a width: all in one row, or a grid, for which long names are cut. */
export function legendLayout(names: readonly string[], width: number): { columns: number; labels: readonly string[] } {
  const widths = names.map(name => textWidth(name, fontSize) + besides)
  const whole = widths.reduce((sum, one) => sum + one, 0)
  if (whole <= width) return { columns: names.length, labels: names }
  const fitting = Math.floor(width / Math.max(...widths))
  if (fitting > 1) return { columns: fitting, labels: names }
  const columns = names.length > 3 ? Math.max(1, Math.floor(width / 260)) : 1
  return { columns, labels: shortNames(names, Math.max(8, Math.floor((width / columns - besides) / (fontSize * letter)))) }
}
