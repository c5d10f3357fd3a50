import Papa from 'papaparse'
import type { Table } from './table.js'

const mostRows = 200_000

/**
 * Reads comma-separated values, whatever the separator; the first row has the names.
 *
 * @throws Error in words for the visitor
 */
export async function readTable(file: Blob): Promise<Table> {
  const { data, errors } = Papa.parse<string[]>(await file.text(), { skipEmptyLines: 'greedy' })
  const error = errors.find(({ type }) => type === 'Quotes')
  if (error) throw new Error(`The file cannot be read: ${error.message} (row ${(error.row ?? 0) + 1}).`)
  const [names = [], ...rows] = data
  if (rows.length === 0 || names.length < 2)
    throw new Error('The file is no table: expected a row of names, then rows of values, with at least two columns.')
  if (rows.length > mostRows)
    throw new Error(
      `The table has ${rows.length.toLocaleString('en')} rows, and ${mostRows.toLocaleString('en')} are the most that are read here.`,
    )
  const uneven = rows.findIndex(row => row.length !== names.length)
  if (uneven !== -1)
    throw new Error(`Row ${uneven + 2} has ${rows[uneven]!.length} values, but there are ${names.length} names in the first row.`)
  return { names: distinct(names), rows }
}

/** A name for every column, each another. */
function distinct(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((given, i) => {
    let name = given.trim() || `column ${i + 1}`
    while (taken.has(name)) name += ' (again)'
    taken.add(name)
    return name
  })
}
