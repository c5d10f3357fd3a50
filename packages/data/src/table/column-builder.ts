import { Growing } from './growing.js'
import { type ColumnType, datesLike, parseBoolean, parseDate, parseNumber } from './parse-cell.js'
import { noBoolean, type TableColumn } from './table-column.js'

/** Makes a column of cells that come one after the other: texts of a file, or values; null where one is missing. */
export interface ColumnBuilder {
  /** @returns whether the cell can be one of this column; one that cannot is taken for missing. */
  add(cell: unknown): boolean
  build(): TableColumn
}

/** The builder of columns of a type. */
export function columnBuilder(type: ColumnType): ColumnBuilder {
  if (type === 'number') return new NumberBuilder()
  if (type === 'text') return new TextBuilder()
  if (type === 'boolean') return new BooleanBuilder()
  return new DateBuilder(type === 'date' ? parseDate : datesLike(type))
}

class NumberBuilder implements ColumnBuilder {
  readonly #values = new Growing(new Float64Array(0))
  /** As in pandas, where something is missing no number is an integer. */
  #integer = true

  add(cell: unknown): boolean {
    const number = typeof cell === 'string' ? parseNumber(cell) : cell === null ? Number.NaN : numberOf(cell)
    this.#values.push(number ?? Number.NaN)
    if (this.#integer) this.#integer = Number.isInteger(number) && !(typeof cell === 'string' && /[.eE]/.test(cell))
    return number !== undefined
  }

  build(): TableColumn {
    return { kind: 'number', values: this.#values.values(), integer: this.#integer }
  }
}

class TextBuilder implements ColumnBuilder {
  readonly #codes = new Growing(new Int32Array(0))
  readonly #known = new Map<string, number>()

  add(cell: unknown): boolean {
    if (cell === null) {
      this.#codes.push(-1)
      return true
    }
    const text = cell instanceof Date ? cell.toISOString() : String(cell)
    let code = this.#known.get(text)
    if (code === undefined) {
      code = this.#known.size
      this.#known.set(ownText(text), code)
    }
    this.#codes.push(code)
    return true
  }

  build(): TableColumn {
    return { kind: 'text', codes: this.#codes.values(), categories: [...this.#known.keys()] }
  }
}

class BooleanBuilder implements ColumnBuilder {
  readonly #values = new Growing(new Uint8Array(0))

  add(cell: unknown): boolean {
    const value = typeof cell === 'string' ? parseBoolean(cell) : cell
    const fits = typeof value === 'boolean' || value === null
    this.#values.push(value === true ? 1 : value === false ? 0 : noBoolean)
    return fits
  }

  build(): TableColumn {
    return { kind: 'boolean', values: this.#values.values() }
  }
}

class DateBuilder implements ColumnBuilder {
  readonly #values = new Growing(new Float64Array(0))
  readonly #parse: (text: string) => number | undefined

  constructor(parse: (text: string) => number | undefined) {
    this.#parse = parse
  }

  add(cell: unknown): boolean {
    const time =
      typeof cell === 'string'
        ? this.#parse(cell)
        : cell === null
          ? Number.NaN
          : cell instanceof Date
            ? cell.getTime()
            : undefined
    this.#values.push(time ?? Number.NaN)
    return time !== undefined
  }

  build(): TableColumn {
    return { kind: 'date', values: this.#values.values() }
  }
}

function numberOf(cell: unknown): number | undefined {
  if (typeof cell === 'number') return cell
  return typeof cell === 'bigint' ? Number(cell) : undefined
}

/** A part of a long text keeps all of it in memory: one that is to stay is written anew. */
function ownText(text: string): string {
  return text.length > 12 ? text.split('').join('') : text
}
