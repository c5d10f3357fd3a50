import { plainError } from '@onecycle/platform'

/** What a query answers, column by column. */
export interface Answer {
  readonly names: readonly string[]
  readonly columns: readonly (readonly unknown[])[]
}

/**
 * Asks DuckDB. `database` is a file of its own, or none.
 *
 * @throws Error that says how to install it, or what DuckDB says
 */
export async function query(
  sql: string,
  database: string | undefined,
  values: readonly (string | number | boolean | null)[],
): Promise<Answer> {
  const { DuckDBInstance } = await import('@duckdb/node-api').catch(cause => {
    throw plainError('package-missing', 'fromQuery asks DuckDB, which is not installed. Run: npm install @duckdb/node-api', {
      cause,
    })
  })
  const instance = await DuckDBInstance.create(database ?? ':memory:', database === undefined ? {} : { access_mode: 'READ_ONLY' })
  try {
    const connection = await instance.connect()
    try {
      const reader = await connection.runAndReadAll(sql, [...values])
      return { names: reader.columnNames(), columns: reader.getColumnsJS() }
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}
