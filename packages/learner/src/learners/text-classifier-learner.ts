import { TextDataBunch, type TextFields } from '@onecycle/data'
import { checkOptions, type FileSource, type Kinds, keepNames, show, typeError } from '@onecycle/platform'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { type TextClassifierOptions, text_classifier, textClassifierKinds } from '../model/text-classifier.js'
import { describe, metricsFor } from './chosen.js'
import { ItemLearner } from './item-learner.js'
import { orDispose } from './or-dispose.js'

/** What `text_classifier_learner` is given: sizes and dropout of the model, and what every Learner is given. */
export interface TextClassifierLearnerOptions
  extends LearnerOptions,
    Omit<TextClassifierOptions, 'vocab_sz' | 'out_sz' | 'pad' | 'seed'> {}

const { vocab_sz: _vocab, out_sz: _out, pad: _pad, seed: _seed, ...modelKinds } = textClassifierKinds
const textLearnerKinds: Kinds<TextClassifierLearnerOptions> = { ...learnerKinds, ...modelKinds }

/**
 * A Learner that tells something of texts. {@link text_classifier_learner} makes it; `learn.predict('A fine film!')` answers with
 * `{ label, probs }`, `{ labels, probs }` or `{ value }`.
 *
 * Source: fastai's `TextLearner`.
 *
 * @example
 * const data = await TextDataBunch.from_csv('reviews.csv')
 * const learn: TextLearner = text_classifier_learner(data)
 * await learn.fit_one_cycle(3, 1e-2)
 * await learn.predict('A fine film!')
 */
export class TextLearner extends ItemLearner<string | TextFields> {
  static override readonly name: string = 'TextLearner'

  /**
   * Takes over what a language model has learnt of reading, from a file that its `save_encoder` wrote: the figures of each token, those it does
   * not know getting the mean of all, and its recurrent layers.
   *
   * Source: fastai's `load_encoder`; Howard and Ruder 2018 (arXiv:1801.06146).
   *
   * @throws Error for another file, and an encoder of other layers or sizes; nothing is changed then
   * @example
   * const reviews = await TextDataBunch.from_csv('reviews.csv', { text_col: 'text', label_col: 'stars' })
   * const classifier = text_classifier_learner(reviews, { arch: 'gru', n_hid: 128 })
   * await classifier.load_encoder('models/reader')
   * await classifier.fine_tune(3, 2e-3)
   */
  async load_encoder(source: FileSource): Promise<this> {
    return this.turns.take('load_encoder', true, async () => {
      const { loadEncoder } = await import('./encoder.js')
      await loadEncoder(this.model, (this.data as TextDataBunch).inputs.vocab, source)
      return this
    })
  }
}

/**
 * A Learner with a {@link text_classifier} made for the data. The loss is cross-entropy for classes, binary cross-entropy for several labels, mean
 * squared error for values; metrics are accuracy, or the root of the mean squared error, unless given. What was chosen is said in a line. Layer
 * groups are the embedding, what reads it, and the head. `seed` decides the initial weights too.
 *
 * Source: fastai's `text_classifier_learner`.
 *
 * @throws TypeError for data of another kind, or an unknown option; as {@link text_classifier} and `Learner` do.
 * @example
 * const rows = [{ text: 'A fine film.', kind: 'good' }, { text: 'What a bore!', kind: 'bad' }]
 * const data = await TextDataBunch.from_df([...rows, ...rows, ...rows], { bs: 2, min_freq: 1 })
 * const learn = text_classifier_learner(data, { seed: 1 })
 * await learn.predict('What a film!') // { label: 'good', probs: { bad: 0.49, good: 0.51 } }
 */
export function text_classifier_learner(data: TextDataBunch, options: TextClassifierLearnerOptions = {}): TextLearner {
  if (!(data instanceof TextDataBunch))
    throw typeError(
      'another-kind',
      `text_classifier_learner takes a TextDataBunch, such as TextDataBunch.from_csv makes, but got ${show(data)}.`,
    )
  checkOptions<TextClassifierLearnerOptions>('text_classifier_learner', options, textLearnerKinds)
  const { arch = 'conv', emb_sz = 64, n_hid = 64, kernelSizes, n_layers, ps, embed_p, ...rest } = options
  const vocab_sz = data.inputs.vocab.length
  const own = { arch, emb_sz, n_hid, kernelSizes, n_layers, ps, embed_p, seed: rest.seed }
  const model = text_classifier({ vocab_sz, out_sz: data.c ?? data.targetShape[0] ?? 1, ...own })
  const names = model.layers.map(({ name }) => name)
  const firsts = arch === 'conv' ? [names.find(name => name.startsWith('conv_'))!] : names.filter(name => name.startsWith('rnn_'))
  const layer_groups = rest.layer_groups ?? [...firsts, 'head']
  const learn = orDispose(
    model,
    () => new TextLearner(data, model, { ...rest, layer_groups, metrics: options.metrics ?? metricsFor(data) }),
  )
  const read = arch === 'conv' ? `convolutions of ${(kernelSizes ?? [3]).join(', ')} tokens` : `${n_layers ?? 1} ${arch}`
  learn.log(`text_classifier_learner: ${vocab_sz} tokens x ${emb_sz}, ${read}, ${n_hid} figures each; ${describe(learn)}.`)
  return learn
}

keepNames({ text_classifier_learner })
