import { Tensor, tensor2d } from '@tensorflow/tfjs-core'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import type { ReadTableOptions } from '../source/read-table.js'
import type { Table } from './table.js'
import { tableFrom } from './table-from.js'
import { TabularPreprocessor, type TabularState } from './tabular-preprocessor.js'

/** A row of a table as a person writes it: columns by name. What it does not have, null and NaN are missing. */
export type Row = Readonly<Record<string, string | number | boolean | Date | null | undefined>>

export interface RowInputsState {
  readonly kind: 'table'
  readonly procs: TabularState
  readonly reading?: RowReading | undefined
}

/** How files of rows were said to be read. */
export type RowReading = Pick<ReadTableOptions, 'sep' | 'missing' | 'encoding' | 'badLines'>

/** Makes inputs of rows of a table: codes of categories, numbers, or both. */
export class RowInputs implements ItemInputs {
  static readonly name: string = 'RowInputs'
  readonly #procs: TabularPreprocessor

  /** How files of new rows are read. */
  readonly reading: RowReading | undefined

  constructor(procs: TabularPreprocessor, reading?: RowReading) {
    this.#procs = procs
    this.reading = reading
  }

  static restore({ procs, reading }: RowInputsState): RowInputs {
    return new RowInputs(TabularPreprocessor.restore(procs), reading)
  }

  takes(given: unknown, inputNames: readonly string[] | undefined): given is Row | readonly Row[] | Table {
    if (!isObject(given)) return false
    if (isTable(given)) return true
    if (Array.isArray(given)) return given.length > 0 && given.every(each => isRow(each, inputNames))
    return isRow(given, inputNames)
  }

  /** @throws RangeError for a column that is not there, or a number that is not finite */
  async of(given: Row | readonly Row[] | Table): Promise<EncodedItems> {
    const one = !isTable(given) && !Array.isArray(given)
    const { cat_names, cont_names } = this.#procs
    const { length, cats, conts } = this.#procs.apply(tableFrom(one ? [given as Row] : (given as readonly Row[] | Table)))
    const xs = [
      ...(cats ? [tensor2d(cats, [length, cat_names.length], 'int32')] : []),
      ...(conts ? [tensor2d(conts, [length, cont_names.length], 'float32')] : []),
    ]
    return { xs: xs.length === 1 ? xs[0]! : xs, one }
  }

  state(): RowInputsState {
    return { kind: 'table', procs: this.#procs.state(), ...(this.reading && { reading: this.reading }) }
  }
}

function isRow(given: unknown, inputNames: readonly string[] = []): boolean {
  return isObject(given) && !Array.isArray(given) && !Object.keys(given).every(name => inputNames.includes(name))
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !(given instanceof Tensor) && !ArrayBuffer.isView(given)
}

function isTable(given: object): given is Table {
  return typeof (given as Partial<Table>).select === 'function'
}
