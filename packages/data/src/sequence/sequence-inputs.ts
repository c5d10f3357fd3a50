import { tensor3d } from '@tensorflow/tfjs-core'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import type { Row } from '../table/row-inputs.js'
import type { Table } from '../table/table.js'
import { tableFrom } from '../table/table-from.js'
import { lastRows, type SeriesOrder } from './last-rows.js'
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
  /** Not in exports of before it was kept. */
  readonly order?: SeriesOrder | undefined
}

/** Makes an input of the last rows of a series: those that a window sees, in the order of time. */
export class SequenceInputs implements ItemInputs {
  static readonly name: string = 'SequenceInputs'
  readonly columns: ColumnScale
  readonly lookback: number
  /** How rows are put in order; undefined where they are taken as they come. */
  readonly order: SeriesOrder | undefined

  constructor(columns: ColumnScale, lookback: number, order?: SeriesOrder) {
    this.columns = columns
    this.lookback = lookback
    this.order = order
  }

  static restore({ columns, lookback, order }: SequenceInputsState): SequenceInputs {
    return new SequenceInputs(columns, lookback, order)
  }

  takes(given: unknown): boolean {
    if (typeof given !== 'object' || given === null) return false
    if (typeof (given as Partial<Table>).select === 'function') return true
    const [first] = Array.isArray(given) ? given : []
    return typeof first === 'object' && first !== null && !Array.isArray(first) && !ArrayBuffer.isView(first)
  }

  /**
   * @throws RangeError for fewer rows than a window sees, rows of several series or with a gap between them, a column that is not there, or a
   * number that is missing
   */
  async of(given: readonly Row[] | Table): Promise<EncodedItems> {
    const table = tableFrom(given)
    const { lookback, columns, order } = this
    const last = table.take(lastRows(table, lookback, order))
    return { xs: tensor3d(scaled(last, columns), [1, lookback, columns.names.length]), one: true }
  }

  state(): SequenceInputsState {
    const { columns, lookback, order } = this
    return { kind: 'sequence', columns, lookback, ...(order && { order }) }
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
