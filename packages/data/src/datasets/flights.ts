import { checkCount, checkOptions, kind } from '@onecycle/platform'
import { TabularDataBunch } from '../table/tabular-data-bunch.js'
import { type TabularDatasetOptions, tabularDatasetKinds, vegaFile } from './vega-file.js'

/** What `datasets.flights` is given: how many rows, and the bytes that they may take. */
export interface FlightsOptions extends TabularDatasetOptions {
  /** Bytes that rows may take, as in `TabularDataBunch.from_csv`. Default 2^26, 64 MB: rows are read by block. */
  memory?: number | undefined
  /** Flights to read, from the first on, all in memory. Default all three million. */
  rows?: number | undefined
}

/**
 * By how many minutes 3,000,000 flights in the United States were late in 2001, told by origin, destination, distance, and date and time.
 * Batches of 1024; the seed decides who validates. It is read through twice first, which takes some seconds.
 *
 * Source: Bureau of Transportation Statistics, reported by law (14 CFR Part 234) and of the public domain as works of the United States
 * government are. From the npm package `vega-datasets` 3.2.1.
 *
 * @throws as `datasets.penguins` does
 *
 * @example
 * const data = await datasets.flights({ seed: 1 })
 * data.train_dl.samples // 2,400,000
 */
export async function flights(options: FlightsOptions = {}): Promise<TabularDataBunch> {
  checkOptions<FlightsOptions>('datasets.flights', options, { ...tabularDatasetKinds, memory: kind.number, rows: kind.number })
  const { folder, rows, memory = 2 ** 26, ...rest } = options
  const file = await vegaFile('flights-3m.parquet', 'dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0', folder)
  const how = { y: 'delay', target: 'value', bs: 1024, ...rest } as const
  if (rows === undefined) return TabularDataBunch.from_csv(file, { ...how, memory })
  const { ParquetReader } = await import('../source/parquet.js')
  const reader = await ParquetReader.open(file, {})
  checkCount('rows', rows, 1, reader.length)
  return TabularDataBunch.from_df(await reader.read(0, rows), how)
}
