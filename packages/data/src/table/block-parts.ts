import type { Parts } from '../parts.js'
import { BlockSampler } from '../sampler/block-sampler.js'
import type { TableBlocks } from '../source/table-blocks.js'
import { BlockLoader, type BlockRowsOf } from './block-loader.js'
import { BlockRows } from './block-rows.js'
import { type FittedTable, fitTabular } from './fit-tabular.js'
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
  const { procs, target, split } = fitted
  const rows = new BlockRows(blocks, fitted, options.weights, memory)
  const [cats, conts] = [procs.cat_names.length, procs.cont_names.length]
  const inputs = { ...(cats > 0 && { cats: [cats] }), ...(conts > 0 && { conts: [conts] }) }
  const what = {
    inputShape: Object.values(inputs),
    inputNames: Object.keys(inputs),
    ...{ targetShape: target.shape, target: target.target, c: target.classes?.length, weighted: options.weights !== undefined },
  }
  const { bs = 64, valid_bs = bs, drop_last = true, seed = 0 } = options
  const of = (numbers: Int32Array): BlockRowsOf => ({ ...what, rows, numbers: numbers.slice().sort() })
  const [train, valid] = [of(split[0]), of(split[1])]
  const sampler = new BlockSampler(rows.startsAmong(train.numbers), rows.together, seed)
  const parts = {
    train_dl: new BlockLoader(train, { bs, drop_last, sampler }),
    valid_dl: new BlockLoader(valid, { bs: valid_bs }),
    ...{ ...what, classes: target.classes },
  }
  return { parts, fitted }
}
