import { checkCount, checkOptions, type Kinds, keepNames, kind, Random, show } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { CategoryEmbeddings, type EmbeddingSize } from './category-embeddings.js'
import { batchNorm, checkPart, checkParts, denseBlocks } from './dense-blocks.js'
import { type Range, SigmoidRange } from './sigmoid-range.js'

export interface TabularModelOptions {
  /** [categories, figures] of each column of categories; see {@link emb_sz_rule}. Default none. */
  emb_szs?: readonly EmbeddingSize[] | undefined
  /** Columns of numbers. Default 0. */
  n_cont?: number | undefined
  /** Figures of the output: classes, or values. */
  out_sz: number
  /** Units of the hidden layers. Default [200, 100]. */
  layers?: readonly number[] | undefined
  /** Part of the figures that dropout leaves out after hidden layers: of each, or of all. Default 0. */
  ps?: number | readonly number[] | undefined
  /** Part that dropout leaves out of the embeddings. Default 0. */
  embed_p?: number | undefined
  /** Whether hidden layers have batch norm, in place of a bias. Default true. */
  use_bn?: boolean | undefined
  /** Whether numbers have batch norm. Default true. */
  bn_cont?: boolean | undefined
  /** Between which values all predictions lie. Default anywhere. */
  y_range?: Range | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const tabularModelKinds: Kinds<TabularModelOptions> = {
  ...{ emb_szs: kind.listOf(kind.listOf(kind.number)), n_cont: kind.number, out_sz: kind.number },
  ...{ layers: kind.listOf(kind.number), ps: kind.either(kind.number, kind.listOf(kind.number)), embed_p: kind.number },
  ...{ use_bn: kind.boolean, bn_cont: kind.boolean, y_range: kind.listOf(kind.number), seed: kind.any },
}

/**
 * A model for tables: an embedding of each category and the numbers, normalized by batch, side by side; then dense layers, each with
 * ReLU, batch norm and dropout. Inputs `cats`, codes [batch, categories], and `conts`, [batch, numbers], those that there are; output
 * [batch, out_sz]. Layers are named, for `layer_groups`: `embeddings`, `hidden_1`, `hidden_2`, …, `head`.
 *
 * Source: fastai 2's `TabularModel`.
 *
 * @throws RangeError where there is no input, or for numbers out of range; TypeError for an unknown option.
 * @example
 * const model = tabular_model({ emb_szs: [[8, 5], [3, 3]], n_cont: 4, out_sz: 2, seed: 42 })
 */
export function tabular_model(options: TabularModelOptions): LayersModel {
  checkOptions<TabularModelOptions>('tabular_model', options, tabularModelKinds)
  const { emb_szs = [], n_cont = 0, out_sz, layers: hidden = [200, 100], ps, embed_p = 0 } = options
  const { use_bn: bn = true, bn_cont = true, y_range, seed } = options
  checkCount('n_cont of tabular_model', n_cont, 0)
  checkCount('out_sz of tabular_model', out_sz)
  for (const [i, units] of hidden.entries()) checkCount(`layers[${i}] of tabular_model`, units)
  const parts = checkParts('tabular_model', ps, hidden.length)
  checkPart('embed_p of tabular_model', embed_p)
  if (emb_szs.length === 0 && n_cont === 0)
    throw new RangeError('tabular_model got neither emb_szs nor n_cont: there would be nothing to predict from.')
  if (y_range !== undefined && y_range.length !== 2)
    throw new RangeError(`y_range of tabular_model is ${show(y_range)}; expected [low, high].`)
  const random = seed === undefined ? undefined : new Random(seed).fork('tabular_model')

  const ends: SymbolicTensor[] = []
  const sides: SymbolicTensor[] = []
  if (emb_szs.length > 0) {
    const cats = input({ shape: [emb_szs.length], name: 'cats', dtype: 'int32' })
    const drawn = random && { seed: random.int(2 ** 30) }
    const embedded = new CategoryEmbeddings({ sizes: emb_szs, name: 'embeddings', ...drawn }).apply(cats)
    ends.push(cats)
    sides.push(
      (embed_p > 0 ? layers.dropout({ rate: embed_p, name: 'dropout_embeddings' }).apply(embedded) : embedded) as SymbolicTensor,
    )
  }
  if (n_cont > 0) {
    const conts = input({ shape: [n_cont], name: 'conts' })
    ends.push(conts)
    sides.push((bn_cont ? batchNorm('norm_conts').apply(conts) : conts) as SymbolicTensor)
  }
  const joined = sides.length > 1 ? (layers.concatenate({ name: 'joined' }).apply(sides) as SymbolicTensor) : sides[0]!
  const blocks = denseBlocks({ hidden, out: out_sz, bn, ps: parts, random })
  const range = y_range ? [new SigmoidRange({ low: y_range[0], high: y_range[1], name: 'range' })] : []
  const outputs = [...blocks, ...range].reduce((x, layer) => layer.apply(x) as SymbolicTensor, joined)
  return model({ inputs: ends, outputs, name: 'tabular_model' })
}

keepNames({ tabular_model })
