import { type FileSource, plainError } from '@onecycle/platform'
import type { Table } from '../table/table.js'
import type { TableBlocks } from './blocks.js'
import { type CsvOptions, CsvReader } from './csv.js'
import { type CsvRows, csvRows } from './csv-rows.js'
import { decode } from './text.js'

/** Where some rows lie in the file. */
interface Place {
  readonly start: number
  readonly end: number
  readonly line: number
}

/** A CSV file, about a megabyte at a time, whose blocks are found when it is read through. */
export class CsvBlocks implements TableBlocks {
  readonly title: string
  readonly names: readonly string[]
  readonly starts: number[] = [0]
  readonly #csv: CsvReader
  readonly #options: CsvOptions
  readonly #places: Place[] = []
  #sep = ','
  #isKnown = false

  /** @throws Error for a compressed file, or one that is not in UTF-8: of these no part can be read alone */
  static async open(source: FileSource, options: CsvOptions): Promise<CsvBlocks> {
    const csv = await CsvReader.open(source, options)
    const { name, bytes } = csv.text
    const why = bytes ? (options.encoding ?? 'utf-8') !== 'utf-8' && `it is written in ${options.encoding}` : 'it is compressed'
    if (why)
      throw plainError(
        'file-too-large',
        `${name} is larger than memory may hold, and ${why}, so that no part of it can be read alone. Allow more memory, or write it anew.`,
      )
    return new CsvBlocks(csv, options)
  }

  private constructor(csv: CsvReader, options: CsvOptions) {
    this.title = csv.text.name
    this.names = [...csv.types.keys()]
    this.#csv = csv
    this.#options = options
  }

  async *parts(): AsyncGenerator<Table> {
    if (this.#isKnown) for (const block of this.#places.keys()) yield await this.read(block)
    else yield* this.#find()
  }

  /** Whether columns were found to be text: what has been read until then was read as something else. */
  changed(): boolean {
    const changed = this.#csv.widen()
    this.#isKnown = !changed
    return changed
  }

  async read(block: number): Promise<Table> {
    const { start, end, line } = this.#places[block]!
    const bytes = await this.#csv.text.bytes!.slice(start, end)
    const builders = this.#csv.builders()
    const form = { sep: this.#sep, line }
    for await (const rows of csvRows(this.title, decode(this.title, only(bytes), 'utf-8'), form))
      this.#csv.fill(builders, this.#csv.wellFormed(rows, line === 1 && this.#options.names === undefined ? 1 : 0))
    return this.#csv.table(builders)
  }

  async *#find(): AsyncGenerator<Table> {
    this.#places.length = 0
    this.starts.length = 1
    const [b0, b1, b2] = await this.#csv.text.bytes!.slice(0, 3)
    let start = b0 === 0xef && b1 === 0xbb && b2 === 0xbf ? 3 : 0 // the byte order mark is no character of the text
    for await (const piece of this.#csv.rows()) {
      const end = start + new TextEncoder().encode(piece.text).length
      this.#places.push({ start, end, line: piece.line })
      this.starts.push(this.starts.at(-1)! + piece.rows.length)
      this.#sep = piece.sep
      start = end
      yield this.#table(piece)
    }
  }

  #table(piece: CsvRows): Table {
    const builders = this.#csv.builders()
    this.#csv.fill(builders, piece)
    return this.#csv.table(builders)
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
