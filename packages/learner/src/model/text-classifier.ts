import { checkChoice, checkCount, checkOptions, type Kinds, keepNames, kind, Random, rangeError, show } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { checkPart, dense } from './dense-blocks.js'
import { initial, recurrentLayer } from './text-layers.js'
import { TokenMask } from './token-mask.js'

/** What `text_classifier` is given: the vocabulary, outputs, the kind of layer, sizes, dropout, and the seed. */
export interface TextClassifierOptions {
  /** Tokens of the vocabulary. */
  vocab_sz: number
  /** Figures of the output: classes, labels or values. */
  out_sz: number
  /** What reads the tokens: convolutions, or layers that go from token to token. Default 'conv', which is faster. */
  arch?: 'conv' | 'gru' | 'lstm' | undefined
  /** Figures that stand for each token. Default 64. */
  emb_sz?: number | undefined
  /** Filters of each convolution, or units of each recurrent layer. Default 64. */
  n_hid?: number | undefined
  /** Tokens that the filters of each convolution see, [3, 4, 5] in Kim's model. Default [3]. */
  kernelSizes?: readonly number[] | undefined
  /** Recurrent layers. Default 1. */
  n_layers?: number | undefined
  /** Part that dropout leaves out before the head. Default 0.5. */
  ps?: number | undefined
  /** Part that dropout leaves out of the embeddings. Default 0.1. */
  embed_p?: number | undefined
  /** The number of what fills texts up. Default 1, that of `xxpad`. */
  pad?: number | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const textClassifierKinds: Kinds<TextClassifierOptions> = {
  ...{ vocab_sz: kind.number, out_sz: kind.number, arch: kind.string, emb_sz: kind.number, n_hid: kind.number },
  ...{ kernelSizes: kind.listOf(kind.number), n_layers: kind.number, ps: kind.number, embed_p: kind.number },
  ...{ pad: kind.number, seed: kind.any },
}

/**
 * A model that tells something of a text: input numbers of tokens [batch, length], output [batch, out_sz]. What fills texts up counts nowhere, so that
 * an answer does not depend on the other texts of the batch. Layers are named, for `layer_groups`: `embedding`; `conv_3`, … or `rnn_1`, …; `head`.
 *
 * Convolutions look at some tokens in a row, and the largest answer of each filter counts (Kim 2014, arXiv:1408.5882). Of recurrent layers the last
 * state counts, and the largest of each figure (fastai's pooled head; Howard and Ruder 2018, arXiv:1801.06146).
 *
 * @throws RangeError for numbers out of range; TypeError for an unknown option.
 * @example
 * const model = text_classifier({ vocab_sz: 5000, out_sz: 2, seed: 42 })
 */
export function text_classifier(options: TextClassifierOptions): LayersModel {
  checkOptions<TextClassifierOptions>('text_classifier', options, textClassifierKinds)
  const { vocab_sz, out_sz, arch = 'conv', emb_sz = 64, n_hid = 64, kernelSizes = [3], n_layers = 1 } = options
  const { ps = 0.5, embed_p = 0.1, pad = 1, seed } = options
  checkChoice('arch of text_classifier', arch, ['conv', 'gru', 'lstm'])
  for (const [what, count] of Object.entries({ vocab_sz, out_sz, emb_sz, n_hid, n_layers }))
    checkCount(`${what} of text_classifier`, count)
  for (const [i, size] of kernelSizes.entries()) checkCount(`kernelSizes[${i}] of text_classifier`, size)
  if (kernelSizes.length === 0 || new Set(kernelSizes).size < kernelSizes.length)
    throw rangeError('layer-sizes', `kernelSizes of text_classifier is ${show(kernelSizes)}; expected some sizes, each once.`)
  checkPart('ps of text_classifier', ps)
  checkPart('embed_p of text_classifier', embed_p)
  const random = seed === undefined ? undefined : new Random(seed).fork('text_classifier')
  const first = initial(random)

  const tokens = input({ shape: [null], name: 'tokens', dtype: 'int32' })
  const mask = new TokenMask({ vocab_sz, pad, name: 'mask' }).apply(tokens) as SymbolicTensor
  const table = layers.embedding({ inputDim: vocab_sz, outputDim: emb_sz, name: 'embedding', ...first.embedding() })
  const masked = (x: SymbolicTensor, name: string) => layers.multiply({ name }).apply([x, mask]) as SymbolicTensor
  const dropped = (x: SymbolicTensor, rate: number, name: string) =>
    rate > 0 ? (layers.dropout({ rate, name }).apply(x) as SymbolicTensor) : x
  const largest = (x: SymbolicTensor, name: string) => layers.globalMaxPooling1d({ name }).apply(x) as SymbolicTensor

  let x = dropped(masked(table.apply(tokens) as SymbolicTensor, 'masked'), embed_p, 'dropout_embedding')
  let read: SymbolicTensor[]
  if (arch === 'conv') {
    read = kernelSizes.map(size => {
      const how = { filters: n_hid, kernelSize: size, padding: 'same', activation: 'relu', name: `conv_${size}` } as const
      const seen = layers.conv1d({ ...how, ...first.kernel() }).apply(x) as SymbolicTensor
      return largest(masked(seen, `masked_${size}`), `largest_${size}`)
    })
  } else {
    let last: SymbolicTensor | undefined
    x = layers.masking({ maskValue: 0, name: 'masking' }).apply(x) as SymbolicTensor
    for (let i = 1; i <= n_layers; i++) {
      const layer = recurrentLayer({ kind: arch, units: n_hid, name: `rnn_${i}`, returnState: i === n_layers }, random)
      const made = layer.apply(x) as SymbolicTensor | SymbolicTensor[]
      ;[x, last] = [made].flat() as [SymbolicTensor, SymbolicTensor?]
    }
    read = [last!, largest(x, 'largest')]
  }
  const joined = read.length > 1 ? (layers.concatenate({ name: 'joined' }).apply(read) as SymbolicTensor) : read[0]!
  const head = dense(out_sz, 'head', random)
  return model({
    inputs: tokens,
    outputs: head.apply(dropped(joined, ps, 'dropout_head')) as SymbolicTensor,
    name: 'text_classifier',
  })
}

keepNames({ text_classifier })
