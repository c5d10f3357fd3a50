import { rangeError } from '@onecycle/platform'
import { tensor3d } from '@tensorflow/tfjs-core'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import type { Row } from '../table/row-inputs.js'
import type { Table } from '../table/table.js'
import { tableFrom } from '../table/table-from.js'
import { numbersOf } from './numbers-of.js'

/** What was learnt of columns, of those rows that train. */
export interface ColumnScale {
  readonly names: readonly string[]
  readonly means: readonly number[]
  readonly stds: readonly number[]
}

export interface SequenceInputsState {
  readonly kind: 'sequence'
  readonly columns: ColumnScale
  readonly lookback: number
}

/** Makes an input of the last rows of a series: those that a window sees, in the order of time. */
export class SequenceInputs implements ItemInputs {
  static readonly name: string = 'SequenceInputs'
  readonly columns: ColumnScale
  readonly lookback: number

  constructor(columns: ColumnScale, lookback: number) {
    this.columns = columns
    this.lookback = lookback
  }

  static restore({ columns, lookback }: SequenceInputsState): SequenceInputs {
    return new SequenceInputs(columns, lookback)
  }

  takes(given: unknown): boolean {
    if (typeof given !== 'object' || given === null) return false
    if (typeof (given as Partial<Table>).select === 'function') return true
    const [first] = Array.isArray(given) ? given : []
    return typeof first === 'object' && first !== null && !Array.isArray(first) && !ArrayBuffer.isView(first)
  }

  /** @throws RangeError for fewer rows than a window sees, a column that is not there, or a number that is missing */
  async of(given: readonly Row[] | Table): Promise<EncodedItems> {
    const table = tableFrom(given)
    const { lookback, columns } = this
    if (table.length < lookback)
      throw rangeError(
        'series-too-short',
        `There are ${table.length} rows, and the model sees the last ${lookback} before what it predicts: give it as many.`,
      )
    const last = table.take(Int32Array.from({ length: lookback }, (_, i) => table.length - lookback + i))
    return { xs: tensor3d(scaled(last, columns), [1, lookback, columns.names.length]), one: true }
  }

  state(): SequenceInputsState {
    return { kind: 'sequence', columns: this.columns, lookback: this.lookback }
  }
}

/** Numbers of columns, row by row, with mean 0 and deviation 1 where they were learnt. */
export function scaled(table: Table, { names, means, stds }: ColumnScale): Float32Array {
  const values = new Float32Array(table.length * names.length)
  for (const [column, name] of names.entries()) {
    const numbers = numbersOf(table, name)
    for (let row = 0; row < table.length; row++)
      values[row * names.length + column] = (numbers[row]! - means[column]!) / stds[column]!
  }
  return values
}
