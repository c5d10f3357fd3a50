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
}

export interface Axis {
  label: string
  /** Logarithmic scale. Values that are not positive are left out. */
  log?: boolean
  /** Ticks fall on whole numbers only. */
  integer?: boolean
}

/** 'line'; 'faint', a pale thin line behind the others, which the legend leaves out; 'points', dots joined by a dashed line. */
export type SeriesStyle = 'line' | 'faint' | 'points'

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

/** All values along one axis that it can show, those of the marks included. */
export function shownValues(panel: Panel, axis: 'x' | 'y'): number[] {
  const values = panel.series.flatMap(series => series.points.map(([x, y]) => (axis === 'x' ? x : y)))
  return [...values, ...(panel.marks ?? []).map(mark => mark[axis])].filter(value => shows(panel[axis], value))
}

/** Smallest and largest value; [0, 1] when there is none. A loop, because an argument list has a limit. */
export function extent(values: Iterable<number>): [number, number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
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
export function thin(points: [number, number][], limit = 2000): [number, number][] {
  if (points.length <= limit) return points
  const size = Math.ceil((4 * points.length) / limit)
  const kept: [number, number][] = []
  for (let start = 0; start < points.length; start += size) {
    const bucket = points.slice(start, start + size)
    const last = bucket.length - 1
    let low = 0
    let high = 0
    let gap = 0
    bucket.forEach(([, y], i) => {
      if (!Number.isFinite(y)) gap = i
      if (y < bucket[low]![1] || Number.isNaN(bucket[low]![1])) low = i
      if (y > bucket[high]![1] || Number.isNaN(bucket[high]![1])) high = i
    })
    for (const i of [...new Set([0, low, high, gap, last])].sort((a, b) => a - b)) kept.push(bucket[i]!)
  }
  return kept
}
