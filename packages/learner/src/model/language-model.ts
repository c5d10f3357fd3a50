import { checkChoice, checkCount, checkOptions, type Kinds, keepNames, kind, Random, rangeError } from '@onecycle/platform'
import { initializers, input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { PositionalEmbedding } from './attention/positional-embedding.js'
import { TransformerBlock } from './attention/transformer-block.js'
import { checkPart, dense } from './dense-blocks.js'
import { initial, type RecurrentKind, recurrentLayer } from './text-layers.js'

/** What `language_model` is given: the vocabulary, recurrent layers or attention, sizes, dropout, and the seed. */
export interface LanguageModelOptions {
  /** Tokens of the vocabulary. */
  vocab_sz: number
  /** Streams that it reads side by side: the rows of each batch. */
  bs: number
  /** What reads the tokens: recurrent layers, or blocks of attention to those before. Default 'gru'. */
  arch?: RecurrentKind | 'transformer' | undefined
  /** Figures that stand for each token. Default 64. */
  emb_sz?: number | undefined
  /** Units of each recurrent layer, or between the dense layers of a block. Default 128, of a block four times `emb_sz`. */
  n_hid?: number | undefined
  /** Recurrent layers, or blocks. Default 1. */
  n_layers?: number | undefined
  /** Heads of each block's attention. Default 4. */
  n_heads?: number | undefined
  /** Tokens that attention looks back at, at most: those of a batch. Needed for 'transformer'. */
  bptt?: number | undefined
  /** Part that dropout leaves out after each recurrent layer, or of the weights and of each half of a block. Default 0.2. */
  ps?: number | undefined
  /** Part that dropout leaves out of the embeddings. Default 0.1. */
  embed_p?: number | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const languageModelKinds: Kinds<LanguageModelOptions> = {
  ...{ vocab_sz: kind.number, bs: kind.number, arch: kind.string, emb_sz: kind.number, n_hid: kind.number },
  ...{ n_layers: kind.number, n_heads: kind.number, bptt: kind.number, ps: kind.number, embed_p: kind.number, seed: kind.any },
}

/**
 * A model that says which token comes next: input numbers of tokens [bs, steps], output [bs, steps, vocab_sz], logits. What recurrent layers remember of a
 * row they remember from batch to batch, until their states are reset; attention looks at what stands in the batch. Layers are named, for `layer_groups`:
 * `embedding`, `rnn_1`, … or `block_1`, …, `head`.
 *
 * Source: fastai's `AWD_LSTM` (Merity et al. 2017, arXiv:1708.02182), with plain dropout; with 'transformer' GPT-2 (Radford et al. 2019).
 *
 * @throws RangeError for numbers out of range, and an `emb_sz` that heads do not divide; TypeError for an unknown option.
 * @example
 * const model = language_model({ vocab_sz: 80, bs: 32, seed: 42 })
 */
export function language_model(options: LanguageModelOptions): LayersModel {
  checkOptions<LanguageModelOptions>('language_model', options, languageModelKinds)
  const { vocab_sz, bs, arch = 'gru', emb_sz = 64, n_layers = 1, ps = 0.2, embed_p = 0.1, seed } = options
  checkChoice('arch of language_model', arch, ['gru', 'lstm', 'transformer'])
  const { n_hid = arch === 'transformer' ? 4 * emb_sz : 128 } = options
  for (const [what, count] of Object.entries({ vocab_sz, bs, emb_sz, n_hid, n_layers }))
    checkCount(`${what} of language_model`, count)
  checkPart('ps of language_model', ps)
  checkPart('embed_p of language_model', embed_p)
  const random = seed === undefined ? undefined : new Random(seed).fork('language_model')
  const dropout = (rate: number, name: string) => (rate > 0 ? [layers.dropout({ rate, name })] : [])
  const settled = { ...options, arch, emb_sz, n_hid, n_layers, ps }
  const read = arch === 'transformer' ? attending(settled, random) : recurrent({ ...settled, arch }, random, dropout)
  const tokens = input({ batchShape: [arch === 'transformer' ? null : bs, null], name: 'tokens', dtype: 'int32' })
  const all = [read[0]!, ...dropout(embed_p, 'dropout_embedding'), ...read.slice(1), dense(vocab_sz, 'head', random)]
  const outputs = all.reduce((x, layer) => layer.apply(x) as SymbolicTensor, tokens as SymbolicTensor)
  return model({ inputs: tokens, outputs, name: 'language_model' })
}

type Settled = LanguageModelOptions & { emb_sz: number; n_hid: number; n_layers: number; ps: number }

const numbered = <Made>(count: number, make: (i: number) => Made[]) => Array.from({ length: count }, (_, i) => make(i + 1)).flat()

function recurrent(
  { vocab_sz, arch, emb_sz, n_hid, n_layers, ps }: Settled & { arch: RecurrentKind },
  random: Random | undefined,
  dropout: (rate: number, name: string) => layers.Layer[],
): layers.Layer[] {
  return [
    layers.embedding({ inputDim: vocab_sz, outputDim: emb_sz, name: 'embedding', ...initial(random).embedding() }),
    ...numbered(n_layers, i => [
      recurrentLayer({ kind: arch, units: n_hid, name: `rnn_${i}`, stateful: true }, random),
      ...dropout(ps, `dropout_${i}`),
    ]),
  ]
}

function attending({ vocab_sz, emb_sz, n_hid, n_layers, ps, ...rest }: Settled, random: Random | undefined): layers.Layer[] {
  const { n_heads = 4, bptt } = rest
  if (bptt === undefined)
    throw rangeError(
      'missing-option',
      "language_model needs bptt for the arch 'transformer': tokens that attention looks back at, at most.",
    )
  checkCount('bptt of language_model', bptt)
  checkCount('n_heads of language_model', n_heads)
  if (emb_sz % n_heads !== 0)
    throw rangeError(
      'layer-sizes',
      `language_model got emb_sz = ${emb_sz}, which ${n_heads} heads do not divide. Change emb_sz or n_heads.`,
    )
  // Each block takes a seed for each of its layers.
  const seed = () => random && 1 + random.int(2 ** 31 - 100)
  const normal = () => initializers.randomNormal({ mean: 0, stddev: 0.02, ...(random && { seed: seed()! }) })
  const shape = { intermediateDim: n_hid, numHeads: n_heads, dropout: ps, activation: 'gelu', normalizeFirst: true } as const
  return [
    new PositionalEmbedding({
      ...{ inputDim: vocab_sz, outputDim: emb_sz, sequenceLength: bptt, name: 'embedding', embeddingsInitializer: normal() },
    }),
    ...numbered(n_layers, i => [
      new TransformerBlock({ ...shape, useCausalMask: true, kernelInitializer: normal(), name: `block_${i}` }),
    ]),
    layers.layerNormalization({ epsilon: 1e-5, name: 'norm' }),
  ]
}

keepNames({ language_model })
