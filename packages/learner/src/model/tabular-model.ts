import { checkCount, checkOptions, type Kinds, keepNames, kind, Random, rangeError, show } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { CategoryEmbeddings, type EmbeddingSize } from './category-embeddings.js'
import { batchNorm, checkPart, checkParts, dense, hiddenBlocks } from './dense-blocks.js'
import { type Range, SigmoidRange } from './sigmoid-range.js'

/** What `tabular_model` is given: sizes of embeddings, numbers, outputs, layers, dropout, and the range of answers. */
export interface TabularModelOptions {
  /** [categories, figures] of each column of categories; see {@link emb_sz_rule}. Default none. */
  emb_szs?: readonly EmbeddingSize[] | undefined
  /** Columns of numbers. Default 0. */
  n_cont?: number | undefined
  /** Figures of the output: classes, or values; of several outputs by their names. */
  out_sz: number | Readonly<Record<string, number>>
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
  /** Between which values all predictions lie, of several outputs by name. Default anywhere. */
  y_range?: Range | Readonly<Record<string, Range>> | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const tabularModelKinds: Kinds<TabularModelOptions> = {
  ...{ emb_szs: kind.listOf(kind.listOf(kind.number)), n_cont: kind.number, out_sz: kind.either(kind.number, kind.object) },
  ...{ layers: kind.listOf(kind.number), ps: kind.either(kind.number, kind.listOf(kind.number)), embed_p: kind.number },
  ...{ use_bn: kind.boolean, bn_cont: kind.boolean, y_range: kind.either(kind.listOf(kind.number), kind.object), seed: kind.any },
}

/**
 * A model for tables: an embedding of each category and the numbers, normalized by batch, side by side; then dense layers, each with
 * ReLU, batch norm and dropout. Inputs `cats`, codes [batch, categories], and `conts`, [batch, numbers], those that there are; output
 * [batch, out_sz], or several. Layers are named, for `layer_groups`: `embeddings`, `hidden_1`, `hidden_2`, …, and `head`, or as the outputs are.
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
  const outs = typeof out_sz === 'object' ? out_sz : { head: out_sz }
  for (const [name, size] of Object.entries(outs))
    checkCount(`out_sz of tabular_model${outs === out_sz ? `: ${name}` : ''}`, size)
  const ranges = rangesOf(y_range, Object.keys(outs))
  for (const [i, units] of hidden.entries()) checkCount(`layers[${i}] of tabular_model`, units)
  const parts = checkParts('tabular_model', ps, hidden.length)
  checkPart('embed_p of tabular_model', embed_p)
  if (emb_szs.length === 0 && n_cont === 0)
    throw rangeError('missing-option', 'tabular_model got neither emb_szs nor n_cont: there would be nothing to predict from.')
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
  const blocks = hiddenBlocks({ hidden, bn, ps: parts, random })
  const body = blocks.reduce((x, layer) => layer.apply(x) as SymbolicTensor, joined)
  const outputs = Object.entries(outs).map(([name, units]) => {
    const range = ranges[name]
    // The layer that an output comes from is the one that it is called after.
    const [own, last] = outs === out_sz ? [`${name}_head`, name] : [name, 'range']
    const head = dense(units, range ? own : name, random).apply(body) as SymbolicTensor
    return range ? (new SigmoidRange({ low: range[0], high: range[1], name: last }).apply(head) as SymbolicTensor) : head
  })
  return modelOf(ends, outputs)
}

/** @throws RangeError where an output is called as another layer is */
function modelOf(inputs: SymbolicTensor[], outputs: SymbolicTensor[]): LayersModel {
  try {
    return model({ inputs, outputs: outputs.length === 1 ? outputs[0]! : outputs, name: 'tabular_model' })
  } catch (cause) {
    const names = outputs.map(({ sourceLayer }) => sourceLayer.name).join(', ')
    throw rangeError(
      'reserved-name',
      `tabular_model has layers called cats, conts, embeddings, joined, norm_conts, hidden_1 and the like, and cannot have the outputs ${names} beside them. ` +
        'Name an output otherwise.',
      { cause },
    )
  }
}

function rangesOf(y_range: TabularModelOptions['y_range'], outputs: readonly string[]): Readonly<Record<string, Range>> {
  if (y_range === undefined) return {}
  const ranges = kind.list.fits(y_range)
    ? Object.fromEntries(outputs.map(name => [name, y_range as Range]))
    : (y_range as Record<string, Range>)
  for (const [name, range] of Object.entries(ranges)) {
    if (!outputs.includes(name))
      throw rangeError(
        'unknown-output',
        `y_range of tabular_model has an entry ${show(name)}, but the outputs are ${outputs.join(', ')}.`,
      )
    if (!kind.listOf(kind.number).fits(range) || range.length !== 2)
      throw rangeError('range-ends', `y_range of tabular_model is ${show(range)}; expected [low, high].`)
  }
  return ranges
}

keepNames({ tabular_model })
