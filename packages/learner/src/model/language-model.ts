import { checkChoice, checkCount, checkOptions, type Kinds, keepNames, kind, Random } from '@onecycle/platform'
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { checkPart, dense } from './dense-blocks.js'
import { initial, type RecurrentKind, recurrentLayer } from './text-layers.js'

export interface LanguageModelOptions {
  /** Tokens of the vocabulary. */
  vocab_sz: number
  /** Streams that it reads side by side: the rows of each batch. */
  bs: number
  /** Default 'gru'. */
  arch?: RecurrentKind | undefined
  /** Figures that stand for each token. Default 64. */
  emb_sz?: number | undefined
  /** Units of each recurrent layer. Default 128. */
  n_hid?: number | undefined
  /** Recurrent layers. Default 1. */
  n_layers?: number | undefined
  /** Part that dropout leaves out after each recurrent layer. Default 0.2. */
  ps?: number | undefined
  /** Part that dropout leaves out of the embeddings. Default 0.1. */
  embed_p?: number | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const languageModelKinds: Kinds<LanguageModelOptions> = {
  ...{ vocab_sz: kind.number, bs: kind.number, arch: kind.string, emb_sz: kind.number, n_hid: kind.number },
  ...{ n_layers: kind.number, ps: kind.number, embed_p: kind.number, seed: kind.any },
}

/**
 * A model that says which token comes next: input numbers of tokens [bs, steps], output [bs, steps, vocab_sz], logits. What its layers remember of a
 * row they remember from batch to batch, until their states are reset. Layers are named, for `layer_groups`: `embedding`, `rnn_1`, …, `head`.
 *
 * Source: fastai's `AWD_LSTM` (Merity et al. 2017, arXiv:1708.02182), with plain dropout.
 *
 * @throws RangeError for numbers out of range; TypeError for an unknown option.
 * @example
 * const model = language_model({ vocab_sz: 80, bs: 32, seed: 42 })
 */
export function language_model(options: LanguageModelOptions): LayersModel {
  checkOptions<LanguageModelOptions>('language_model', options, languageModelKinds)
  const { vocab_sz, bs, arch = 'gru', emb_sz = 64, n_hid = 128, n_layers = 1, ps = 0.2, embed_p = 0.1, seed } = options
  checkChoice('arch of language_model', arch, ['gru', 'lstm'])
  for (const [what, count] of Object.entries({ vocab_sz, bs, emb_sz, n_hid, n_layers }))
    checkCount(`${what} of language_model`, count)
  checkPart('ps of language_model', ps)
  checkPart('embed_p of language_model', embed_p)
  const random = seed === undefined ? undefined : new Random(seed).fork('language_model')
  const first = initial(random)
  const dropout = (rate: number, name: string) => (rate > 0 ? [layers.dropout({ rate, name })] : [])
  const tokens = input({ batchShape: [bs, null], name: 'tokens', dtype: 'int32' })
  const all = [
    layers.embedding({ inputDim: vocab_sz, outputDim: emb_sz, name: 'embedding', ...first.embedding() }),
    ...dropout(embed_p, 'dropout_embedding'),
    ...Array.from({ length: n_layers }, (_, i) => i + 1).flatMap(i => [
      recurrentLayer({ kind: arch, units: n_hid, name: `rnn_${i}`, stateful: true }, random),
      ...dropout(ps, `dropout_${i}`),
    ]),
    dense(vocab_sz, 'head', random),
  ]
  const outputs = all.reduce((x, layer) => layer.apply(x) as SymbolicTensor, tokens as SymbolicTensor)
  return model({ inputs: tokens, outputs, name: 'language_model' })
}

keepNames({ language_model })
