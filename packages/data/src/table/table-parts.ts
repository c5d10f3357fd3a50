import type { Table } from './table.js'

/** Rows that come in parts, in order, as often as they are asked for. */
export interface TableParts {
  /** How messages call them. */
  readonly title: string
  /** Of the columns. */
  readonly names: readonly string[]
  parts(): AsyncIterable<Table> | Iterable<Table>
  /** Asked when all have been read: whether they have to be read once more, since columns were found to be of another type. */
  changed?(): boolean
}

/** A table in memory, as one part. */
export function inOnePart(table: Table): TableParts {
  return { title: table.title, names: table.names, parts: () => [table] }
}
