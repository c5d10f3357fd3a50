import { DataLoader } from '../data-loader.js'
import { Subset } from '../dataset.js'
import type { Parts } from '../parts.js'
import { BlockSampler } from '../sampler/block-sampler.js'
import type { TableBlocks } from '../source/blocks.js'
import { BlockRows } from './block-rows.js'
import { type FittedTable, fitTabular } from './fit-tabular.js'
import { headsOfTable } from './heads-of-table.js'
import type { ColumnType } from './parse-cell.js'
import type { TabularOptions } from './tabular-options.js'

/** What a data bunch of rows that are read by block is made of. */
export async function readParts(
  blocks: TableBlocks,
  options: TabularOptions,
  types: Readonly<Record<string, ColumnType>> | undefined,
  memory: number,
): Promise<{ parts: Parts; fitted: FittedTable }> {
  const fitted = await fitTabular(blocks, options, types)
  const rows = new BlockRows(blocks, fitted, options.weights, memory)
  const [ours, theirs] = fitted.split.map(numbers => numbers.slice().sort()) as [Int32Array, Int32Array]
  const [train, valid] = [new Subset(rows, ours), new Subset(rows, theirs)]
  const { bs, valid_bs = bs, drop_last = true, seed = 0, prefetch, shard } = options
  const sampler = new BlockSampler(rows.startsAmong(ours), rows.together, seed)
  const train_dl = new DataLoader(train, { bs, drop_last, sampler, prefetch, shard })
  const { inputShape, inputNames, weighted } = rows
  const what = { inputShape, inputNames, weighted, ...headsOfTable(fitted) }
  return {
    parts: {
      train_dl,
      valid_dl: new DataLoader(valid, { bs: valid_bs, prefetch, shard }),
      train_ds: train,
      valid_ds: valid,
      ...what,
    },
    fitted,
  }
}
