import { NumberSample } from './number-sample.js'
import type { BooleanColumn, TableColumn, TextColumn } from './table-column.js'

/** A value that a category has: texts, numbers, yes and no; dates as milliseconds. */
export type CategoryValue = string | number | boolean

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
  /** Of numbers that are not counted: the counts say all of others. */
  #sample: NumberSample | undefined

  constructor(kind: TableColumn['kind']) {
    this.kind = kind
  }

  /** @param rows those to look at, by default all */
  add(column: TableColumn, rows?: Int32Array): void {
    if (column.kind === 'number' || column.kind === 'date') {
      if (column.kind === 'number' && !column.integer) this.integer = false
      const { values } = column
      this.#numbers(rows ? at(values, rows) : values)
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

  /** Of the numbers; of a random sample of 2^20, where there are more, and too many different ones. */
  median(): number {
    if (!this.counts) return this.#sample!.median()
    let [below, lower] = [0, Number.NaN]
    for (const value of this.values() as number[]) {
      below += this.counts.get(value)!
      if (Number.isNaN(lower) && below >= this.present / 2) lower = value
      if (below > this.present / 2) return (lower + value) / 2
    }
    return Number.NaN
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

  #numbers(values: Float64Array | Float32Array): void {
    let [present, mean, squares] = [this.present, this.#mean, this.#squares]
    const before = present
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      const apart = value - mean
      mean += apart / ++present
      squares += apart * (value - mean)
    }
    this.present = present
    this.missing += values.length - (present - before)
    this.#mean = mean
    this.#squares = squares
    for (let i = 0; this.kind === 'date' && !this.times && i < values.length; i++) this.times = isWithinDay(values[i]!)
    const counted = this.#count(values)
    this.#sample?.add(values.subarray(counted))
  }

  /** How many of the values were counted: of those with too many different ones no more are. */
  #count(values: ArrayLike<number>): number {
    const { counts } = this
    if (!counts) return 0
    const mostDifferent = this.integer ? mostWhole : mostOthers
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (Number.isNaN(value)) continue
      counts.set(value, (counts.get(value) ?? 0) + 1)
      if (counts.size > mostDifferent) {
        this.counts = undefined
        this.#sample = sampleOf(counts as Map<number, number>)
        return i + 1
      }
    }
    return values.length
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

function sampleOf(counts: ReadonlyMap<number, number>): NumberSample {
  const sample = new NumberSample()
  for (const [value, count] of counts) sample.add(new Float64Array(count).fill(value))
  return sample
}

/** A loop of its own: `Float64Array.from` takes ten times as long. */
function at(values: ArrayLike<number>, rows: Int32Array): Float64Array {
  const own = new Float64Array(rows.length)
  for (let i = 0; i < own.length; i++) own[i] = values[rows[i]!]!
  return own
}

function isWithinDay(time: number): boolean {
  return !Number.isNaN(time) && time % 86_400_000 !== 0
}
