import { rangeError } from '@onecycle/platform'
import type { Table } from '../table/table.js'
import { noBoolean } from '../table/table-column.js'

/**
 * The numbers of a column, yes and no as 1 and 0.
 *
 * @throws RangeError for a column that is not there, or holds other than finite numbers
 */
export function numbersOf(table: Table, name: string): Float64Array {
  const column = table.column(name)
  if (column.kind !== 'number' && column.kind !== 'boolean')
    throw rangeError(
      'column-kind',
      `${name} holds ${column.kind === 'date' ? 'times' : 'texts'}; a sequence is made of numbers. Leave it out of inputs.`,
    )
  const missing = column.kind === 'boolean' ? noBoolean : undefined
  const wrong = column.values.findIndex((value: number) => !Number.isFinite(value) || value === missing)
  if (wrong >= 0)
    throw rangeError(
      'missing-value',
      `Row ${wrong}: ${name} is ${column.kind === 'boolean' ? 'missing' : Number.isNaN(column.values[wrong]) ? 'missing' : column.values[wrong]}. ` +
        'Fill it in, or leave the column out of inputs.',
    )
  return Float64Array.from(column.values)
}
