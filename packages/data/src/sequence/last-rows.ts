import { rangeError, show } from '@onecycle/platform'
import type { Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'
import { timesOf, writtenStep } from './times-of.js'
import { isStep } from './windows.js'

/** Where a row of a series stands: by which column, and how far from the one before it. */
export interface SeriesOrder {
  /** The column of times. */
  readonly time: string
  readonly kind: 'date' | 'number'
  /** What lies between two rows, as a rule. */
  readonly step: number
  /** The column that tells series apart. */
  readonly series?: string | undefined
}

/**
 * The last rows of a series, in the order of time; where they have no times, as they come.
 *
 * @throws RangeError for rows of several series, too few, times of another kind, missing or there twice, and a gap between those rows
 */
export function lastRows(table: Table, n: number, order: SeriesOrder | undefined): Int32Array {
  if (order?.series !== undefined) refuseSeveral(table, order.series)
  if (table.length < n)
    throw rangeError(
      'series-too-short',
      `There are ${table.length} rows, and the model sees the last ${n} before what it predicts: give it as many.`,
    )
  const rows = Int32Array.from({ length: table.length }, (_, row) => row)
  if (!order || !table.names.includes(order.time)) return rows.subarray(-n)
  const { time, kind, step } = order
  const { values: times, kind: here } = timesOf(table, time)
  if (here !== kind)
    throw rangeError(
      'column-kind',
      `${time} holds ${show(table.row(0)[time])}, a ${here}, and held ${kind}s in training: give it the same.`,
    )
  const missing = times.findIndex(Number.isNaN)
  if (missing >= 0)
    throw rangeError('missing-value', `Row ${missing} has no ${time}: a row without one has no place in a series. Leave it out.`)
  const last = rows.sort((a, b) => times[a]! - times[b]!).subarray(-n)
  for (let i = 1; i < n; i++) {
    const [before, after] = [last[i - 1]!, last[i]!]
    const between = times[after]! - times[before]!
    if (between === 0)
      throw rangeError('same-time', `Rows ${before} and ${after} have the same time: give rows of one series, each once.`)
    if (!isStep(between, step))
      throw rangeError(
        'gap-in-series',
        `Rows ${before} and ${after} are ${writtenStep(kind, between)} apart in ${time}, and those of training ${writtenStep(kind, step)}: the model sees ${n} rows without a gap. ` +
          'Give it those that are missing.',
      )
  }
  return last
}

function refuseSeveral(table: Table, series: string): void {
  if (!table.names.includes(series) || table.length === 0) return
  const column = table.column(series)
  const first = cellOf(column, 0)
  for (let row = 1; row < table.length; row++) {
    const cell = cellOf(column, row)
    if (String(cell) !== String(first))
      throw rangeError(
        'several-series',
        `Rows 0 and ${row} are of two series, ${series} ${show(first)} and ${show(cell)}: predict them one after the other.`,
      )
  }
}
