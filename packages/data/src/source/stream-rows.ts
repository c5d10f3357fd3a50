import { type FileSource, rangeError } from '@onecycle/platform'
import { Table } from '../table/table.js'
import { isFileSource, type TableLike, tableFrom } from '../table/table-from.js'
import { formatOf, type ReadTableOptions, readTable } from './read-table.js'

export { csvLine } from '../table/to-csv.js'
export { readKinds } from './read-table.js'

/**
 * The rows of a file or a table, some at a time. Of a file CSV is read a megabyte at a time and Parquet by its groups, other forms as a whole; cells of CSV
 * are texts as they are written there.
 *
 * @param size most rows of a part; its title says where it is among all
 * @throws RangeError where there are no rows; as `readTable` does
 */
export async function* streamRows(rows: FileSource | TableLike, options: ReadTableOptions, size: number): AsyncGenerator<Table> {
  let before = 0
  let title = 'the table'
  for await (const part of isFileSource(rows) ? partsOf(rows, options) : [tableFrom(rows)]) {
    title = part.title
    for (let from = 0; from < part.length; from += size) {
      const some = part.take(Int32Array.from({ length: Math.min(size, part.length - from) }, (_, row) => from + row))
      yield before === 0 ? some : titled(some, `${title}, from row ${before} on`)
      before += some.length
    }
  }
  if (before === 0) throw rangeError('empty-data', `${title} has no rows; expected some to predict.`)
}

async function* partsOf(source: FileSource, options: ReadTableOptions): AsyncGenerator<Table> {
  const { format = await formatOf(source), ...rest } = options
  if (format === 'csv') {
    const { CsvReader } = await import('./csv.js')
    const csv = await CsvReader.open(source, rest)
    for (const name of csv.types.keys()) csv.types.set(name, 'text')
    for await (const piece of csv.rows()) {
      const builders = csv.builders()
      csv.fill(builders, piece)
      yield csv.table(builders)
    }
  } else if (format === 'parquet') {
    const { ParquetBlocks } = await import('./parquet-blocks.js')
    yield* (await ParquetBlocks.open(source, rest)).parts()
  } else {
    yield await readTable(source, options)
  }
}

function titled(table: Table, title: string): Table {
  return new Table(
    table.names.map(name => [name, table.column(name)] as const),
    title,
  )
}
