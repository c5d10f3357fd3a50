import { checkCount, Random, type RandomState, rangeError, show } from '@onecycle/platform'
import type { Batch, BatchSource, LoaderState } from '../batch.js'
import { Staging } from '../staging.js'
import type { Ragged } from './ragged.js'

interface TextStreamOptions {
  /** Streams that are read side by side. */
  bs: number
  /** Tokens of each stream in a batch, at most. */
  bptt: number
  /** Whether texts come in a new random order in each pass. */
  shuffle: boolean
  seed: number
}

/**
 * Texts one after the other, for a model that is to say which token comes next. They are divided into `bs` streams of one length, each a row of
 * every batch, where it goes on from the batch before: what a stateful layer remembers of a row belongs to its next one. Inputs and targets
 * are int32 [bs, steps], the targets one token further on. All batches have one length, the longest up to `bptt` that leaves out least: the few
 * tokens at the end of a stream that fill no batch.
 *
 * Source: fastai's `LMDataLoader`.
 *
 * @example
 * const data = TextLMDataBunch.from_text('to be or not to be, that is the question', { bs: 2, bptt: 5, min_freq: 1 })
 * const stream = data.train_dl as TextStream
 * console.log(stream.steps, stream.length)
 */
export class TextStream implements BatchSource, Iterable<Batch> {
  static readonly name: string = 'TextStream'
  readonly batchSize: number
  readonly length: number
  readonly samples: number
  /** Tokens of each stream in a batch. */
  readonly steps: number
  readonly #texts: Ragged
  readonly #how: TextStreamOptions
  /** Tokens of a stream. */
  readonly #long: number
  readonly #random = new Random()
  readonly #staging = [new Staging(), new Staging()] as const
  #seed: number
  #resumeAt = 0
  #pass: { readonly before: RandomState; position: number } | undefined

  /** @throws RangeError for too few tokens */
  constructor(texts: Ragged, options: TextStreamOptions, use: 'train' | 'validate') {
    const { bs, bptt, seed } = options
    checkCount('bs', bs)
    checkCount('bptt', bptt)
    this.#long = Math.floor((texts.size - 1) / bs)
    if (this.#long < 1)
      throw rangeError(
        'large-batch',
        `There are ${texts.size} tokens to ${use} on, and bs is ${bs}: each of so many streams takes one at least, and one more is to be predicted. ` +
          'Use a smaller bs, or more text.',
      )
    this.#texts = texts
    this.#how = options
    this.batchSize = bs
    this.length = Math.ceil(this.#long / bptt)
    this.steps = Math.floor(this.#long / this.length)
    this.samples = this.length * bs
    this.#seed = seed
    this.reseed(seed)
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const pass = { before: this.#random.state(), position: this.#resumeAt }
    const tokens = this.#inOneLine()
    this.#resumeAt = 0
    this.#pass = pass
    try {
      while (pass.position < this.length) yield this.#batch(tokens, pass.position++)
    } finally {
      if (this.#pass === pass) this.#pass = undefined
    }
  }

  /** All texts in the order of the next pass. */
  #inOneLine(): Int32Array {
    const texts = this.#texts
    const order = this.#how.shuffle
      ? this.#random.permutation(texts.length)
      : Int32Array.from({ length: texts.length }, (_, i) => i)
    const tokens = new Int32Array(texts.size)
    let at = 0
    for (const i of order) {
      tokens.set(texts.at(i), at)
      at += texts.at(i).length
    }
    return tokens
  }

  #batch(tokens: Int32Array, number: number): Batch {
    const { steps } = this
    const { bs } = this.#how
    const from = number * steps
    const [xs, ys] = this.#staging.map((staging, ahead) =>
      staging.tensor([bs, steps], 'int32', values => {
        for (let row = 0; row < bs; row++) {
          const start = row * this.#long + from + ahead
          values.set(tokens.subarray(start, start + steps), row * steps)
        }
      }),
    )
    return { xs: xs!, ys: ys!, size: bs }
  }

  get seed(): number {
    return this.#seed
  }

  reseed(seed: number): void {
    this.#random.restore(new Random(seed).fork('sampler').state())
    this.#seed = seed
    this.#resumeAt = 0
    this.#pass = undefined
  }

  inOrder(): TextStream {
    return new TextStream(this.#texts, { ...this.#how, shuffle: false }, 'train')
  }

  state(): LoaderState {
    const { batchSize, samples } = this
    const { before, position } = this.#pass ?? { before: this.#random.state(), position: this.#resumeAt }
    return { batchSize, samples, position, sampler: before }
  }

  /** @throws RangeError when the state comes from other texts, or streams of another number or length */
  restore(state: LoaderState): void {
    if (state?.batchSize !== this.batchSize || state.samples !== this.samples)
      throw rangeError(
        'state-mismatch',
        `The state ${show(state)} does not fit texts in ${this.length} batches of ${this.batchSize} streams: restore it into data made of the same ` +
          'texts with the same bs and bptt.',
      )
    checkCount('position', state.position, 0, this.length)
    this.#random.restore(state.sampler as RandomState)
    this.#resumeAt = state.position
    this.#pass = undefined
  }
}
