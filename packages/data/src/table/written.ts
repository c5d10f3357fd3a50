import { type Cell, cellOf, type TableColumn } from './table-column.js'

/** What is written of a table. */
interface Columns {
  readonly names: readonly string[]
  readonly length: number
  column(name: string): TableColumn
}

const mostRows = 20
const mostColumns = 12
/** Characters of a cell, and of a line where there are few cells in it. */
const [widest, line] = [24, 96]

/** A table for a terminal: a line of names, a line for each of the first rows, numbers to the right. */
export function written(table: Columns): string {
  const names = table.names.slice(0, mostColumns)
  const rows = Array.from({ length: Math.min(mostRows, table.length) }, (_, row) => row)
  const most = Math.max(widest, Math.floor(line / names.length))
  const columns = names.map(name => [name, ...rows.map(row => text(cellOf(table.column(name), row), most))])
  const isNumber = names.map(name => table.column(name).kind === 'number')
  const widths = columns.map(cells => Math.max(...cells.map(cell => cell.length)))
  const lines = [-1, ...rows].map(row =>
    columns
      .map((cells, c) => (isNumber[c] ? cells[row + 1]!.padStart(widths[c]!) : cells[row + 1]!.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd(),
  )
  const more = [
    table.length > rows.length && `${table.length - rows.length} more rows`,
    table.names.length > names.length && `${table.names.length - names.length} more columns`,
  ].filter(Boolean)
  return [...lines, ...(more.length > 0 ? [`... ${more.join(', ')}`] : [])].join('\n')
}

/** A cell as a person writes it: numbers with six digits, days without a time that is midnight. */
function text(cell: Cell, most: number): string {
  if (cell === null) return '-'
  if (typeof cell === 'number') return String(Number.isInteger(cell) ? cell : Number(cell.toPrecision(6)))
  if (cell instanceof Date) return cell.toISOString().replace(/T00:00:00\.000Z$|\.000Z$/, '')
  const whole = String(cell).replace(/\s+/g, ' ')
  return whole.length > most ? `${whole.slice(0, most - 3)}...` : whole
}
