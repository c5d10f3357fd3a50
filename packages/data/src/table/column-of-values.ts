import { rangeError, show, typeError } from '@onecycle/platform'
import { isTypedArray } from '../column.js'
import { columnBuilder } from './column-builder.js'
import { commonType, typeOfValues } from './infer-type.js'
import type { ColumnType } from './parse-cell.js'
import type { NumberColumn, TableColumn } from './table-column.js'

type List = ArrayLike<unknown> & Iterable<unknown>

/**
 * A column of values in memory, in one part or several: typed arrays, or lists. Null, undefined and NaN are missing.
 *
 * @param nameOf how a message calls the cell of a row
 * @param type what it is to be read as, where the values do not say
 * @throws TypeError for what no cell can hold, RangeError for what cannot be read as the type
 */
export function columnOfValues(parts: readonly List[], nameOf: (row: number) => string, type?: ColumnType): TableColumn {
  if (type === undefined && parts.length > 0 && parts.every(part => isTypedArray(part))) return numbers(parts)
  const refuse = (value: object): never => {
    const row = parts.flatMap(part => Array.from(part)).indexOf(value)
    throw typeError(
      'cell-unreadable',
      `${nameOf(row)} is ${show(value)}; expected a number, a text, true or false, a Date, or null where it is missing.`,
    )
  }
  const own = commonType(parts.map(part => typeOfValues(part, refuse)))
  const builder = columnBuilder(type ?? own)
  let row = 0
  for (const part of parts)
    for (let i = 0; i < part.length; i++, row++)
      if (!builder.add(isNothing(part[i]) ? null : part[i]))
        throw rangeError('cell-unreadable', `${nameOf(row)} is ${show(part[i])}, which cannot be read as ${show(type)}.`)
  return builder.build()
}

/** NaN alone differs from itself. */
function isNothing(value: unknown): boolean {
  // biome-ignore lint/suspicious/noSelfCompare: many millions of cells are asked
  return value === null || value === undefined || value !== value
}

function numbers(parts: readonly ArrayLike<unknown>[]): NumberColumn {
  const isFloat = (part: unknown) => part instanceof Float32Array || part instanceof Float64Array
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const values = parts.every(part => part instanceof Float32Array) ? new Float32Array(length) : new Float64Array(length)
  let at = 0
  for (const part of parts) {
    values.set(part as ArrayLike<number>, at)
    at += part.length
  }
  return { kind: 'number', values, integer: !parts.some(isFloat) }
}
