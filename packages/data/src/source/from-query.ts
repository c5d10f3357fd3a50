import { checkOptions, type Kinds, kind, plainError, show, typeError } from '@onecycle/platform'
import { query } from '#data/duckdb.js'
import { columnOfValues } from '../table/column-of-values.js'
import { Table } from '../table/table.js'

/** What `fromQuery` is given beside SQL: the database, and values for its placeholders. */
export interface QueryOptions {
  /** A database file of DuckDB, which is opened for reading. Default: none; files are named in the query. */
  database?: string | undefined
  /** What stands for `?` or `$1` in the query, in order. */
  values?: readonly (string | number | boolean | null)[] | undefined
}

const queryKinds: Kinds<QueryOptions> = { database: kind.string, values: kind.list }

/**
 * The answer to any SQL, over CSV, Parquet and JSON files or a database, by DuckDB, where the npm package `@duckdb/node-api` is installed.
 *
 * @throws Error when it is not installed, or with what DuckDB says of the query; TypeError for columns that hold lists or objects
 *
 * @example
 * const table = await fromQuery('select 1 + 1 as two')
 */
export async function fromQuery(sql: string, options: QueryOptions = {}): Promise<Table> {
  checkOptions<QueryOptions>('fromQuery', options, queryKinds)
  if (typeof sql !== 'string') throw typeError('wrong-argument', `fromQuery takes a query as text, but got ${show(sql)}.`)
  const { names, columns } = await query(sql, options.database, options.values ?? []).catch(cause => {
    throw plainError('query-fails', `The query ${show(sql)} fails: ${(cause as Error).message}`, { cause })
  })
  return new Table(
    columns.map((values, i) => [names[i]!, columnOfValues([values], row => `Row ${row} of the query: ${names[i]}`)]),
    'the query',
  )
}
