import { plainError } from '@onecycle/platform'
import { Papa } from './decoders/csv.js'

/** Some rows of a file, one after the other. */
export interface CsvRows {
  readonly rows: string[][]
  /** Characters they were written in. */
  readonly text: string
  /** The line that they begin in, empty ones and names among them. */
  readonly line: number
  readonly sep: string
  /** The line that a row begins in, from 1. */
  lineOf(row: number): number
}

export interface CsvForm {
  /** What stands between cells. Default: whichever of comma, tab, semicolon and bar is most frequent in the first line. */
  readonly sep?: string | undefined
  /** The line that the text begins in. Default 1. */
  readonly line?: number | undefined
}

/** Most characters in a row: beyond them a quote has been left open, or it is no table at all. */
const longestRow = 2 ** 24

/**
 * The rows of a text that comes piece by piece, empty lines included. What a quote opens may hold separators and line ends.
 *
 * @throws Error with the line for quotes that do not fit, a row of more than 2^24 characters, and what is no text
 */
export async function* csvRows(
  name: string,
  pieces: AsyncIterable<string>,
  { sep, line = 1 }: CsvForm = {},
): AsyncGenerator<CsvRows> {
  let rest = ''
  let parser: Papa.Parser | undefined
  let newline: '\n' | '\r' = '\n'
  let between = sep ?? ','
  const parse = (text: string, isLast: boolean): CsvRows | undefined => {
    if (!parser) {
      newline = text.includes('\n') || !text.includes('\r') ? '\n' : '\r'
      between = sep ?? separatorOf(text)
      parser = new Papa.Parser({ delimiter: between, newline })
    }
    const { data, errors, meta } = parser.parse(text, 0, !isLast) as Papa.ParseResult<string[]>
    rest = text.slice(meta.cursor)
    const first = line
    const lineOf = (row: number) => {
      const before = data.slice(0, row).flat()
      return before.reduce((lines, cell) => lines + count(cell, newline), first + row)
    }
    // Of a row that is not all there yet nothing is known.
    const wrong = errors.find(({ type, row }) => type === 'Quotes' && (isLast || row! < data.length))
    if (wrong) throw plainError('csv-quotes', wrongQuotes(name, lineOf(wrong.row!), wrong.code))
    if (rest.length > longestRow) throw plainError('csv-quotes', wrongQuotes(name, lineOf(data.length), 'MissingQuotes'))
    if (data.length === 0) return undefined
    const taken = text.slice(0, meta.cursor)
    line += count(taken, newline)
    if (taken.includes('\r\n')) for (const row of data) withoutReturn(row)
    return { rows: data, text: taken, line: first, sep: between, lineOf }
  }
  for await (const piece of pieces) {
    const zero = piece.indexOf('\0')
    if (zero !== -1)
      throw plainError(
        'not-text',
        `${name} is no text: it has a zero byte in line ${line + count((rest + piece).slice(0, rest.length + zero), '\n')}.`,
      )
    const text = rest + piece
    rest = text
    // What stands between rows and cells is looked for in a whole line.
    const rows = parser || /[\n\r]./.test(text) || text.length > longestRow ? parse(text, false) : undefined
    if (rows) yield rows
  }
  if (rest !== '') yield parse(rest, true)!
}

/** The separator that is most frequent in the first line, quoted cells left out. */
function separatorOf(text: string): string {
  const line = text.replace(/"[^"]*"/g, '').match(/[^\n\r]+/)?.[0] ?? ''
  const counts = [',', '\t', ';', '|'].map(sep => [sep, count(line, sep)] as const)
  return counts.reduce((most, each) => (each[1] > most[1] ? each : most))[0]
}

/** The line end that is looked for is the last character of one that has two. */
function withoutReturn(row: string[]): void {
  const last = row.at(-1)!
  if (last.endsWith('\r')) row[row.length - 1] = last.slice(0, -1)
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++
  return found
}

function wrongQuotes(name: string, line: number, code: string): string {
  return code === 'MissingQuotes'
    ? `${name}, line ${line}: a quote is opened there that does not close. Close it, or write a quote in a cell as two: "".`
    : `${name}, line ${line}: a quoted cell goes on after its closing quote. Write a quote in a cell as two: "".`
}
