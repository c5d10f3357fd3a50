import { checkOptions, type FileSource, type Kinds, kind, plainError, rangeError, say, show } from '@onecycle/platform'
import { type ColumnBuilder, columnBuilder } from '../table/column-builder.js'
import { typeOfTexts } from '../table/infer-type.js'
import type { ColumnType } from '../table/parse-cell.js'
import { noColumn, Table } from '../table/table.js'
import { type CsvRows, csvRows } from './csv-rows.js'
import { openText, type TextOptions, type TextSource } from './text.js'

export interface CsvOptions extends TextOptions {
  /** What stands between cells. Default: whichever of comma, tab, semicolon and bar is most frequent in the first line. */
  sep?: string | undefined
  /** Names of the columns, for a file without a line of names. */
  names?: readonly string[] | undefined
  /** Columns to read. Default all. */
  columns?: readonly string[] | undefined
  /**
   * How columns are to be read, by name: 'number', 'text', 'boolean', 'date', or how dates are written, such as 'DD.MM.YYYY'. Default:
   * the narrowest that holds every cell; of dates those of ISO 8601 alone are told from text.
   */
  types?: Readonly<Record<string, ColumnType>> | undefined
  /** Cells that say that nothing is known. Default '', NA, N/A, NaN, nan, null and NULL. */
  missing?: readonly string[] | undefined
  /** What becomes of a line with more or fewer cells than there are columns. Default 'refuse'; 'skip' says how many were left out. */
  badLines?: 'refuse' | 'skip' | undefined
}

export const csvKinds: Kinds<CsvOptions> = {
  ...{ sep: kind.string, encoding: kind.string, maxBytes: kind.number },
  ...{ names: kind.listOf(kind.string), columns: kind.listOf(kind.string), missing: kind.listOf(kind.string) },
  ...{ types: kind.object, badLines: kind.choice('refuse', 'skip') },
}

const missingByDefault = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL']

/** Rows that the types of columns are told from at first. */
const looksAt = 1000

/**
 * Reads comma-separated values, or others, plain or compressed by gzip, as a {@link Table}. It is read a megabyte at a time; a second
 * time where a cell far down shows that a column is text.
 *
 * @param source a path or another address, a File or Blob, bytes, or a text of several lines
 * @throws Error with the line for what is no table, and for cells that are not of the types asked for
 */
export async function readCsv(source: FileSource, options: CsvOptions = {}): Promise<Table> {
  checkOptions<CsvOptions>('readTable of CSV', options, csvKinds)
  const csv = await CsvReader.open(source, options)
  for (;;) {
    const builders = csv.builders()
    for await (const piece of csv.rows()) csv.fill(builders, piece)
    if (!csv.widen()) return csv.table(builders)
  }
}

/** Rows with a cell for each column. */
interface Piece extends CsvRows {
  /** Rows left out of it because they had not. */
  readonly wrong: number
}

/** A file of separated values: its columns, their types as far as they are known, and its rows, as often as asked. */
export class CsvReader {
  /** Of all columns that the file has. */
  readonly names: readonly string[]
  /** Of those that are read. */
  readonly types: Map<string, ColumnType>
  readonly text: TextSource
  readonly #options: CsvOptions
  readonly #missing: ReadonlySet<string>
  /** What missing cells begin with: to look all others up among them would take as long as to read them. */
  readonly #missingBegin: ReadonlySet<number>
  readonly #places: ReadonlyMap<string, number>
  /** Columns that turned out to be text. */
  readonly #wider = new Set<string>()

  static async open(source: FileSource, options: CsvOptions): Promise<CsvReader> {
    const text = await openText(source, options)
    for await (const first of csvRows(text.name, text.pieces(), options)) {
      const names = options.names ?? namesIn(first.rows[0]!)
      requireNames(names, text.name)
      return new CsvReader(text, names, first.rows, options)
    }
    throw plainError('empty-data', `${text.name} is empty; expected a line of names, and lines of values.`)
  }

  private constructor(text: TextSource, names: readonly string[], start: readonly string[][], options: CsvOptions) {
    this.text = text
    this.names = names
    this.#options = options
    this.#missing = new Set(options.missing ?? missingByDefault)
    this.#missingBegin = new Set([...this.#missing].map(text => text.charCodeAt(0)))
    const { types = {}, columns = names } = options
    for (const name of [...Object.keys(types), ...columns])
      if (!names.includes(name)) throw rangeError('no-such-column', noColumn(name, names, text.name))
    const rows = start.slice(options.names ? 0 : 1, looksAt).filter(row => row.length === names.length)
    this.#places = new Map(names.map((name, place) => [name, place]))
    const cells = (name: string) => rows.map(row => this.#cell(row[this.#places.get(name)!]!))
    this.types = new Map(columns.map(name => [name, types[name] ?? typeOfTexts(cells(name))]))
  }

  /** The rows below the names, without empty lines, and without wrong ones where these are skipped. */
  async *rows(): AsyncGenerator<Piece> {
    let skipped = 0
    let header = !this.#options.names
    for await (const rows of csvRows(this.text.name, this.text.pieces(), this.#options)) {
      const piece = this.wellFormed(rows, header ? 1 : 0)
      header = false
      skipped += piece.wrong
      yield piece
    }
    if (skipped > 0)
      say(`${this.text.name}: ${skipped} lines have another number of cells than there are columns, and are left out.`)
  }

  /** Rows with a cell for each column, from `first` on. */
  wellFormed(piece: CsvRows, first = 0): Piece {
    const { rows, lineOf } = piece
    const { length } = this.names
    const isEmpty = (row: readonly string[]) => row.length === 1 && row[0] === ''
    const isGood = (row: readonly string[]) => row.length === length && !isEmpty(row)
    if (first === 0 && rows.every(isGood)) return { ...piece, wrong: 0 }
    const places = rows.map((_, place) => place).slice(first)
    const kept = places.filter(place => isGood(rows[place]!))
    const wrong = places.filter(place => !isGood(rows[place]!) && !isEmpty(rows[place]!))
    if (wrong.length > 0 && this.#options.badLines !== 'skip') {
      const cells = rows[wrong[0]!]!.length
      throw plainError(
        'csv-cells',
        `${this.text.name}, line ${lineOf(wrong[0]!)}: ${cells} ${cells === 1 ? 'cell' : 'cells'}, but there are ${length} columns. ` +
          "Correct the line, or leave such lines out: badLines: 'skip'.",
      )
    }
    return { ...piece, rows: kept.map(place => rows[place]!), lineOf: row => lineOf(kept[row]!), wrong: wrong.length }
  }

  /** For the columns that are read, in order. */
  builders(): Map<string, ColumnBuilder> {
    return new Map(Array.from(this.types, ([name, type]) => [name, columnBuilder(type)]))
  }

  /** Adds rows to columns. A cell that its column's type cannot hold makes it text, with the next reading. */
  fill(builders: ReadonlyMap<string, ColumnBuilder>, { rows, lineOf }: CsvRows): void {
    for (const [name, builder] of builders) {
      const place = this.#places.get(name)!
      for (let i = 0; i < rows.length; i++) {
        const cell = this.#cell(rows[i]![place]!)
        if (!builder.add(cell)) this.#misfit(name, cell!, () => lineOf(i))
      }
    }
  }

  /** Makes text of columns that turned out to be, and says whether there were any. */
  widen(): boolean {
    const any = this.#wider.size > 0
    for (const name of this.#wider) this.types.set(name, 'text')
    this.#wider.clear()
    return any
  }

  table(builders: ReadonlyMap<string, ColumnBuilder>): Table {
    return new Table(
      Array.from(builders, ([name, builder]) => [name, builder.build()]),
      this.text.name,
    )
  }

  #cell(text: string): string | null {
    return this.#missingBegin.has(text.charCodeAt(0)) && this.#missing.has(text) ? null : text
  }

  #misfit(name: string, cell: string, line: () => number): void {
    const asked = this.#options.types?.[name]
    if (asked === undefined) this.#wider.add(name)
    else
      throw plainError(
        'cell-unreadable',
        `${this.text.name}, line ${line()}: ${name} is ${show(cell)}, which cannot be read as ${show(asked)}. Correct it, list it as missing, ` +
          `or read the column as text: types: { ${name}: 'text' }.`,
      )
  }
}

/** A column without a name is called by its place. */
function namesIn(header: readonly string[]): string[] {
  return header.map((name, column) => name.trim() || `column ${column + 1}`)
}

function requireNames(names: readonly string[], title: string): void {
  const places = new Map<string, number>()
  for (const [place, name] of names.entries()) {
    const first = places.get(name)
    if (first !== undefined)
      throw plainError(
        'columns-alike',
        `${title}: columns ${first + 1} and ${place + 1} are both called ${show(name)}. Rename one of them; a column is known by its name.`,
      )
    places.set(name, place)
  }
}
