import { checkOptions, type Kinds, kind, rangeError, typeError } from '@onecycle/platform'
import { Table } from './table.js'
import { noBoolean, type TableColumn } from './table-column.js'

/** What `add_datepart` is given: how new columns begin, whether the date stays, and whether the time of day is taken apart. */
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

/** A part of a day in UTC, as a number or as yes and no. */
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

/** A part of a time in milliseconds. */
const timeParts: Readonly<Record<string, (time: number) => number>> = {
  Hour: time => Math.floor((time - startOf(time)) / 3_600_000),
  Minute: time => Math.floor(time / 60_000) - 60 * Math.floor(time / 3_600_000),
  Second: time => Math.floor(time / 1000) - 60 * Math.floor(time / 60_000),
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
  if (!(table instanceof Table))
    throw typeError('wrong-argument', 'add_datepart takes a Table and the name of a column of dates.')
  const dates = table.column(column)
  if (dates.kind !== 'date')
    throw rangeError(
      'column-kind',
      `${column} holds no dates, but is a column of kind ${dates.kind}: read it with types: { ${column}: 'date' }.`,
    )
  const { prefix = prefixOf(column), drop = true, time = false } = options
  const { values } = dates
  const days = daysOf(values)
  const ofDay = Object.entries(parts).map(([name, part]) => [prefix + name, spread(days, part)] as const)
  const ofTime = Object.entries({ ...(time && timeParts), Elapsed: (each: number) => Math.floor(each / 1000) })
  const columns = [...ofDay, ...ofTime.map(([name, part]) => [prefix + name, numbers(values.map(part))] as const)]
  return (drop ? table.without([column]) : table).with(columns)
}

export function prefixOf(column: string): string {
  return column.replace(/[Dd]ate$/, '')
}

interface Days {
  /** Each day that there is, once. */
  readonly dates: readonly Date[]
  /** Which of them each time is in, -1 where it is missing. */
  readonly places: Int32Array
}

/** What is said of a day is found out once: many times are of few days. */
function daysOf(times: Float64Array): Days {
  const known = new Map<number, number>()
  const places = new Int32Array(times.length).fill(-1)
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(times[i])) continue
    const start = startOf(times[i]!)
    const place = known.get(start) ?? known.size
    if (place === known.size) known.set(start, place)
    places[i] = place
  }
  return { dates: Array.from(known.keys(), start => new Date(start)), places }
}

function spread({ dates, places }: Days, part: (date: Date) => number | boolean): TableColumn {
  const isBoolean = dates.length > 0 && typeof part(dates[0]!) === 'boolean'
  const own = Float64Array.from(dates, date => Number(part(date)))
  const missing = isBoolean ? noBoolean : Number.NaN
  const values = isBoolean ? new Uint8Array(places.length) : new Float64Array(places.length)
  for (let i = 0; i < values.length; i++) values[i] = places[i]! < 0 ? missing : own[places[i]!]!
  return values instanceof Uint8Array ? { kind: 'boolean', values } : numbers(values)
}

function numbers(values: Float64Array): TableColumn {
  return { kind: 'number', values, integer: !values.some(Number.isNaN) }
}

function startOf(time: number): number {
  return Math.floor(time / day) * day
}

function next(date: Date): Date {
  return new Date(date.getTime() + day)
}

/** The week that the Thursday of the same week is in. */
function isoWeek(date: Date): number {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * day)
  return Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0)) / (7 * day)) + 1
}
