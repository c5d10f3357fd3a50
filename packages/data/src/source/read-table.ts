import { checkOptions, type FileSource, type Kinds, kind } from '@onecycle/platform'
import type { Table } from '../table/table.js'
import { openBytes } from './bytes.js'
import type { CsvOptions } from './csv.js'
import { isText } from './text.js'

/** What `readTable` is given: the format, where the file's name does not say it, and how its text is read. */
export interface ReadTableOptions extends CsvOptions {
  /** Default: what the first bytes say. */
  format?: 'csv' | 'json' | 'parquet' | 'arrow' | undefined
}

export const readKinds: Kinds<ReadTableOptions> = {
  ...{ sep: kind.string, encoding: kind.string, maxBytes: kind.number },
  ...{ names: kind.listOf(kind.string), columns: kind.listOf(kind.string), missing: kind.listOf(kind.string) },
  ...{ types: kind.object, badLines: kind.choice('refuse', 'skip'), format: kind.choice('csv', 'json', 'parquet', 'arrow') },
}

/**
 * Reads a table from a file of whichever form: separated values, JSON (a list of objects, or one a line), Parquet or Arrow. What decodes
 * it is loaded when it is needed.
 *
 * @param source a path or another address, a File or Blob, bytes, or a text of several lines
 * @throws as `readCsv`, `readJson`, `readParquet` and `readArrow` do, TypeError for options that the format does not have
 *
 * @example
 * const table = await readTable('name,age\nAnn,41\n')
 */
export async function readTable(source: FileSource, options: ReadTableOptions = {}): Promise<Table> {
  checkOptions<ReadTableOptions>('readTable', options, readKinds)
  const { format = await formatOf(source), ...rest } = options
  if (format === 'parquet') return (await import('./parquet.js')).readParquet(source, rest)
  if (format === 'json') return (await import('./json.js')).readJson(source, rest)
  if (format === 'csv') return (await import('./csv.js')).readCsv(source, rest)
  const table = await (await import('./arrow.js')).readArrow(source)
  return options.columns ? table.select(options.columns) : table
}

/** What the first bytes of a file, or its name, say that it is. */
export async function formatOf(source: FileSource): Promise<'csv' | 'json' | 'parquet' | 'arrow'> {
  const start = isText(source) ? source.slice(0, 100) : new TextDecoder().decode(await (await openBytes(source)).slice(0, 100))
  if (start.startsWith('PAR1')) return 'parquet'
  if (start.startsWith('ARROW1') || start.startsWith('\uFFFD\uFFFD\uFFFD\uFFFD')) return 'arrow'
  if (/\.(jsonl|ndjson|json)(\.gz)?$/i.test(String(source)) || /^\s*(\{\s*"|\[\s*\{)/.test(start)) return 'json'
  return 'csv'
}
