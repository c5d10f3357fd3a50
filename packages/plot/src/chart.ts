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

export interface Panel {
  title: string
  x: Axis
  y: Axis
  series: Series[]
  /** Single points that stand out, such as a suggested learning rate. */
  marks?: Mark[]
  /** How it is drawn, where it is more than curves; made by `heatPanel`, `barPanel`, `tablePanel` and `picturesPanel`. */
  drawn?: Drawn
}

/** A kind of panel that is not of curves draws itself, so that a page without one does not carry how. */
export interface Drawn {
  /** Size of the drawing area in pixels, in a row of so many panels. Default: that of all panels. */
  size?(look: Look, columns: number): { width: number; height: number }
  /** In Vega-Lite; `color` is what tells series apart. */
  layers(look: Look, columns: number, color: Record<string, unknown>): Record<string, unknown>[]
  /** In characters: lines of `width`, about `height` of them for what is between the axes. */
  lines(width: number, height: number, pen: Pen): string[]
  /** For people who hear it. */
  words(): string
}

export interface Axis {
  label: string
  /** Logarithmic scale. Values that are not positive are left out. */
  log?: boolean
  /** Ticks fall on whole numbers only. */
  integer?: boolean
}

/**
 * 'line'; 'faint', a pale thin line behind the others, which the legend leaves out; 'points', dots joined by a dashed line; 'dots', which
 * nothing joins: the points of a scatter plot, in any order.
 */
export type SeriesStyle = 'line' | 'faint' | 'points' | 'dots'

export interface Series {
  name: string
  style: SeriesStyle
  /** `[x, y]`; a y that is not finite makes a gap. */
  points: [number, number][]
  /** Index into the theme's colours. Default: that of the first series of the same name, else the next one. */
  color?: number
}

export interface Mark {
  label: string
  x: number
  y: number
  /** The one among several to look at first. */
  main?: boolean
}

/** Whether the axis can show the value. */
export function shows(axis: Axis, value: number): boolean {
  return Number.isFinite(value) && (!axis.log || value > 0)
}

/** Smallest and largest value along one axis that it can show, those of the marks included; [0, 1] when there is none. */
export function shownExtent(panel: Panel, axis: 'x' | 'y'): [number, number] {
  const at = axis === 'x' ? 0 : 1
  let low = Infinity
  let high = -Infinity
  // A loop, and no list of all values: a fit that is followed asks ten times a second.
  const take = (value: number) => {
    if (!shows(panel[axis], value)) return
    if (value < low) low = value
    if (value > high) high = value
  }
  for (const { points } of panel.series) for (let i = 0; i < points.length; i++) take(points[i]![at])
  for (const mark of panel.marks ?? []) take(mark[axis])
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
  return (panel.marks ?? []).map(mark => (mark.main ? 1 : next++))
}

/**
 * At most about `limit` of the points. Each bucket keeps its first, lowest, highest and last, so that spikes stay
 * visible and gaps stay gaps.
 */
export function thin(points: [number, number][], limit: number): [number, number][] {
  if (points.length <= limit) return points
  const size = Math.ceil((4 * points.length) / limit)
  const kept: [number, number][] = []
  for (let first = 0; first < points.length; first += size) {
    const last = Math.min(first + size, points.length) - 1
    let [low, high, gap] = [first, first, first]
    for (let i = first; i <= last; i++) {
      const y = points[i]![1]
      if (!Number.isFinite(y)) gap = i
      if (y < points[low]![1] || Number.isNaN(points[low]![1])) low = i
      if (y > points[high]![1] || Number.isNaN(points[high]![1])) high = i
    }
    const indexes = [first, low, high, gap, last].sort((a, b) => a - b)
    for (const [k, i] of indexes.entries()) if (i !== indexes[k - 1]) kept.push(points[i]!)
  }
  return kept
}
