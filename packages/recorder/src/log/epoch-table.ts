import type { EpochRow } from '../history.js'
import { formatFigure, formatTime } from '../render/number.js'

/** Wide enough for every figure, with its sign. */
const narrowest = 11

/** The heading of the epoch table: `epoch train_loss valid_loss <metrics> time`. */
export function tableHeader(metricNames: readonly string[]): string {
  const columns = ['train_loss', 'valid_loss', ...metricNames]
  return ['epoch', ...columns.map(name => name.padEnd(narrowest)), 'time'].join('  ')
}

/** One epoch, aligned under {@link tableHeader}; a figure that the epoch does not have is left blank. */
export function tableRow(row: EpochRow, metricNames: readonly string[]): string {
  const columns = ['train_loss', 'valid_loss', ...metricNames]
  const figures = columns.map(name => formatFigure(row[name] ?? null).padEnd(Math.max(narrowest, name.length)))
  return [String(row.epoch).padEnd(5), ...figures, formatTime(row.time)].join('  ')
}
