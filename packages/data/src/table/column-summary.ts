import { Random } from '@onecycle/platform'
import { noBoolean, type TableColumn } from './table-column.js'

/** A value that a category has: texts, numbers, yes and no; dates as milliseconds. */
export type CategoryValue = string | number | boolean

/** Numbers that a median is found among: a random sample, where there are more. */
const mostNumbers = 2 ** 20
/** Different numbers that are counted. */
const mostCounted = 2 ** 16
/** Whole numbers below this are counted in an array, ten times as fast as in a map. */
const small = 2 ** 12

/** What is known of the cells of a column, gathered part by part. */
export class ColumnSummary {
  readonly kind: TableColumn['kind']
  /** As of a number column; true for others. */
  integer = true
  /** Cells that are there. */
  present = 0
  missing = 0
  /** How often each value is there, in the order they were met; of numbers undefined beyond 2^16 different ones. */
  counts: Map<CategoryValue, number> | undefined = new Map()
  /** Whether a date has a time of day. */
  times = false
  #mean = 0
  #squares = 0
  readonly #numbers: number[] = []
  readonly #random = new Random(0).fork('median')

  constructor(kind: TableColumn['kind']) {
    this.kind = kind
  }

  /** @param rows those to look at, by default all */
  add(column: TableColumn, rows?: Int32Array): void {
    const values = column.kind === 'text' ? column.codes : column.values
    const counts = new Map<number, number>()
    const few = new Int32Array(column.kind === 'text' ? column.categories.length : small)
    const isNumber = column.kind === 'number' || column.kind === 'date'
    const missing = column.kind === 'text' ? -1 : noBoolean
    const length = rows ? rows.length : values.length
    for (let i = 0; i < length; i++) {
      const value = values[rows ? rows[i]! : i]!
      if (isNumber ? Number.isNaN(value) : value === missing) {
        this.missing++
        continue
      }
      this.present++
      if (isNumber) this.#number(value)
      if ((value | 0) === value && value >= 0 && value < few.length) few[value]!++
      else if (counts.size <= mostCounted) counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    for (const [value, count] of few.entries()) if (count > 0) counts.set(value, count)
    if (column.kind === 'number' && !column.integer) this.integer = false
    this.#count(counts, column)
  }

  /** Of the numbers, as a column that is filled has them: with `missing` times the value `filled`. */
  moments(filled?: number): { mean: number; std: number } {
    const { present, missing } = this
    if (filled === undefined || missing === 0) return { mean: this.#mean, std: Math.sqrt(this.#squares / present) }
    const all = present + missing
    const apart = filled - this.#mean
    return {
      mean: this.#mean + (apart * missing) / all,
      std: Math.sqrt((this.#squares + (apart * apart * present * missing) / all) / all),
    }
  }

  /** Of the numbers; of a random sample of 2^20, where there are more. */
  median(): number {
    const sorted = Float64Array.from(this.#numbers).sort()
    const middle = sorted.length / 2
    return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!
  }

  /** The value that is there most often, the smallest of several. */
  mode(): CategoryValue | undefined {
    let most: CategoryValue | undefined
    for (const value of this.values() ?? [])
      if (most === undefined || this.counts!.get(value)! > this.counts!.get(most)!) most = value
    return most
  }

  /** Different values, in order: numbers by size, no before yes, texts by their characters; undefined where they are too many. */
  values(): CategoryValue[] | undefined {
    return this.counts && [...this.counts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  }

  #number(value: number): void {
    const apart = value - this.#mean
    this.#mean += apart / this.present
    this.#squares += apart * (value - this.#mean)
    if (this.#numbers.length < mostNumbers) this.#numbers.push(value)
    else {
      const place = Math.floor(this.#random.uniform(0, this.present))
      if (place < mostNumbers) this.#numbers[place] = value
    }
    if (!this.times && this.kind === 'date' && value % 86_400_000 !== 0) this.times = true
  }

  #count(counts: ReadonlyMap<number, number>, column: TableColumn): void {
    for (const [key, count] of counts) {
      const value = column.kind === 'text' ? column.categories[key]! : column.kind === 'boolean' ? key === 1 : key
      this.counts?.set(value, (this.counts.get(value) ?? 0) + count)
    }
    if (column.kind !== 'text' && this.counts && this.counts.size > mostCounted) this.counts = undefined
  }
}
