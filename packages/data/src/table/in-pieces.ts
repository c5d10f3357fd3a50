import type { Table } from './table.js'

/** Rows of a piece: what is made of them on the way, dates taken apart among it, is small beside a block of a large file. */
const rows = 2 ** 15

/** A table as smaller ones, one after the other. */
export function* inPieces(table: Table): Generator<Table, void, undefined> {
  if (table.length <= rows) yield table
  else
    for (let from = 0; from < table.length; from += rows)
      yield table.take(Int32Array.from({ length: Math.min(rows, table.length - from) }, (_, row) => from + row))
}
