import type { Table } from '@onecycle/data'
import { type TabularPreprocessor, tableFrom } from '@onecycle/data/internal'
import { Tensor, tensor2d } from '@tensorflow/tfjs-core'

/** A row of a table as a person writes it: columns by name. What it does not have, null and NaN are missing. */
export type Row = Readonly<Record<string, string | number | boolean | Date | null | undefined>>

/**
 * The inputs of rows, as training's were made; the caller's to dispose: codes of categories, numbers, or both.
 *
 * @throws RangeError for a column that is not there, or a number that is not finite
 */
export function rowTensors(procs: TabularPreprocessor, rows: Table): Tensor | Tensor[] {
  const { length, cats, conts } = procs.apply(rows)
  const inputs = [
    ...(cats ? [tensor2d(cats, [length, procs.cat_names.length], 'int32')] : []),
    ...(conts ? [tensor2d(conts, [length, procs.cont_names.length], 'float32')] : []),
  ]
  return inputs.length === 1 ? inputs[0]! : inputs
}

/** Rows as a table, and what gives one answer for one row, and a list for several. */
export function rowsOf(given: Row | readonly Row[] | Table): { list: Table; back: <T>(answers: T[]) => T | T[] } {
  if (isSeveral(given)) return { list: tableFrom(given as Table), back: answers => answers }
  return { list: tableFrom([given as Row]), back: answers => answers[0]! }
}

/** Whether something is a row or several, and neither numbers nor inputs by the names of a model. */
export function isRows(given: unknown, inputs: readonly string[] | undefined): given is Row | readonly Row[] | Table {
  if (typeof given !== 'object' || given === null || given instanceof Tensor || ArrayBuffer.isView(given)) return false
  if (isTable(given)) return true
  if (Array.isArray(given)) return given.length > 0 && given.every(each => isRow(each, inputs))
  return isRow(given, inputs)
}

function isRow(given: unknown, inputs: readonly string[] = []): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given) || given instanceof Tensor || ArrayBuffer.isView(given))
    return false
  return !Object.keys(given).every(name => inputs.includes(name))
}

function isSeveral(given: unknown): boolean {
  return isTable(given) || (typeof given === 'object' && given !== null && Symbol.iterator in given)
}

function isTable(given: unknown): given is Table {
  return typeof (given as Partial<Table> | null)?.select === 'function'
}
