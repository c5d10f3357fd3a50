import type { EpochRow } from '../history.js'
import { formatFigure, formatTime } from './figure.js'

/** Wide enough for every figure, with its sign. */
const narrowest = 11

const gap = '  '

/** The heading of the epoch table: `epoch train_loss valid_loss <metrics> time`, in lines of at most `width` characters. */
export function tableHeader(metricNames: readonly string[], width = Number.POSITIVE_INFINITY): string {
  return lines(['epoch', ...figureNames(metricNames).map(name => name.padEnd(narrowest)), 'time'], width)
}

/** One epoch, aligned under {@link tableHeader}; a figure that the epoch does not have is left blank. */
export function tableRow(row: EpochRow, metricNames: readonly string[], width = Number.POSITIVE_INFINITY): string {
  const figures = figureNames(metricNames).map(name => formatFigure(row[name] ?? null).padEnd(Math.max(narrowest, name.length)))
  return lines([String(row.epoch).padEnd(5), ...figures, formatTime(row.time)], width)
}

/** What stands above the columns, where they are cells. */
export function headings(metricNames: readonly string[]): string[] {
  return ['epoch', ...figureNames(metricNames), 'time']
}

/** One epoch under {@link headings}; a figure that it does not have is left blank. */
export function cellsOf(row: EpochRow, metricNames: readonly string[]): string[] {
  const figures = figureNames(metricNames).map(name => formatFigure(row[name] ?? null))
  return [String(row.epoch), ...figures, formatTime(row.time)]
}

export function figureNames(metricNames: readonly string[]): string[] {
  return ['train_loss', 'valid_loss', ...metricNames]
}

/** The cells side by side; what has no room goes on in the next line, under the second column. */
function lines(cells: readonly string[], width: number): string {
  const [first, ...others] = cells as [string, ...string[]]
  const indent = ' '.repeat(first.length)
  const done: string[] = []
  let line = first
  for (const cell of others) {
    if (line.length > first.length && (line + gap + cell.trimEnd()).length > width) {
      done.push(line.trimEnd())
      line = indent
    }
    line += gap + cell
  }
  return [...done, line].join('\n').trimEnd()
}
