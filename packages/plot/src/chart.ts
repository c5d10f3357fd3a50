import type { Pen } from './render/pen.js'
import type { Look } from './theme.js'

/**
 * A chart as data: what is shown, not how. The Vega-Lite specification and the terminal drawing are both made from it.
 */
export interface Chart {
  /** Above all panels; without one, the panels' own titles suffice. */
  title?: string
  subtitle?: string
  /** Side by side, in rows of at most {@link columns}. */
  panels: Panel[]
  /** Default: all in one row. */
  columns?: number
}

/** One picture of a chart: its axes, series and marks. */
export interface Panel {
  title: string
  x: Axis
  y: Axis
  series: Series[]
  /** Single points that stand out, such as a suggested learning rate. */
  marks?: Mark[]
  /** How it is drawn, where it is more than curves; made by `heatPanel`, `barPanel`, `dotPanel`, `parallelPanel`, `tablePanel` and `picturesPanel`. */
  drawn?: Drawn
}

/** A kind of panel that is not of curves draws itself, so that a page without one does not carry how. */
export interface Drawn {
  /** Size of the drawing area in pixels, in a row of so many panels. Default: that of all panels. */
  size?(look: Look, columns: number): { width: number; height: number }
  /** In Vega-Lite; a series has its colour by `{ datum: name }`. */
  layers(look: Look, columns: number): Record<string, unknown>[]
  /** In characters: lines of `width`, about `height` of them for what is between the axes. */
  lines(width: number, height: number, pen: Pen): string[]
  /** For people who hear it. */
  words(): string
  /** What is there, for a pointer. */
  at?(x: number, y: number): string | undefined
  /** What it was made of: the function and its options, by which a page that is saved makes it again. */
  readonly source?: readonly [maker: 'heat' | 'bar' | 'table' | 'pictures' | 'parallel' | 'dots', options: unknown]
}

/** What an axis says, and how it is divided: logarithmic, whole numbers, rules across the panel, and the part that is shown. */
export interface Axis {
  label: string
  /** What else is to be known of it, said in parentheses after the label. */
  note?: string | undefined
  /** Logarithmic scale. Values that are not positive are left out. */
  log?: boolean
  /** Ticks fall on whole numbers only. */
  integer?: boolean
  /** Where thin rules stand behind the curves, such as the ends of epochs. */
  rules?: readonly number[]
  /** The part of it that is shown, for a look at it or because what lies beyond says little. Default: all. */
  window?: readonly [number, number] | undefined
}

/**
 * 'line'; 'faint', a pale thin line behind the others; 'points', dots joined by a dashed line; 'dots', which
 * nothing joins: the points of a scatter plot, in any order.
 */
export type SeriesStyle = 'line' | 'faint' | 'points' | 'dots'

/** Points that belong together, by their name, in one style and colour. */
export interface Series {
  name: string
  style: SeriesStyle
  /** `[x, y]`; a y that is not finite makes a gap. */
  points: [number, number][]
  /** Index into the theme's colours. Default: that of the first series of the same name, else the next one. */
  color?: number
}

/** A point of a panel with words, such as the rate that a finder suggests. */
export interface Mark {
  label: string
  x: number
  y: number
  /** The one among several to look at first. */
  main?: boolean
  /** Index into the theme's colours, as that of a series. Default: 1 for the main one, those after it for others. */
  color?: number
}

/** The label with its note. */
export function titleOf({ label, note }: Pick<Axis, 'label' | 'note'>): string {
  return note ? `${label} (${note})` : label
}

/** Whether the axis can show the value. */
export function shows(axis: Axis, value: number): boolean {
  return Number.isFinite(value) && (!axis.log || value > 0)
}

/** Smallest and largest value along one axis that it can show, those of the marks included; [0, 1] when there is none. */
export function shownExtent(panel: Panel, axis: 'x' | 'y'): [number, number] {
  const { window } = panel[axis]
  if (window) return [...window]
  const at = axis === 'x' ? 0 : 1
  const [begin, end] = (axis === 'y' && panel.x.window) || [-Infinity, Infinity]
  let low = Infinity
  let high = -Infinity
  // A loop, and no list of all values: a fit that is followed asks ten times a second.
  const take = (value: number) => {
    if (!shows(panel[axis], value)) return
    if (value < low) low = value
    if (value > high) high = value
  }
  for (const { points } of panel.series)
    for (let i = 0; i < points.length; i++) if (points[i]![0] >= begin && points[i]![0] <= end) take(points[i]![at])
  for (const mark of panel.marks ?? []) if (mark.x >= begin && mark.x <= end) take(mark[axis])
  return low <= high ? [low, high] : [0, 1]
}

/** Colour index of each series. */
export function colorsOf(panel: Panel): number[] {
  const names: string[] = []
  return panel.series.map(series => {
    if (!names.includes(series.name)) names.push(series.name)
    return series.color ?? names.indexOf(series.name)
  })
}

/** Colour index of each mark: the main one has colour 1, the others those after it. */
export function markColorsOf(panel: Panel): number[] {
  let next = 2
  return (panel.marks ?? []).map(({ color, main }) => color ?? (main ? 1 : next++))
}

/** What a legend says of what has one name in a panel. */
export interface Entry {
  readonly name: string
  readonly color: number
  /** Whether a line is drawn, one without gaps, and dots. */
  readonly line: boolean
  readonly solid: boolean
  readonly dots: boolean
  /** Whether that is pale alone. */
  readonly faint: boolean
}

/** The names of the series, each once. */
export function entriesOf(panel: Panel): Entry[] {
  const colors = colorsOf(panel)
  const entries = new Map<string, Entry>()
  panel.series.forEach((series, i) => {
    const { name, style, points } = series
    const { color = colors[i]!, line = false, solid = false, dots = false, faint = true } = entries.get(name) ?? {}
    const single = style !== 'faint' && points.length === 1
    entries.set(name, {
      ...{ name, color },
      line: line || (style !== 'dots' && !single),
      solid: solid || ((style === 'line' || style === 'faint') && !single),
      dots: dots || style === 'points' || style === 'dots' || single,
      faint: faint && style === 'faint',
    })
  })
  return [...entries.values()]
}

/** The marks as their legend has them. */
export function markEntriesOf(panel: Panel): Entry[] {
  const colors = markColorsOf(panel)
  const dots = { line: false, solid: false, dots: true, faint: false }
  return (panel.marks ?? []).map(({ label }, i) => ({ name: label, color: colors[i]!, ...dots }))
}
