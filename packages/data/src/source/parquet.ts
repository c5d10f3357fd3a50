import { checkOptions, type FileSource, kind, plainError, rangeError, show } from '@onecycle/platform'
import { columnOfValues } from '../table/column-of-values.js'
import { noColumn, Table } from '../table/table.js'
import type { TableColumn } from '../table/table-column.js'
import { type Bytes, openBytes } from './bytes.js'
import { compressors, type DecodedArray, type ParquetScan, parquetScan } from './decoders/parquet.js'

export interface ParquetOptions {
  /** Columns to read. Default all. */
  columns?: readonly string[] | undefined
}

export const parquetKinds = { columns: kind.listOf(kind.string) }

/**
 * Reads a Parquet file as a {@link Table}, in whichever way its pages are compressed.
 *
 * @param source a path or another address, a File or Blob, or bytes
 * @throws Error for what is no Parquet file, and for columns that hold lists or objects
 */
export async function readParquet(source: FileSource, options: ParquetOptions = {}): Promise<Table> {
  checkOptions<ParquetOptions>('readTable of Parquet', options, parquetKinds)
  const file = await ParquetReader.open(source, options)
  return file.read(0, file.length)
}

/** A Parquet file, of which rows can be read as often as asked. */
export class ParquetReader {
  readonly title: string
  readonly names: readonly string[]
  /** Rows. */
  readonly length: number
  /** Where groups of rows begin, which are compressed together. */
  readonly starts: readonly number[]
  readonly #scan: () => Promise<ParquetScan>

  static async open(source: FileSource, { columns }: ParquetOptions): Promise<ParquetReader> {
    const bytes = await openBytes(source)
    const [start, end] = [await bytes.slice(0, 4), await bytes.slice(Math.max(0, bytes.size - 4), bytes.size)]
    if (!isParquet(start) || !isParquet(end))
      throw plainError(
        'table-unreadable',
        `${bytes.name} is no Parquet file, or a truncated one: it does not begin and end with PAR1.`,
      )
    const file = { byteLength: bytes.size, slice: (from: number, to = bytes.size) => bufferOf(bytes, from, to) }
    const { metadata } = await parquetScan({ file, compressors })
    // What has been read of a column is kept by the scan: each column that is read has one of its own.
    return new ParquetReader(bytes.name, await parquetScan({ file, metadata, compressors }), columns, () =>
      parquetScan({ file, metadata, compressors }),
    )
  }

  private constructor(
    title: string,
    { metadata, ranges }: ParquetScan,
    columns: readonly string[] | undefined,
    scan: () => Promise<ParquetScan>,
  ) {
    const all = [...new Set(metadata.row_groups[0]?.columns.map(column => column.meta_data!.path_in_schema[0]!) ?? [])]
    this.title = title
    this.names = columns ?? all
    for (const name of this.names) if (!all.includes(name)) throw rangeError('no-such-column', noColumn(name, all, title))
    this.length = Number(metadata.num_rows)
    this.starts = ranges.map(({ rowStart }) => rowStart)
    this.#scan = scan
  }

  /** The rows from `start` to before `end`. */
  async read(start: number, end: number): Promise<Table> {
    const columns: [string, TableColumn][] = []
    for (const name of this.names) {
      // What is decoded of a column is let go before the next one is.
      const scan = await this.#scan()
      const parts: DecodedArray[] = []
      for (const { rowStart, rowEnd } of scan.ranges)
        if (rowStart < end && rowEnd > start)
          parts.push(await scan.readColumn({ column: name, rowStart: Math.max(start, rowStart), rowEnd: Math.min(end, rowEnd) }))
      columns.push([name, columnOfValues(parts, row => `${this.title}, row ${start + row}: ${name}`)])
    }
    return new Table(columns, this.title)
  }
}

export function isParquet(start: Uint8Array): boolean {
  return show(Array.from(start)) === show([80, 65, 82, 49])
}

async function bufferOf(bytes: Bytes, from: number, to: number): Promise<ArrayBuffer> {
  const part = await bytes.slice(from, to)
  return part.byteLength === part.buffer.byteLength ? part.buffer : part.slice().buffer
}
