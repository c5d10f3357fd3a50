import { rangeError, show } from '@onecycle/platform'
import { parseDate } from '../table/parse-cell.js'
import type { Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'

/** The times of rows: milliseconds of dates, or numbers as they are. */
export interface Times {
  readonly kind: 'date' | 'number'
  readonly values: Float64Array
}

/**
 * A column of times: dates, numbers, or texts that write dates as ISO 8601 does, as rows of JSON have them.
 *
 * @throws RangeError for a column that is not there, or holds other things
 */
export function timesOf(table: Table, name: string): Times {
  const column = table.column(name)
  if (column.kind === 'date' || column.kind === 'number') return { kind: column.kind, values: Float64Array.from(column.values) }
  const dates = Float64Array.from({ length: table.length }, (_, row) => dateOf(cellOf(column, row)) ?? Number.NaN)
  const wrong = dates.findIndex((date, row) => Number.isNaN(date) && cellOf(column, row) !== null)
  if (wrong >= 0)
    throw rangeError(
      'column-kind',
      `${name} holds ${show(cellOf(column, wrong))}, which is no time: read the column with types: { ${name}: 'date' }, or give numbers.`,
    )
  return { kind: 'date', values: dates }
}

function dateOf(cell: unknown): number | undefined {
  return typeof cell === 'string' ? parseDate(cell) : undefined
}

/** A time as a person reads it: a date, with its hours where it has some, or the number. */
export function writtenTime(kind: Times['kind'], time: number): string {
  if (kind === 'number') return String(time)
  return new Date(time).toISOString().replace(/(T00:00:00)?(\.000)?Z$/, (_, midnight) => (midnight ? '' : 'Z'))
}

/** What lies between two times as a person reads it. */
export function writtenStep(kind: Times['kind'], step: number): string {
  if (kind === 'number') return String(step)
  const [unit, length] = units.find(([, length]) => step % length === 0)!
  return `${step / length} ${unit}${step === length ? '' : 's'}`
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
] as const
