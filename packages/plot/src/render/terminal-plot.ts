import { checkOptions, kind, rangeError, show, standardOutput } from '@onecycle/platform'
import { penOf, showsColors } from '#plot/pen.js'
import type { Chart } from '../chart.js'
import { fit } from './framed.js'
import { panelLines } from './terminal-panel.js'
import { wrap } from './wrap.js'

/** How a plot is drawn with characters: columns, lines, and whether in colour. */
export interface DrawOptions {
  /** Characters in a line. Default: the terminal's, at most 100, or 80 without a terminal. */
  width?: number | undefined
  /** Lines of the drawing area of one panel. Default 14. */
  height?: number | undefined
  /** Whether to use colours. Default: whether standard output shows them, and `NO_COLOR` (https://no-color.org) is not set. */
  color?: boolean | undefined
}

/** Narrowest panel that is still readable, in characters. */
const narrowest = 36

/** The chart in characters: curves in braille dots, axes, tick labels, marks and a legend. Ends without a line break. */
export function drawChart(chart: Chart, options: DrawOptions = {}): string {
  checkOptions('draw', options, { width: kind.any, height: kind.any, color: kind.boolean })
  const { width = Math.min(standardOutput().columns || 80, 100), height = 14 } = options
  const { color = showsColors() } = options
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isFinite(value))
      throw rangeError('number-range', `${name} is ${show(value)}, and must be a number of characters, such as 80.`)
  }
  const pen = penOf(color)
  const wanted = Math.min(chart.columns ?? chart.panels.length, chart.panels.length)
  const columns = Math.max(1, Math.min(wanted, Math.floor((width + 2) / (narrowest + 2))))
  const panelWidth = Math.max(16, Math.floor((width - 2 * (columns - 1)) / columns))
  const lineCount = Math.max(4, Math.floor(height))
  const panels = chart.panels.map(
    panel => panel.drawn?.lines(panelWidth, lineCount, pen) ?? panelLines(panel, panelWidth, lineCount, pen),
  )
  const lines: string[] = []
  if (chart.title) lines.push(pen.bold(fit(chart.title, width)))
  if (chart.subtitle) lines.push(...wrap(chart.subtitle, width).map(line => pen.dim(fit(line, width))))
  for (let i = 0; i < panels.length; i += columns) {
    if (i > 0) lines.push('')
    lines.push(...beside(panels.slice(i, i + columns), ' '.repeat(panelWidth)))
  }
  return lines.map(line => line.trimEnd()).join('\n')
}

/** Joins blocks of equally wide lines side by side. */
function beside(blocks: string[][], blank: string): string[] {
  const rows = Math.max(...blocks.map(block => block.length))
  return Array.from({ length: rows }, (_, row) => blocks.map(block => block[row] ?? blank).join('  '))
}
