import type { FileSource } from '@onecycle/platform'
import type { TableBlocks } from './blocks.js'
import { openBytes } from './bytes.js'
import { formatOf, type ReadTableOptions } from './read-table.js'
import { isText } from './text.js'

/**
 * A file that holds more than may be in memory: CSV by its size, Parquet by eight bytes a cell. Undefined for smaller ones, and for those
 * of other kinds, or compressed, of which no part can be read alone.
 */
export async function openBlocks(
  source: FileSource,
  options: ReadTableOptions,
  memory: number,
): Promise<TableBlocks | undefined> {
  if (isText(source) && source.length <= memory) return undefined
  const { format = await formatOf(source), ...rest } = options
  if (format === 'parquet') {
    const { ParquetBlocks } = await import('./parquet-blocks.js')
    const blocks = await ParquetBlocks.open(source, rest)
    return blocks.bytes > memory ? blocks : undefined
  }
  if (format !== 'csv' || (!isText(source) && (await openBytes(source)).size <= memory)) return undefined
  const { CsvBlocks } = await import('./csv-blocks.js')
  return CsvBlocks.open(source, rest)
}
