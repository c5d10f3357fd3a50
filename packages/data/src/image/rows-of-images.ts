import { type Kinds, kind, rangeError, show } from '@onecycle/platform'
import type { Block } from '../item/part.js'
import { CategoryBlock, MultiCategoryBlock, RegressionBlock } from '../item/targets.js'
import { randomSplit, type Split } from '../random-split.js'
import { markedSplit } from '../split.js'
import type { Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'
import { type TableLike, tableFrom } from '../table/table-from.js'

/** What the rows of a table say of pictures. */
export interface RowOptions {
  /** Column of the names of files: its name or number. Default 0, the first. */
  fn_col?: string | number | undefined
  /** Column of the labels: its name or number; of several values all of them. Default 1, the second. */
  label_col?: string | number | readonly (string | number)[] | undefined
  /** What stands between labels, where a picture has several. */
  label_delim?: string | undefined
  /** What is added to each name, such as '.jpg'. */
  suffix?: string | undefined
  /** Folder in the folder that the files lie in. */
  folder?: string | undefined
  /** Column that marks rows to validate on, true or 1, in place of a part at random. */
  valid_col?: string | undefined
}

const columnKind = kind.either(kind.string, kind.number)

export const rowKinds: Kinds<RowOptions> = {
  ...{ fn_col: columnKind, label_col: kind.either(columnKind, kind.listOf(columnKind)), label_delim: kind.string },
  ...{ suffix: kind.string, folder: kind.string, valid_col: kind.string },
}

/**
 * Names of files and their targets.
 *
 * @throws RangeError for a column that is not there, and rows without a name or a label
 */
export function rowsOfImages(
  df: TableLike,
  { fn_col = 0, label_col = 1, label_delim, suffix = '', valid_col }: Omit<RowOptions, 'folder'>,
  how: { valid_pct?: number | undefined; seed?: number | undefined; classes?: readonly string[] | undefined },
): { names: string[]; labels: unknown[]; block: Block; split: Split; title: string } {
  const table = tableFrom(df)
  if (table.length === 0) throw rangeError('empty-data', `${table.title} has no rows; expected a file and its label in each.`)
  const cells = (column: string | number) => {
    const { name, kind } = columnOf(table, column)
    const of = table.column(name)
    const at = (row: number) => {
      const cell = cellOf(of, row)
      if (cell === null)
        throw rangeError(
          'missing-value',
          `Row ${row} of ${table.title}: ${name} is missing; expected ${column === fn_col ? 'a file' : 'a label'}. Leave such rows out, or fill them in.`,
        )
      return cell
    }
    return {
      kind,
      integer: 'integer' in of && Boolean(of.integer),
      all: () => Array.from({ length: table.length }, (_, row) => at(row)),
      of,
      name,
    }
  }
  const names = cells(fn_col)
    .all()
    .map(cell => String(cell) + suffix)
  const split =
    valid_col === undefined
      ? randomSplit(table.length, how.valid_pct ?? 0.2, how.seed)
      : markedSplit(Array.from({ length: table.length }, (_, row) => cellOf(table.column(valid_col), row) as number))
  const common = { names, split, title: table.title }
  if (Array.isArray(label_col)) {
    const columns = (label_col as (string | number)[]).map(column => cells(column).all().map(Number))
    const labels = names.map((_, row) => columns.map(column => column[row]!))
    return { ...common, labels, block: RegressionBlock() as Block }
  }
  const column = cells(label_col as string | number)
  if (label_delim !== undefined) {
    // No label is a label too.
    const labels = names.map((_, row) =>
      String(cellOf(column.of, row) ?? '')
        .split(label_delim)
        .filter(label => label !== ''),
    )
    return { ...common, labels, block: MultiCategoryBlock(how.classes) as Block }
  }
  const labels = column.all()
  const isValue = column.kind === 'number' && !column.integer && !how.classes
  return isValue
    ? { ...common, labels: labels.map(Number), block: RegressionBlock() as Block }
    : {
        ...common,
        labels: labels.map(label => (typeof label === 'number' ? label : String(label))),
        block: CategoryBlock(how.classes) as Block,
      }
}

function columnOf(table: Table, column: string | number): { name: string; kind: string } {
  const name = typeof column === 'number' ? table.names[column] : column
  if (name === undefined)
    throw rangeError(
      'no-such-column',
      `${table.title} has ${table.names.length} columns, ${show(table.names)}, and none numbered ${column}, from 0.`,
    )
  return { name, kind: table.column(name).kind }
}
