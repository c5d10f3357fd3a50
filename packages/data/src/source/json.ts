import { checkOptions, type FileSource, kind, plainError, show } from '@onecycle/platform'
import { Table, type TableOptions } from '../table/table.js'
import { openText, type TextOptions } from './text.js'

export interface JsonOptions extends Omit<TextOptions, 'encoding'>, Omit<TableOptions, 'name'> {}

export const jsonKinds = { maxBytes: kind.number, types: kind.object }

type Row = Record<string, unknown>

/**
 * Reads rows as JSON: one object a line (JSONL, NDJSON), or one list of objects. Plain or compressed by gzip.
 *
 * @param source a path or another address, a File or Blob, bytes, or a text of several lines
 * @throws Error with the line for what is no object of cells; otherwise as `Table.from_rows`
 */
export async function readJson(source: FileSource, options: JsonOptions = {}): Promise<Table> {
  checkOptions<JsonOptions>('readTable of JSON', options, jsonKinds)
  const { name, pieces } = await openText(source, options)
  const rows: Row[] = []
  let isList: boolean | undefined
  let rest = ''
  let line = 0
  for await (const piece of pieces()) {
    rest += piece
    isList ??= rest.trimStart() === '' ? undefined : rest.trimStart().startsWith('[')
    if (isList !== false) continue
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const text of lines) if (text.trim() !== '' || !++line) rows.push(rowOf(text, `${name}, line ${++line}`))
  }
  if (isList) rows.push(...listOf(rest, name))
  else if (rest.trim() !== '') rows.push(rowOf(rest, `${name}, line ${line + 1}`))
  if (rows.length === 0) throw plainError('empty-data', `${name} has no rows; expected an object a line, or a list of objects.`)
  return Table.from_rows(rows, { types: options.types, name })
}

function rowOf(text: string, place: string): Row {
  return requireRow(parse(text, place), place)
}

function listOf(text: string, name: string): Row[] {
  return (parse(text, name) as unknown[]).map((row, i) => requireRow(row, `${name}, row ${i}`))
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw plainError('json-rows', `${place}: ${show(text.trim())} is no JSON (${(cause as Error).message}).`, { cause })
  }
}

function requireRow(row: unknown, place: string): Row {
  if (kind.object.fits(row)) return row as Row
  throw plainError('json-rows', `${place}: ${show(row)} is no row; expected an object, such as { "age": 41 }.`)
}
