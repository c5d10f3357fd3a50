/** @throws Error always */
export async function query(): Promise<never> {
  throw new Error('fromQuery asks DuckDB, which runs in Node. Ask there, and serve the answer as Parquet, for example.')
}
