import { Ragged } from './ragged.js'
import type { Tokenizer } from './tokenizer.js'
import { Vocab, type VocabOptions } from './vocab.js'

/** Texts as tokens, of which each different one is kept once. */
export class TokenizedTexts {
  /** Tokens of each text, by their places in {@link #tokens}. */
  readonly #texts: Ragged
  readonly #tokens: readonly string[]
  readonly #tokenizer: Tokenizer

  constructor(texts: readonly (string | readonly string[])[], tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer
    const places = new Map<string, number>()
    const placeOf = (token: string) => {
      const place = places.get(token) ?? places.size
      if (place === places.size) places.set(token, place)
      return place
    }
    this.#texts = new Ragged(texts.map(text => Int32Array.from(tokenizer.tokens(text), placeOf)))
    this.#tokens = [...places.keys()]
  }

  /** Tokens of each text. */
  get lengths(): Int32Array {
    return this.#texts.lengths
  }

  /** The vocabulary of some of them: every character, unless told otherwise, and tokens that are not rare. */
  vocab(chosen: Int32Array, { max_vocab, min_freq }: VocabOptions): Vocab {
    const { level, marks } = this.#tokenizer
    const counts = new Int32Array(this.#tokens.length)
    for (const i of chosen) for (const place of this.#texts.at(i)) counts[place]!++
    return Vocab.of(
      new Map(this.#tokens.map((token, i) => [token, counts[i]!])),
      { max_vocab, min_freq: min_freq ?? (level === 'char' ? 1 : undefined) },
      marks,
    )
  }

  /** The numbers of their tokens. @param max_len how many at most */
  numericalize(vocab: Vocab, max_len = Number.POSITIVE_INFINITY): Ragged {
    const numbers = vocab.numericalize(this.#tokens)
    const texts = Array.from({ length: this.#texts.length }, (_, i) => this.#texts.at(i).subarray(0, max_len))
    return new Ragged(texts.map(text => text.map(place => numbers[place]!)))
  }
}
