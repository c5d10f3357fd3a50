import { rangeError } from '@onecycle/platform'
import type { Table } from './table.js'

/** The numbers of a column that says how much rows count. */
export function numbersIn(table: Table, name: string): Float32Array {
  const column = table.column(name)
  if (column.kind === 'number') return Float32Array.from(column.values)
  throw rangeError('column-kind', `weights: ${name} is a column of kind ${column.kind}; expected numbers of at least 0.`)
}
