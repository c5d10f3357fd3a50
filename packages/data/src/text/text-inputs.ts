import { rangeError, show } from '@onecycle/platform'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import { Staging } from '../staging.js'
import { padded } from './padded.js'
import { Tokenizer, type TokenizerState } from './tokenizer.js'
import { Vocab } from './vocab.js'

/** Fields of a text by name, where it has several. */
export type TextFields = Readonly<Record<string, string>>

/** How texts become numbers, as plain JSON: the rules of the tokenizer, the vocabulary, and the longest text. */
export interface TextInputsState {
  readonly kind: 'text'
  readonly tokenizer: TokenizerState
  readonly vocab: readonly string[]
  /** Tokens of a text at most. */
  readonly max_len?: number
  /** Names of the fields, where a text has several. */
  readonly fields?: readonly string[]
}

/** Makes inputs of texts: the numbers of their tokens. */
export class TextInputs implements ItemInputs {
  static readonly name: string = 'TextInputs'
  readonly tokenizer: Tokenizer
  readonly vocab: Vocab
  readonly max_len: number | undefined
  readonly fields: readonly string[] | undefined
  readonly #staging = new Staging()

  constructor(
    tokenizer: Tokenizer,
    vocab: Vocab,
    more: { max_len?: number | undefined; fields?: readonly string[] | undefined },
  ) {
    this.tokenizer = tokenizer
    this.vocab = vocab
    this.max_len = more.max_len
    this.fields = more.fields
  }

  static restore({ tokenizer, vocab, max_len, fields }: TextInputsState): TextInputs {
    return new TextInputs(new Tokenizer(tokenizer), new Vocab(vocab), { max_len, fields })
  }

  takes(given: unknown): given is string | TextFields | readonly (string | TextFields)[] {
    return Array.isArray(given) ? given.length > 0 && given.every(each => this.#isText(each)) : this.#isText(given)
  }

  #isText(given: unknown): boolean {
    if (typeof given === 'string') return true
    return typeof given === 'object' && given !== null && (this.fields ?? []).some(field => field in given)
  }

  /** @throws RangeError for an empty text, or one that lacks a field */
  async of(given: string | TextFields | readonly (string | TextFields)[]): Promise<EncodedItems> {
    const one = !Array.isArray(given)
    const texts = one ? [given as string | TextFields] : (given as readonly (string | TextFields)[])
    return {
      xs: padded(
        texts.map((text, i) => this.numbers(text, one ? 'The text' : `Text ${i}`)),
        this.#staging,
      ),
      one,
    }
  }

  /** The numbers of the tokens of a text. */
  numbers(text: string | TextFields, name = 'The text'): Int32Array {
    const given = this.#fieldsOf(text, name)
    if (given.every(field => field.trim() === ''))
      throw rangeError('missing-value', `${name} is empty: there is nothing to predict from.`)
    return this.vocab.numericalize(this.tokenizer.tokens(given)).subarray(0, this.max_len)
  }

  #fieldsOf(text: string | TextFields, name: string): string[] {
    const { fields } = this
    if (!fields && typeof text === 'string') return [text]
    const given = fields?.map(field => Object(text)[field])
    if (given?.every(field => typeof field === 'string')) return given
    throw rangeError(
      'wrong-argument',
      `${name} is ${show(text)}; expected ${fields ? `an object with the texts ${fields.join(', ')}, as in training` : 'a string'}.`,
    )
  }

  /** The text that numbers of tokens stand for, as far as they say. */
  written(numbers: ArrayLike<number>): string {
    return this.tokenizer.join(this.vocab.tokens(numbers))
  }

  state(): TextInputsState | undefined {
    const { vocab, max_len, fields } = this
    const tokenizer = this.tokenizer.state()
    if (!tokenizer) return undefined
    return {
      ...{ kind: 'text', tokenizer, vocab: vocab.state() },
      ...(max_len !== undefined && { max_len }),
      ...(fields && { fields }),
    }
  }
}
