import type { Callback, Tensors } from '@onecycle/callbacks'
import { type BatchStream, type Dataset, TextLMDataBunch, type TextStream } from '@onecycle/data'
import { checkOptions, type Kinds, keepNames, Random, show, typeError } from '@onecycle/platform'
import type { Plot } from '@onecycle/plot'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { GenerateOptions } from '../export/generate.js'
import { Learner, type LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { Perplexity } from '../metric/perplexity.js'
import { disposeModel } from '../model/dispose-model.js'
import { type LanguageModelOptions, language_model, languageModelKinds } from '../model/language-model.js'
import type { Samples } from '../model/sample-tensors.js'
import type { Outcomes } from '../work/outcomes.js'
import { describe } from './chosen.js'
import { orDispose } from './or-dispose.js'
import type { ShowStreamsOptions } from './show-streams.js'

/** What `language_model_learner` is given: sizes and dropout of the model, and what every Learner is given. */
export interface LanguageModelLearnerOptions
  extends LearnerOptions,
    Omit<LanguageModelOptions, 'vocab_sz' | 'bs' | 'bptt' | 'seed'> {}

const { vocab_sz: _vocab, bs: _bs, bptt: _bptt, seed: _seed, ...modelKinds } = languageModelKinds
const languageLearnerKinds: Kinds<LanguageModelLearnerOptions> = { ...learnerKinds, ...modelKinds }

/**
 * A Learner that says how texts go on. {@link language_model_learner} makes it.
 *
 * Source: fastai's `LMLearner`.
 *
 * @example
 * const data = TextLMDataBunch.from_text('to be or not to be, that is the question', { bs: 2, bptt: 5, min_freq: 1 })
 * const learn: LanguageLearner = language_model_learner(data, { n_hid: 32, seed: 1 })
 * await learn.save_encoder('encoder')
 */
export class LanguageLearner extends Learner {
  static override readonly name: string = 'LanguageLearner'

  /**
   * A text that goes on from its beginning, by so many tokens: words, or characters, as the data has them. Inputs of the model are taken too, as by
   * every `Learner.predict`, which answers with a tensor.
   *
   * @param prompt the beginning; '' for none
   * @param n_words tokens that are added. Default 1
   * @throws TypeError or RangeError for what is no text, number or option
   * @example
   * const data = TextLMDataBunch.from_text('it was the best of times, it was the worst of times', { bs: 1, bptt: 3, min_freq: 1 })
   * const writer = language_model_learner(data, { seed: 1 })
   * await writer.predict('it was', 4, { temperature: 0.75, seed: 1 })
   */
  override predict(prompt: string, n_words?: number, options?: GenerateOptions): Promise<string>
  override predict(x: Samples | readonly Samples[] | Readonly<Record<string, Samples>>): Tensors
  override predict(given: never, n_words = 1, options: GenerateOptions = {}): Promise<string> | Tensors {
    return typeof given === 'string' ? this.#goOn(given, n_words, options) : super.predict(given)
  }

  async #goOn(prompt: string, n_words: number, options: GenerateOptions): Promise<string> {
    const { checkGenerate, generate } = await import('../export/generate.js')
    checkGenerate('predict', prompt, n_words, options)
    const { standardModel } = await import('../export/standard-model.js')
    // Of one stream, and apart from what a fit remembers.
    const net = standardModel(this.model as LayersModel, ['softmax'], 1)
    try {
      const random = options.seed === undefined ? this.random.stream('generate') : new Random(options.seed)
      return await generate(net, (this.data as TextLMDataBunch).inputs, prompt, n_words, options, random)
    } finally {
      disposeModel(net)
    }
  }

  /** As of every Learner, the streams begun with an empty memory. */
  override async get_preds<Parts extends Tensor | Readonly<Record<string, Tensor>> = Tensor>(
    given?: BatchStream | Dataset,
  ): Promise<{ preds: Parts; targets: Parts }> {
    this.#forget()
    return super.get_preds<Parts>(given)
  }

  /** As of every Learner, the streams begun with an empty memory. */
  override async outcomes(given?: BatchStream | Dataset): Promise<Outcomes> {
    this.#forget()
    return super.outcomes(given)
  }

  /** Between fits, each of which begins anew itself. */
  #forget(): void {
    if (!this.turns.what) (this.model as LayersModel).resetStates()
  }

  /** The beginnings of some streams that validate, beside the tokens that the model takes for the next ones. */
  override async show_results(options: ShowStreamsOptions = {}): Promise<Plot> {
    const { showStreams } = await import('./show-streams.js')
    return showStreams(this.data as TextLMDataBunch, this.model as LayersModel, options)
  }

  /**
   * Writes what the model has learnt of reading, and its vocabulary, for the `load_encoder` of a `text_classifier_learner`. `.safetensors` is added
   * when missing. Resolves to the address in full.
   *
   * Source: fastai's `save_encoder`.
   *
   * @throws Error when it cannot be written
   */
  async save_encoder(address: string): Promise<string> {
    const { saveEncoder } = await import('./encoder.js')
    return this.turns.read(() => saveEncoder(this.model, (this.data as TextLMDataBunch).inputs.vocab, address))
  }
}

/** Has the layers remember nothing when a pass begins, whose first batch goes on from no other. Source: fastai's `ModelResetter`. */
function resetting(model: LayersModel): Callback {
  const reset = () => model.resetStates()
  return { name: 'ModelResetter', before_train: reset, before_validate: reset }
}

/**
 * A Learner with a {@link language_model} made for the data. The loss is cross-entropy, the metrics are accuracy and perplexity unless given; what was
 * chosen is said in a line. Layer groups are the embedding, each recurrent layer or block, and the head. What the layers remember begins anew with each
 * pass. `seed` decides the initial weights too.
 *
 * Source: fastai's `language_model_learner`.
 *
 * @throws TypeError for data of another kind, or an unknown option; as {@link language_model} and `Learner` do.
 * @example
 * const data = TextLMDataBunch.from_text('to be or not to be, that is the question', {
 *   tokenizer: new Tokenizer({ level: 'char' }), bs: 2, bptt: 5,
 * })
 * const learn = language_model_learner(data, { n_hid: 32, seed: 1 })
 * await learn.predict('to ', 10, { seed: 1 })
 */
export function language_model_learner(data: TextLMDataBunch, options: LanguageModelLearnerOptions = {}): LanguageLearner {
  if (!(data instanceof TextLMDataBunch))
    throw typeError(
      'another-kind',
      `language_model_learner takes a TextLMDataBunch, such as TextLMDataBunch.from_text makes, but got ${show(data)}.`,
    )
  checkOptions<LanguageModelLearnerOptions>('language_model_learner', options, languageLearnerKinds)
  const { arch = 'gru', emb_sz = 64, n_hid, n_layers = 1, n_heads = 4, ps, embed_p, ...rest } = options
  const { steps: bptt } = data.train_dl as unknown as TextStream
  const vocab_sz = data.inputs.vocab.length
  const bs = data.train_dl.batchSize
  const model = language_model({ vocab_sz, bs, bptt, arch, emb_sz, n_hid, n_layers, n_heads, ps, embed_p, seed: rest.seed })
  const part = arch === 'transformer' ? 'block' : 'rnn'
  const layer_groups = rest.layer_groups ?? [...Array.from({ length: n_layers }, (_, i) => `${part}_${i + 1}`), 'head']
  const metrics = options.metrics ?? ['accuracy' as const, new Perplexity()]
  const learn = orDispose(
    model,
    () => new LanguageLearner(data, model, { ...rest, layer_groups, metrics, loss: rest.loss ?? 'cross_entropy' }),
  )
  learn.bus.add(resetting(model))
  const reads =
    arch === 'transformer'
      ? `${n_layers} blocks of ${n_heads} heads that look at ${bptt} tokens`
      : `${n_layers} ${arch} of ${n_hid ?? 128} units`
  learn.log(`language_model_learner: ${vocab_sz} tokens x ${emb_sz}, ${reads}; ${describe(learn)}.`)
  return learn
}

keepNames({ language_model_learner })
