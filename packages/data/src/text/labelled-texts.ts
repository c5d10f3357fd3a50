import { rangeError, show, typeError } from '@onecycle/platform'
import type { Split } from '../random-split.js'
import { columnThatSplits, splitBy } from '../table/split-by.js'
import { noColumn, type Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'
import type { TextTargets } from './text-dataset.js'
import type { TextTableOptions } from './text-options.js'
import { textTargets } from './text-targets.js'

/** Texts with what is to be told of them, before they are tokens. */
export interface LabelledTexts {
  /** The fields of each: one, or several. */
  readonly texts: readonly (readonly string[])[]
  /** Names of the fields, where texts have several. */
  readonly fields: readonly string[] | undefined
  readonly targets: TextTargets
  readonly split: Split
  /** How messages call them. */
  readonly title: string
}

/** The texts and labels of a table, by its columns. */
export function textsOfTable(table: Table, options: TextTableOptions): LabelledTexts {
  if (table.length === 0)
    throw rangeError('empty-data', `${table.title} has no rows; expected some to train on, and some to validate on.`)
  const { text_col = 0, label_col = 1, valid_col, split: given, valid_pct = 0.2, seed = 0 } = options
  const fields = columnsOf('text_col', text_col, table)
  const names = columnsOf('label_col', label_col, table)
  const both = names.find(name => fields.includes(name))
  if (both !== undefined) throw rangeError('column-twice', `${both} is both text_col and label_col; expected a column for each.`)
  if (valid_col !== undefined && given !== undefined)
    throw typeError('one-or-other', 'Both valid_col and split are given: choose one way to get a validation set.')
  const how = valid_col === undefined ? given : { column: valid_col }
  const splits = columnThatSplits(how)
  const cells = splits === undefined ? [] : cellsOf(table, splits)
  const texts = textsIn(table, fields)
  return {
    texts,
    fields: fields.length > 1 ? fields : undefined,
    targets: textTargets(table, names, options),
    split: splitBy(how, table.length, cells, valid_pct, seed),
    title: table.title,
  }
}

/** The texts of some columns, row by row. @throws RangeError for a column of another kind, and a row without any */
export function textsIn(table: Table, fields: readonly string[]): string[][] {
  for (const name of fields) {
    const { kind } = table.column(name)
    if (kind !== 'text')
      throw rangeError(
        'column-kind',
        `text_col: ${name} of ${table.title} is a column of kind ${kind}; expected texts. There are ${table.names.join(', ')}: name the one that is meant.`,
      )
  }
  const columns = fields.map(name => cellsOf(table, name).map(cell => String(cell ?? '')))
  return Array.from({ length: table.length }, (_, row) => {
    const text = columns.map(cells => cells[row]!)
    requireText(text, `Row ${row} of ${table.title}`, fields.join(', '))
    return text
  })
}

/** @throws RangeError for a text of nothing but spaces */
export function requireText(fields: readonly string[], where: string, what = 'the text'): void {
  if (fields.some(field => field.trim() !== '')) return
  throw rangeError('missing-value', `${where}: ${what} is empty, and there is nothing to learn from. Leave such texts out.`)
}

/** Columns by name or place. */
export function columnsOf(option: string, given: string | number | readonly string[], table: Table): string[] {
  const { names, title } = table
  const chosen = [given].flat().map(each => {
    if (typeof each === 'string') return each
    const name = names[each]
    if (name !== undefined) return name
    throw rangeError(
      'no-such-column',
      `${option} is ${show(each)}, but ${title} has ${names.length} columns, ${names.join(', ')}, numbered from 0.`,
    )
  })
  if (chosen.length === 0)
    throw rangeError('no-such-column', `${option} is an empty list; expected the name of a column, or several.`)
  for (const name of chosen) if (!names.includes(name)) throw rangeError('no-such-column', noColumn(name, names, title))
  return chosen
}

function cellsOf(table: Table, name: string) {
  const column = table.column(name)
  return Array.from({ length: table.length }, (_, row) => cellOf(column, row))
}
