import { Column } from '../column.js'
import { ColumnSummary } from '../table/column-summary.js'
import type { Table } from '../table/table.js'
import { ColumnTarget } from '../table/table-target.js'
import type { TargetKind } from '../target.js'
import type { TextTargets } from './text-dataset.js'

/** Most different whole numbers that are taken for classes. */
const mostClasses = 20

/**
 * What the columns of labels are to be told as, as of a table.
 *
 * @throws RangeError for rows without a label, and columns that cannot be what they are said to be
 */
export function textTargets(
  table: Table,
  names: readonly string[],
  { target, label_delim }: { target?: TargetKind | undefined; label_delim?: string | undefined },
): TextTargets {
  const columns = names.map(name => {
    const column = table.column(name)
    const summary = new ColumnSummary(column.kind)
    summary.add(column)
    return [name, summary] as const
  })
  const own = ColumnTarget.of(names.join(', '), columns, { target, label_delim, max_card: mostClasses })
  const y = new Column(own.encode(table, { length: table.length }), { shape: own.shape })
  return { names, target: own.target, classes: own.classes, y }
}
