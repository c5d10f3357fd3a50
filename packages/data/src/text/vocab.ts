import { checkCount, checkOptions, type Kinds, kind, rangeError, show, typeError } from '@onecycle/platform'
import { firstMarks, mark } from './marks.js'

/** Which tokens a vocabulary has: at most so many, each at least so often. */
export interface VocabOptions {
  /** Most tokens. Default 60000, as in fastai. */
  max_vocab?: number | undefined
  /** How often a token is to be there at least. Default 3, as in fastai, and 1 for characters. */
  min_freq?: number | undefined
}

export const vocabKinds: Kinds<VocabOptions> = { max_vocab: kind.number, min_freq: kind.number }

/**
 * Tokens by their numbers. A token that is not among them is `xxunk`, whose number is 0.
 *
 * Source: fastai 1's `Vocab`.
 *
 * @throws TypeError for what is no list of texts; RangeError where a token is there twice, or the first is not `xxunk`
 * @example
 * const vocab = Vocab.create([['xxbos', 'the', 'cat'], ['xxbos', 'the', 'dog']], { min_freq: 2 })
 * vocab.numericalize(['the', 'bird']) // Int32Array [3, 0]
 */
export class Vocab {
  static readonly name: string = 'Vocab'
  /** The token of each number. */
  readonly itos: readonly string[]
  readonly #numbers: ReadonlyMap<string, number>

  constructor(itos: readonly string[]) {
    if (!Array.isArray(itos) || !itos.every(token => typeof token === 'string'))
      throw typeError('vocab', `A Vocab is made of a list of tokens, but got ${show(itos)}.`)
    if (itos[0] !== mark.unknown)
      throw rangeError(
        'vocab',
        `The first token of a Vocab is ${show(itos[0])}; expected '${mark.unknown}', which stands for all others.`,
      )
    this.itos = itos
    this.#numbers = new Map(itos.map((token, i) => [token, i]))
    if (this.#numbers.size < itos.length)
      throw rangeError(
        'vocab',
        `${show(itos.find((token, i) => this.#numbers.get(token) !== i))} is in the Vocab twice; expected once.`,
      )
  }

  /**
   * The most frequent tokens of texts; of those as frequent as each other those first that come first in Unicode.
   *
   * @param texts the tokens of each
   * @param marks that come first, however frequent. Default xxunk, xxpad and xxbos
   */
  static create(texts: Iterable<readonly string[]>, options: VocabOptions = {}, marks: readonly string[] = firstMarks): Vocab {
    const counts = new Map<string, number>()
    for (const tokens of texts) for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
    return Vocab.of(counts, options, marks)
  }

  /** As {@link create}, of tokens that have been counted. */
  static of(counts: ReadonlyMap<string, number>, options: VocabOptions, marks: readonly string[]): Vocab {
    checkOptions<VocabOptions>('Vocab', options, vocabKinds)
    const { max_vocab = 60_000, min_freq = 3 } = options
    checkCount('max_vocab', max_vocab, marks.length + 1)
    checkCount('min_freq', min_freq)
    const frequent = [...counts].filter(([token, count]) => count >= min_freq && !marks.includes(token))
    frequent.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    return new Vocab([...marks, ...frequent.slice(0, max_vocab - marks.length).map(([token]) => token)])
  }

  get length(): number {
    return this.itos.length
  }

  /** The number of a token, 0 for one that is not there. */
  number(token: string): number {
    return this.#numbers.get(token) ?? 0
  }

  numericalize(tokens: readonly string[]): Int32Array {
    return Int32Array.from(tokens, token => this.number(token))
  }

  /** @throws RangeError for a number that none has */
  tokens(numbers: ArrayLike<number>): string[] {
    return Array.from(numbers, number => {
      const token = this.itos[number]
      if (token === undefined) throw rangeError('vocab', `There is no token ${number} in a Vocab of ${this.length}.`)
      return token
    })
  }

  /** Plain JSON, of which a Vocab is made again. */
  state(): readonly string[] {
    return this.itos
  }
}
