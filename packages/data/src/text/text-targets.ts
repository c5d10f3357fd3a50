import { Column } from '../column.js'
import { ColumnSummary } from '../table/column-summary.js'
import type { Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'
import { TableTarget } from '../table/table-target.js'
import type { TargetKind } from '../target.js'
import type { TextTargets } from './text-dataset.js'

/** Most different whole numbers that are taken for classes. */
const mostClasses = 20

/**
 * What the columns of labels are to be told as: texts and few whole numbers are classes, texts that a sign divides are several labels, others are
 * values. Several columns are values, or a 0 or 1 each where the target is said to be labels.
 *
 * @throws RangeError for rows without a label, and columns that cannot be what they are said to be
 */
export function textTargets(
  table: Table,
  names: readonly string[],
  { target, label_delim }: { target?: TargetKind | undefined; label_delim?: string | undefined },
): TextTargets {
  if (label_delim !== undefined) return dividedLabels(table, names, label_delim)
  const yesOrNo = target === 'multilabel'
  if (yesOrNo && names.length === 1)
    throw new RangeError(
      `${names[0]} is one column of labels; say what divides them, label_delim: ' ', or name a column of 0 and 1 for each label.`,
    )
  const columns = names.map(name => {
    const column = table.column(name)
    const summary = new ColumnSummary(column.kind)
    summary.add(column)
    return [name, summary] as const
  })
  const own = TableTarget.of(columns, yesOrNo ? 'value' : target, mostClasses)
  const y = new Column(own.encode(table), { shape: own.shape })
  return { names, target: yesOrNo ? 'multilabel' : own.target, classes: yesOrNo ? names : own.classes, y }
}

function dividedLabels(table: Table, names: readonly string[], delim: string): TextTargets {
  if (names.length > 1)
    throw new RangeError(`label_delim divides the labels of one column, but label_col names ${names.length}: ${names.join(', ')}.`)
  const column = table.column(names[0]!)
  const rows = Array.from({ length: table.length }, (_, row) =>
    String(cellOf(column, row) ?? '')
      .split(delim)
      .map(label => label.trim())
      .filter(label => label !== ''),
  )
  const classes = [...new Set(rows.flat())].sort((a, b) => (a < b ? -1 : 1))
  if (classes.length === 0) throw new RangeError(`${table.title}: no row has a label in ${names[0]}.`)
  const numbers = new Map(classes.map((name, i) => [name, i]))
  const values = new Float32Array(table.length * classes.length)
  for (const [row, labels] of rows.entries()) for (const label of labels) values[row * classes.length + numbers.get(label)!] = 1
  return { names, target: 'multilabel', classes, y: new Column(values, { shape: [classes.length] }) }
}
