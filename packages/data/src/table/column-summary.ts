import { Random } from '@onecycle/platform'
import type { BooleanColumn, TableColumn, TextColumn } from './table-column.js'

/** A value that a category has: texts, numbers, yes and no; dates as milliseconds. */
export type CategoryValue = string | number | boolean

/** Numbers that a median is found among: a random sample, where there are more. */
const mostNumbers = 2 ** 20
/** Different numbers that are counted: of whole ones, which may be categories, more than of others. */
const mostWhole = 2 ** 16
const mostOthers = 2 ** 10

/** What is known of the cells of a column, gathered part by part. */
export class ColumnSummary {
  readonly kind: TableColumn['kind']
  /** As of a number column; true for others. */
  integer = true
  /** Cells that are there. */
  present = 0
  missing = 0
  /** How often each value is there, in the order they were met; of numbers undefined beyond 2^16 different ones, of fractions beyond 2^10. */
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
    if (column.kind === 'number' || column.kind === 'date') {
      if (column.kind === 'number' && !column.integer) this.integer = false
      const { values } = column
      const length = rows ? rows.length : values.length
      for (let i = 0; i < length; i++) this.#number(values[rows ? rows[i]! : i]!)
    } else {
      this.#few(column, rows)
    }
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
    if (Number.isNaN(value)) {
      this.missing++
      return
    }
    this.present++
    const apart = value - this.#mean
    this.#mean += apart / this.present
    this.#squares += apart * (value - this.#mean)
    if (this.#numbers.length < mostNumbers) this.#numbers.push(value)
    else {
      const place = Math.floor(this.#random.uniform(0, this.present))
      if (place < mostNumbers) this.#numbers[place] = value
    }
    if (!this.times && this.kind === 'date' && value % 86_400_000 !== 0) this.times = true
    if (!this.counts) return
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1)
    if (this.counts.size > (this.integer ? mostWhole : mostOthers)) this.counts = undefined
  }

  /** Texts, and yes and no, lie as numbers from 0 on. */
  #few(column: TextColumn | BooleanColumn, rows: Int32Array | undefined): void {
    const [values, categories] = column.kind === 'text' ? [column.codes, column.categories] : [column.values, [false, true]]
    const counts = new Int32Array(categories.length)
    const length = rows ? rows.length : values.length
    for (let i = 0; i < length; i++) {
      const value = values[rows ? rows[i]! : i]!
      if (value >= 0 && value < counts.length) counts[value]!++
    }
    for (const [value, count] of counts.entries()) {
      if (count > 0) this.counts!.set(categories[value]!, (this.counts!.get(categories[value]!) ?? 0) + count)
      this.present += count
    }
    this.missing += length - counts.reduce((sum, count) => sum + count, 0)
  }
}
