import { checkCount, checkKeys, checkOptions, kind, nearestName, rangeError, show, typeError } from '@onecycle/platform'
import { isTypedArray, type TypedArray } from '../column.js'
import { columnOfValues } from './column-of-values.js'
import type { ColumnType } from './parse-cell.js'
import { type Cell, cellOf, lengthOf, type TableColumn, takeFrom } from './table-column.js'
import { csvOf } from './to-csv.js'
import { written } from './written.js'

/** What a `Table` is given: types of columns that it shall not guess, and the name that messages call it. */
export interface TableOptions {
  /** How columns are to be read, by name, where what is found by looking at the cells is not what is meant. */
  types?: Readonly<Record<string, ColumnType>> | undefined
  /** How messages call the table. Default 'the table'. */
  name?: string | undefined
}

const tableKinds = { types: kind.object, name: kind.string }

/**
 * Rows and named columns in memory, each column in one typed array: numbers, texts, yes and no, dates. Nothing changes it: what is
 * done with a table makes another that shares what stays the same.
 *
 * @example
 * const table = Table.from_rows([{ age: 41, city: 'Bern' }, { age: null, city: 'Basel' }])
 * table.names // ['age', 'city']
 * String(table.head(1)) // the first row, written for the terminal
 */
export class Table {
  static readonly name: string = 'Table'
  /** Of the columns, in order. */
  readonly names: readonly string[]
  /** Rows. */
  readonly length: number
  /** How messages call it. */
  readonly title: string
  readonly #columns: ReadonlyMap<string, TableColumn>

  /** @throws RangeError when the columns differ in length, or two have one name; TypeError for what are no columns with names. */
  constructor(columns: Iterable<readonly [name: string, column: TableColumn]>, title = 'the table') {
    const entries = columnsIn(columns)
    this.#columns = new Map(entries)
    this.names = [...this.#columns.keys()]
    this.title = title
    if (this.names.length < entries.length)
      throw rangeError('columns-alike', `Two columns of ${title} have one name; expected a name for each.`)
    this.length = entries.length === 0 ? 0 : lengthOf(entries[0]![1])
    for (const [name, column] of entries)
      if (lengthOf(column) !== this.length)
        throw rangeError(
          'lengths-differ',
          `The columns of ${title} differ in length: ${show(this.names[0])} has ${this.length} rows, ${show(name)} ${lengthOf(column)}.`,
        )
  }

  /**
   * From a list of objects, whose keys are the names. What a row does not have, null, undefined and NaN are missing.
   *
   * @throws TypeError for a row that is no object, or a cell that is no number, text, true or false, Date or null; RangeError for one
   * that its column's type cannot hold.
   */
  static from_rows(rows: Iterable<Readonly<Record<string, unknown>>>, options: TableOptions = {}): Table {
    checkOptions<TableOptions>('Table.from_rows', options, tableKinds)
    if (typeof rows !== 'object' || rows === null || !(Symbol.iterator in rows))
      throw typeError('wrong-argument', `Table.from_rows takes a list of rows, [{ age: 41 }, ...], but got ${show(rows)}.`)
    const list = [...rows]
    const names = new Set<string>()
    for (const [i, row] of list.entries()) {
      if (!kind.object.fits(row))
        throw typeError('wrong-argument', `Row ${i} is ${show(row)}; expected an object, such as { age: 41 }.`)
      for (const name in row) names.add(name)
    }
    for (const name of Object.keys(options.types ?? {})) names.add(name)
    return tableOf(
      Array.from(names, name => [name, list.map(row => row[name])] as const),
      options,
    )
  }

  /**
   * From an object of lists or typed arrays, one a column. Throws as {@link from_rows}, and RangeError when they differ in length.
   *
   * @example
   * const table = Table.from_columns({ age: new Float32Array([41, 17]), city: ['Bern', 'Basel'] })
   */
  static from_columns(columns: Readonly<Record<string, readonly unknown[] | TypedArray>>, options: TableOptions = {}): Table {
    checkOptions<TableOptions>('Table.from_columns', options, tableKinds)
    if (!kind.object.fits(columns))
      throw typeError(
        'wrong-argument',
        `Table.from_columns takes an object of lists, { age: [41, 17] }, but got ${show(columns)}.`,
      )
    for (const [name, values] of Object.entries(columns))
      if (!Array.isArray(values) && !isTypedArray(values))
        throw typeError('wrong-argument', `The column ${show(name)} is ${show(values)}; expected a list or a typed array.`)
    checkKeys('types', options.types ?? {}, Object.keys(columns))
    return tableOf(Object.entries(columns), options)
  }

  /** @throws RangeError that says which columns there are. */
  column(name: string): TableColumn {
    const column = this.#columns.get(name)
    if (column) return column
    throw rangeError('no-such-column', noColumn(name, this.names, this.title))
  }

  has(name: string): boolean {
    return this.#columns.has(name)
  }

  /** These columns alone, in this order. */
  select(names: readonly string[]): Table {
    if (!Array.isArray(names)) throw typeError('wrong-argument', `select takes a list of columns, but got ${show(names)}.`)
    return new Table(
      names.map(name => [name, this.column(name)]),
      this.title,
    )
  }

  /** All other columns. */
  without(names: readonly string[]): Table {
    if (!Array.isArray(names)) throw typeError('wrong-argument', `without takes a list of columns, but got ${show(names)}.`)
    for (const name of names) this.column(name)
    return this.select(this.names.filter(name => !names.includes(name)))
  }

  /** With more columns, or others in the place of those that have their names. */
  with(columns: Iterable<readonly [name: string, column: TableColumn]>): Table {
    return new Table(new Map([...this.#columns, ...columnsIn(columns)]), this.title)
  }

  /** The first rows. */
  head(n = 5): Table {
    checkCount('n', n, 0)
    return this.take(new Int32Array(Math.min(n, this.length)).map((_, row) => row))
  }

  /** Some rows, in the given order. */
  take(rows: Int32Array): Table {
    if (!(rows instanceof Int32Array))
      throw typeError('wrong-argument', `take takes the numbers of rows, an Int32Array, but got ${show(rows)}.`)
    const wrong = rows.find(row => !(row >= 0 && row < this.length))
    if (wrong !== undefined)
      throw rangeError('no-such-sample', `There is no row ${wrong} in ${this.title}, which has ${this.length}, numbered from 0.`)
    return new Table(
      this.names.map(name => [name, takeFrom(this.column(name), rows)]),
      this.title,
    )
  }

  /** The cells of one row by name. */
  row(row: number): Record<string, Cell> {
    checkCount('row', row, 0, this.length - 1)
    return Object.fromEntries(this.names.map(name => [name, cellOf(this.column(name), row)]))
  }

  /** All rows, as objects that are made when they are asked for. */
  *rows(): Generator<Record<string, Cell>, void, undefined> {
    for (let row = 0; row < this.length; row++) yield this.row(row)
  }

  /**
   * As comma-separated values with a line of names, which `readTable` reads again: what is missing is empty, times are in UTC.
   *
   * @example
   * const table = Table.from_rows([{ name: 'Ann', age: 41 }])
   * await writeWhole('runs/people.csv', table.to_csv())
   */
  to_csv(): string {
    return csvOf(this)
  }

  /** The first rows as text, for a terminal. */
  toString(): string {
    return written(this)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

function columnsIn(columns: unknown): (readonly [name: string, column: TableColumn])[] {
  const entries =
    typeof columns === 'object' && columns !== null && Symbol.iterator in columns
      ? [...(columns as Iterable<unknown>)]
      : undefined
  const isColumn = (entry: unknown) =>
    Array.isArray(entry) && typeof entry[0] === 'string' && ['number', 'text', 'boolean', 'date'].includes(entry[1]?.kind)
  if (entries?.every(isColumn)) return entries as [string, TableColumn][]
  throw typeError(
    'wrong-argument',
    `A Table is made of columns with names, [['age', { kind: 'number', ... }], ...], but got ${show(columns)}. Table.from_rows and ` +
      'Table.from_columns make them.',
  )
}

/** What a message says of a column that is not there. */
export function noColumn(name: unknown, names: readonly string[], title: string): string {
  const meant = typeof name === 'string' ? nearestName(name, names) : undefined
  const all =
    names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ') || 'no columns'
  return `There is no column ${show(name)} in ${title}.${meant === undefined ? '' : ` Did you mean ${meant}?`} It has ${all}.`
}

function tableOf(
  columns: Iterable<readonly [string, ArrayLike<unknown> & Iterable<unknown>]>,
  { types, name = 'the table' }: TableOptions,
): Table {
  return new Table(
    Array.from(
      columns,
      ([column, values]) => [column, columnOfValues([values], row => `Row ${row}: ${column}`, types?.[column])] as const,
    ),
    name,
  )
}
