import { colorsOf, type Panel, shows } from '../chart.js'
import { formatNumber } from '../render/number.js'

/** What a panel says at a place. */
export interface Reading {
  /** Where, such as 'Batches 120'. */
  readonly title: string
  readonly rows: readonly { readonly name: string; readonly value: string; readonly color: number | undefined }[]
  /** The x that is read. */
  readonly x: number
}

/** How far in each direction one pixel reaches, and where the pointer is. */
export interface Pointed {
  readonly x: number
  readonly y: number
  /** Pixels between two places. */
  apart(ax: number, ay: number, bx: number, by: number): number
}

/** Pixels from which on a dot is not meant. */
const reach = 24

/** What is nearest to a place: of each curve the value there, of dots the one that is meant. Undefined where there is nothing. */
export function readingAt(panel: Panel, at: Pointed): Reading | undefined {
  if (panel.drawn) {
    const text = panel.drawn.at?.(at.x, at.y)
    return text === undefined ? undefined : { title: text, rows: [], x: at.x }
  }
  const colors = colorsOf(panel)
  const read = panel.series.flatMap(({ name, style, points }, i) => {
    const point = style === 'dots' ? nearestDot(points, at) : nearest(panel, points, at.x)
    // Beside the smoothed one of its name it is noise.
    const isNoise = style === 'faint' && panel.series.some(other => other.name === name && other.style !== 'faint')
    return point && !isNoise ? [{ name, point, color: colors[i]! }] : []
  })
  if (read.length === 0) return undefined
  // Curves of batches say where the pointer is, and not those of epochs, which have fewer points.
  const [x] = read.toSorted((a, b) => Math.abs(a.point[0] - at.x) - Math.abs(b.point[0] - at.x))[0]!.point
  return {
    title: `${panel.x.label} ${formatNumber(x, 6)}`.trim(),
    rows: read.map(({ name, point, color }) => ({
      name,
      color,
      value: formatNumber(point[1]) + (point[0] === x ? '' : ` at ${formatNumber(point[0], 6)}`),
    })),
    x,
  }
}

type Points = Panel['series'][0]['points']

/** The point of a curve nearest along x, which is shown. */
function nearest({ x: axis, y }: Panel, points: Points, x: number): [number, number] | undefined {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (points[middle]![0] < x) low = middle + 1
    else high = middle
  }
  const isShown = (point: [number, number] | undefined) => point && shows(axis, point[0]) && shows(y, point[1])
  const found = [points[low - 1], points[low]].filter(isShown) as Points
  return found.toSorted((a, b) => Math.abs(a[0] - x) - Math.abs(b[0] - x))[0]
}

function nearestDot(points: Points, { x, y, apart }: Pointed): [number, number] | undefined {
  let [best, least]: [[number, number] | undefined, number] = [undefined, reach]
  for (const point of points) {
    const far = apart(point[0], point[1], x, y)
    if (far < least) [best, least] = [point, far]
  }
  return best
}
