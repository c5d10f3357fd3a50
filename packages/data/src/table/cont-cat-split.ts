import { checkCount, checkOptions, kind, typeError } from '@onecycle/platform'
import { ColumnSummary } from './column-summary.js'
import { Table } from './table.js'

/** What `cont_cat_split` is given: values up to which whole numbers are categories, and the targets, which it leaves out. */
export interface ContCatSplitOptions {
  /** Most different whole numbers that are taken for categories. Default 20. */
  max_card?: number | undefined
  /** Columns that are no inputs, such as the target. */
  dep_var?: string | readonly string[] | undefined
}

/** Names of columns: of numbers that more or less of something is told by, and of categories. */
export interface ContCatNames {
  cont_names: string[]
  cat_names: string[]
}

/**
 * Divides columns into numbers and categories. Numbers are columns of fractions, and of whole numbers of which more than `max_card`
 * differ; all others are categories. As in pandas, a column in which something is missing holds no whole numbers.
 *
 * Source: fastai's `cont_cat_split`.
 *
 * @example
 * const table = Table.from_columns({ age: [41.5, 17], city: ['Bern', 'Basel'], left: [true, false] })
 * cont_cat_split(table, { dep_var: 'left' }) // { cont_names: ['age'], cat_names: ['city'] }
 */
export function cont_cat_split(table: Table, options: ContCatSplitOptions = {}): ContCatNames {
  checkOptions<ContCatSplitOptions>('cont_cat_split', options, {
    max_card: kind.number,
    dep_var: kind.either(kind.string, kind.listOf(kind.string)),
  })
  if (!(table instanceof Table)) throw typeError('wrong-argument', 'cont_cat_split takes a Table; Table.from_rows makes one.')
  const { max_card = 20, dep_var = [] } = options
  checkCount('max_card', max_card, 0)
  const inputs = table.without([dep_var].flat()).names
  return contCatNames(
    inputs.map(name => {
      const summary = new ColumnSummary(table.column(name).kind)
      summary.add(table.column(name))
      return [name, summary] as const
    }),
    max_card,
  )
}

/** As {@link cont_cat_split}, of what is known of the columns. */
export function contCatNames(columns: Iterable<readonly [name: string, summary: ColumnSummary]>, max_card: number): ContCatNames {
  const names: ContCatNames = { cont_names: [], cat_names: [] }
  for (const [name, summary] of columns) (isContinuous(summary, max_card) ? names.cont_names : names.cat_names).push(name)
  return names
}

export function isContinuous({ kind, integer, counts }: ColumnSummary, max_card: number): boolean {
  return kind === 'number' && (!integer || counts === undefined || counts.size > max_card)
}
