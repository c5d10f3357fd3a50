import { checkOptions } from '@onecycle/platform'
import { readJson } from '../source/json.js'
import { Table } from '../table/table.js'
import { TabularDataBunch } from '../table/tabular-data-bunch.js'
import { type TabularDatasetOptions, tabularDatasetKinds, vegaFile } from './vega-file.js'

/**
 * 344 penguins of three species, told by island, sex, and four measures of which some are missing. Batches of 16; the seed decides who
 * validates.
 *
 * Source: Gorman, Williams and Fraser 2014, as palmerpenguins; CC0 1.0. From the npm package `vega-datasets` 3.2.1.
 *
 * @throws Error when neither `folder` is given nor `vega-datasets` installed, or the file is another; as `TabularDataBunch.from_df` does
 *
 * @example
 * const data = await datasets.penguins({ seed: 1 })
 * data.classes // ['Adelie', 'Chinstrap', 'Gentoo']
 */
export async function penguins(options: TabularDatasetOptions = {}): Promise<TabularDataBunch> {
  checkOptions<TabularDatasetOptions>('datasets.penguins', options, tabularDatasetKinds)
  const { folder, ...rest } = options
  const file = await vegaFile('penguins.json', '0facf769609f1205b82cbceb8238c36af3e6147a0ca0e163902cc6281ce3e917', folder)
  // The sex of one of them is written as a dot.
  const rows = Array.from((await readJson(file)).rows(), row => ({ ...row, Sex: row['Sex'] === '.' ? null : row['Sex'] }))
  return TabularDataBunch.from_df(Table.from_rows(rows, { name: 'penguins' }), { y: 'Species', bs: 16, ...rest })
}
