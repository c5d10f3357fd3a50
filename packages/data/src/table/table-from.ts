import { awaitHint, type FileSource, kind, show, typeError } from '@onecycle/platform'
import { Table, type TableOptions } from './table.js'

/** What a table can be made of: itself, rows as objects, or columns by name. */
export type TableLike = Table | Iterable<Readonly<Record<string, unknown>>> | Parameters<typeof Table.from_columns>[0]

/** Whether it is something to read a table from. */
export function isFileSource(rows: FileSource | TableLike): rows is FileSource {
  const isBytes = rows instanceof ArrayBuffer || ArrayBuffer.isView(rows)
  return typeof rows === 'string' || rows instanceof URL || rows instanceof Blob || isBytes
}

/** @throws TypeError for what is no table */
export function tableFrom(data: TableLike, options?: TableOptions): Table {
  if (data instanceof Table) return data
  if (typeof data === 'object' && data !== null && Symbol.iterator in data) return Table.from_rows(data, options)
  if (kind.object.fits(data)) return Table.from_columns(data, options)
  throw typeError(
    'wrong-argument',
    `${show(data)} is no table; expected a Table, a list of rows, or an object of columns.${awaitHint(data)}`,
  )
}
