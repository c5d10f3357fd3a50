import type { FileSource } from '@onecycle/platform'
import { defined } from '@onecycle/platform'
import { type ReadTableOptions, readTable } from '../source/read-table.js'
import type { Table } from '../table/table.js'

type Reading = Omit<ReadTableOptions, 'columns'>

/** A table of texts, whose columns of texts are such whatever they look like; and the options that are not of its reading. */
export async function readTexts<Options extends { text_col?: string | number | readonly string[] | undefined }>(
  source: FileSource,
  options: Options & Reading,
): Promise<{ table: Table; rest: Omit<Options, keyof Reading> }> {
  const { sep, names, types, missing, badLines, encoding, maxBytes, format, ...rest } = Object(options) as Options & Reading
  const texts = [rest.text_col].flat().filter(name => typeof name === 'string')
  const asTexts = Object.fromEntries(texts.map(name => [name, 'text' as const]))
  const all = { sep, names, types: { ...asTexts, ...types }, missing, badLines, encoding, maxBytes, format }
  const reading = defined(all) as ReadTableOptions
  return { table: await readTable(source, reading), rest: rest as Omit<Options, keyof Reading> }
}
