import { checkOptions, type Kinds, kind } from '@onecycle/platform'
import { Table } from './table.js'
import type { TableColumn } from './table-column.js'

export interface DatePartOptions {
  /** What the names of the parts begin with. Default: the column's name without a `date` at its end. */
  prefix?: string | undefined
  /** Whether the column itself goes. Default true. */
  drop?: boolean | undefined
  /** Whether hour, minute and second are parts. Default false. */
  time?: boolean | undefined
}

export const datePartKinds: Kinds<DatePartOptions> = { prefix: kind.string, drop: kind.boolean, time: kind.boolean }

const day = 86_400_000

/** A part of a time in UTC, as a number or as yes and no. */
const parts: Readonly<Record<string, (date: Date) => number | boolean>> = {
  Year: date => date.getUTCFullYear(),
  Month: date => date.getUTCMonth() + 1,
  Week: isoWeek,
  Day: date => date.getUTCDate(),
  Dayofweek: date => (date.getUTCDay() + 6) % 7,
  Dayofyear: date => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / day) + 1,
  Is_month_end: date => next(date).getUTCDate() === 1,
  Is_month_start: date => date.getUTCDate() === 1,
  Is_quarter_end: date => next(date).getUTCDate() === 1 && next(date).getUTCMonth() % 3 === 0,
  Is_quarter_start: date => date.getUTCDate() === 1 && date.getUTCMonth() % 3 === 0,
  Is_year_end: date => next(date).getUTCDate() === 1 && next(date).getUTCMonth() === 0,
  Is_year_start: date => date.getUTCDate() === 1 && date.getUTCMonth() === 0,
}

const timeParts: typeof parts = {
  Hour: date => date.getUTCHours(),
  Minute: date => date.getUTCMinutes(),
  Second: date => date.getUTCSeconds(),
}

/**
 * A table with a column of dates taken apart: Year, Month, Week (ISO 8601), Day, Dayofweek (Monday is 0), Dayofyear, whether it ends or
 * starts a month, quarter or year, and Elapsed, the seconds since 1970; all in UTC. A part of a missing date is missing.
 *
 * Source: fastai's `add_datepart`.
 *
 * @throws RangeError for a column that is not there, or holds no dates
 *
 * @example
 * const table = Table.from_rows([{ saledate: new Date('2024-02-29'), price: 12 }])
 * add_datepart(table, 'saledate').names // ['price', 'saleYear', 'saleMonth', ...]
 */
export function add_datepart(table: Table, column: string, options: DatePartOptions = {}): Table {
  checkOptions<DatePartOptions>('add_datepart', options, datePartKinds)
  if (!(table instanceof Table)) throw new TypeError('add_datepart takes a Table and the name of a column of dates.')
  const dates = table.column(column)
  if (dates.kind !== 'date')
    throw new RangeError(
      `${column} holds no dates, but is a column of kind ${dates.kind}: read it with types: { ${column}: 'date' }.`,
    )
  const { prefix = prefixOf(column), drop = true, time = false } = options
  const all = { ...parts, ...(time && timeParts), Elapsed: (date: Date) => Math.floor(date.getTime() / 1000) }
  const columns = Object.entries(all).map(([name, part]) => [prefix + name, partOf(dates.values, part)] as const)
  return (drop ? table.without([column]) : table).with(columns)
}

export function prefixOf(column: string): string {
  return column.replace(/[Dd]ate$/, '')
}

function partOf(times: Float64Array, part: (date: Date) => number | boolean): TableColumn {
  const cells = Array.from(times, time => (Number.isNaN(time) ? null : part(new Date(time))))
  if (typeof cells.find(cell => cell !== null) === 'boolean')
    return { kind: 'boolean', values: Uint8Array.from(cells, cell => (cell === null ? 2 : Number(cell))) }
  return {
    kind: 'number',
    values: Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell))),
    integer: !cells.includes(null),
  }
}

function next(date: Date): Date {
  return new Date(date.getTime() + day)
}

/** The week that the Thursday of the same week is in. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * day)
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0)) / (7 * day)) + 1
}
