import type { Panel } from '../chart.js'
import { BrailleCanvas } from '../render/canvas.js'
import { framed } from '../render/framed.js'
import type { Pen } from '../render/pen.js'
import { legend, painter } from '../render/terminal-legend.js'
import { placer } from '../ticks.js'
import { type NamedAxis, namedLabels, namedScale } from './named-axis.js'

/** What a terminal draws between two axes, one of which has names. */
interface NamedCanvas {
  readonly canvas: BrailleCanvas
  /** Where values lie, in dots of the canvas. */
  across(x: number): number
  down(y: number): number
  /** What is on the canvas by then, with its axes, its title and its legend. */
  framed(panel: Panel, pen: Pen): string[]
}

/** @param width characters, those of the labels on y among them */
export function onCanvas(
  x: NamedAxis,
  y: NamedAxis,
  extent: readonly [number, number],
  width: number,
  rows: number,
): NamedCanvas {
  const yScale = namedScale(y, 'y', extent, { count: Math.max(2, Math.floor(rows / 3)), round: true })
  const yLabels = namedLabels(y, yScale, Math.max(4, Math.floor(width / 3)))
  const margin = Math.max(...yLabels.map(each => each.length)) + 1
  const columns = width - margin - 1
  const xScale = namedScale(x, 'x', extent, { count: Math.max(2, Math.floor(columns / 12)), round: true })
  const canvas = new BrailleCanvas(columns, rows)
  const [alongX, alongY] = [placer({ label: '' }, xScale.domain), placer({ label: '' }, yScale.domain)]
  const across = (value: number) => Math.round(alongX(value) * (canvas.width - 1))
  const down = (value: number) => Math.round((1 - alongY(value)) * (canvas.height - 1))
  return {
    ...{ canvas, across, down },
    framed: (panel, pen) =>
      framed(panel, width, pen, {
        rows: canvas.rows(painter(pen)),
        margin,
        yTicks: new Map(yScale.ticks.map((tick, i) => [down(tick) >> 2, yLabels[i]!])),
        xTicks: xScale.ticks.map(tick => across(tick) >> 1),
        xLabels: namedLabels(x, xScale, Math.max(3, Math.floor(columns / xScale.ticks.length) - 1)),
        below: legend(panel, width, ' '.repeat(margin), pen),
      }),
  }
}
