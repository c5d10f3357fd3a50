import { plainError } from '@onecycle/platform'

/** @throws Error always */
export async function query(): Promise<never> {
  throw plainError(
    'node-only',
    'fromQuery asks DuckDB, which runs in Node. Ask there, and serve the answer as Parquet, for example.',
  )
}
