import { type FileSource, nameOf, plainError, read } from '@onecycle/platform'
import { columnOfValues } from '../table/column-of-values.js'
import { Table } from '../table/table.js'
import { tableFromIPC } from './decoders/arrow.js'

/**
 * Reads an Arrow file, or a stream of Arrow's IPC format, as a {@link Table}.
 *
 * @param source a path or another address, a File or Blob, or bytes
 * @throws Error for what is none, and for columns that hold lists or objects
 */
export async function readArrow(source: FileSource): Promise<Table> {
  const bytes = await read(source)
  const title = nameOf(source)
  const table = decode(bytes, title)
  return new Table(
    table.names.map((name, i) => [
      String(name),
      columnOfValues([table.getChildAt(i).toArray()], row => `${title}, row ${row}: ${String(name)}`),
    ]),
    title,
  )
}

function decode(bytes: Uint8Array, title: string) {
  try {
    return tableFromIPC(bytes, { useDate: true })
  } catch (cause) {
    throw plainError('table-unreadable', `${title} is no Arrow file, or a truncated one (${(cause as Error).message}).`, {
      cause,
    })
  }
}
