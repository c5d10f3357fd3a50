import { type Cell, cellOf, type TableColumn } from './table-column.js'

interface Columns {
  readonly names: readonly string[]
  readonly length: number
  column(name: string): TableColumn
}

/** A table as comma-separated values with a line of names: what is missing is empty, times are ISO 8601 in UTC. */
export function csvOf(table: Columns): string {
  const { names, length } = table
  const columns = names.map(name => table.column(name))
  const rows = Array.from({ length }, (_, row) => csvLine(columns.map(each => cellOf(each, row))))
  return csvLine(names) + rows.join('')
}

/** Cells as a line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(cell => quoted(textOf(cell))).join(',')}\n`
}

function textOf(cell: Cell): string {
  return cell instanceof Date ? cell.toISOString() : String(cell ?? '')
}

function quoted(text: string): string {
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
