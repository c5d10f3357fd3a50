/** Numbers, NaN where one is missing. `integer` says that they are whole by what they were read from: none of them had a fraction. */
export interface NumberColumn {
  readonly kind: 'number'
  readonly values: Float64Array | Float32Array
  readonly integer: boolean
}

/** Texts by their places in `categories`, -1 where one is missing. */
export interface TextColumn {
  readonly kind: 'text'
  readonly codes: Int32Array
  readonly categories: readonly string[]
}

/** 1 for yes, 0 for no, 2 where one is missing. */
export interface BooleanColumn {
  readonly kind: 'boolean'
  readonly values: Uint8Array
}

/** Milliseconds since 1970 in UTC, NaN where one is missing. */
export interface DateColumn {
  readonly kind: 'date'
  readonly values: Float64Array
}

/** One column of a Table: plain data, told apart by `kind`. */
export type TableColumn = NumberColumn | TextColumn | BooleanColumn | DateColumn

/** What one cell of a Table holds; null where it is missing. */
export type Cell = number | string | boolean | Date | null

export const noBoolean = 2

/** Rows of a column. */
export function lengthOf(column: TableColumn): number {
  return column.kind === 'text' ? column.codes.length : column.values.length
}

/** The cell of a row. */
export function cellOf(column: TableColumn, row: number): Cell {
  if (column.kind === 'text') return column.categories[column.codes[row]!] ?? null
  const value = column.values[row]!
  if (column.kind === 'boolean') return value === noBoolean ? null : value === 1
  if (Number.isNaN(value)) return null
  return column.kind === 'date' ? new Date(value) : value
}

/** Some rows of a column, in the given order. Texts keep their numbering. */
export function takeFrom(column: TableColumn, rows: Int32Array): TableColumn {
  const pick = <Values extends TypedNumbers>(values: Values): Values => {
    const taken = new (values.constructor as new (length: number) => Values)(rows.length)
    for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i]!]!
    return taken
  }
  return column.kind === 'text'
    ? { ...column, codes: pick(column.codes) }
    : ({ ...column, values: pick(column.values) } as TableColumn)
}

type TypedNumbers = Float64Array | Float32Array | Int32Array | Uint8Array
