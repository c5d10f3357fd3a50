import { checkOptions } from '@onecycle/platform'
import { readJson } from '../source/json.js'
import { Table } from '../table/table.js'
import { TabularDataBunch } from '../table/tabular-data-bunch.js'
import { type TabularDatasetOptions, tabularDatasetKinds, vegaFile } from './vega-file.js'

/**
 * How many miles a car goes on a gallon: the 398 of 406 cars of the years 1970 to 1982 of which that is known, told by origin, year,
 * cylinders, displacement, horsepower, weight and acceleration. Batches of 16; the seed decides who validates.
 *
 * Source: Ramos and Donoho, for the exposition of the American Statistical Association 1983, "for educational and scientific purposes".
 * From the npm package `vega-datasets` 3.2.1.
 *
 * @throws as `datasets.penguins` does
 *
 * @example
 * const data = await datasets.cars({ seed: 1 })
 * data.target // 'value'
 */
export async function cars(options: TabularDatasetOptions = {}): Promise<TabularDataBunch> {
  checkOptions<TabularDatasetOptions>('datasets.cars', options, tabularDatasetKinds)
  const { folder, ...rest } = options
  const file = await vegaFile('cars.json', 'f686a53678b21f4231e2f6a5ba7ce5761d9d39204fccdea1caa29fb8c460e319', folder)
  const known = [...(await readJson(file)).rows()].filter(row => row['Miles_per_Gallon'] !== null)
  // The name tells the car itself; of the date the year alone is known.
  const rows = known.map(({ Name: _name, Year, ...row }) => ({ ...row, Year: Number(String(Year).slice(0, 4)) }))
  return TabularDataBunch.from_df(Table.from_rows(rows, { name: 'cars' }), {
    y: 'Miles_per_Gallon',
    target: 'value',
    cont_names: ['Year'],
    bs: 16,
    ...rest,
  })
}
