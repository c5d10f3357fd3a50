import type { FileSource } from '@onecycle/platform'
import { inPieces } from '../table/in-pieces.js'
import type { Table } from '../table/table.js'
import type { TableBlocks } from './blocks.js'
import { type ParquetOptions, ParquetReader } from './parquet.js'

/** A Parquet file, a group of rows at a time. */
export class ParquetBlocks implements TableBlocks {
  readonly title: string
  readonly names: readonly string[]
  readonly starts: readonly number[]
  readonly #file: ParquetReader

  static async open(source: FileSource, options: ParquetOptions): Promise<ParquetBlocks> {
    return new ParquetBlocks(await ParquetReader.open(source, options))
  }

  private constructor(file: ParquetReader) {
    this.title = file.title
    this.names = file.names
    this.starts = [...file.starts, file.length]
    this.#file = file
  }

  /** What all cells take in memory, about. */
  get bytes(): number {
    return 8 * this.#file.length * this.names.length
  }

  async *parts(): AsyncGenerator<Table> {
    for (let block = 0; block < this.starts.length - 1; block++) yield* inPieces(await this.read(block))
  }

  read(block: number): Promise<Table> {
    return this.#file.read(this.starts[block]!, this.starts[block + 1]!)
  }
}
