import { checkOptions, type Kinds, kind, show, typeError } from '@onecycle/platform'
import { firstMarks, mark, ruleMarks } from './marks.js'
import { splitWords } from './split-words.js'
import { afterWords, beforeWords, writtenOf } from './word-rules.js'

/** What a `Tokenizer` is given: words or characters, and the rules that a text goes through before. */
export interface TokenizerOptions {
  /**
   * What a token is: a word, a character, or what a function makes of a text, such as the tokenizer of a library that knows parts of words. A
   * function cannot be written into a file: what was trained with one is not exported. Default 'word'.
   */
  level?: 'word' | 'char' | ((text: string) => readonly string[]) | undefined
  /**
   * Whether words are in small letters, with marks before them that say how they were written, and runs of one character or word become
   * their number: fastai's rules. Default true for words; characters and functions have none.
   */
  rules?: boolean | undefined
}

/** What a {@link Tokenizer} is made of: plain JSON. */
export interface TokenizerState {
  readonly level: 'word' | 'char'
  readonly rules: boolean
}

const tokenizerKinds: Kinds<TokenizerOptions> = {
  level: kind.either(kind.choice('word', 'char'), kind.function),
  rules: kind.boolean,
}

/**
 * Divides a text into tokens, the first of which says that it begins, and puts them together again.
 *
 * Source: the tokens `xxbos`, `xxmaj`, `xxup`, `xxrep` and `xxwrep` of fastai's text rules.
 *
 * @throws TypeError for an unknown option, or rules of what has none
 * @example
 * const tokenizer = new Tokenizer()
 * tokenizer.tokens('It is SOOOO good!') // ['xxbos', 'xxmaj', 'it', 'is', 's', 'xxrep', '4', 'o', 'good', '!']
 */
export class Tokenizer {
  static readonly name: string = 'Tokenizer'
  readonly level: 'word' | 'char' | 'function'
  readonly rules: boolean
  readonly #divide: (text: string) => readonly string[]

  constructor(options: TokenizerOptions = {}) {
    checkOptions<TokenizerOptions>('Tokenizer', options, tokenizerKinds)
    const { level = 'word', rules = level === 'word' } = options
    if (rules && level !== 'word')
      throw typeError(
        'one-or-other',
        `Tokenizer: rules are for words, but level is ${typeof level === 'function' ? 'a function' : show(level)}.`,
      )
    this.level = typeof level === 'function' ? 'function' : level
    this.rules = rules
    if (typeof level === 'function') this.#divide = text => requireTokens(level(text))
    else if (level === 'char') this.#divide = text => [...text]
    else this.#divide = rules ? text => afterWords(splitWords(beforeWords(text))) : splitWords
  }

  /** Tokens that are no part of a text, in the order of their numbers in a vocabulary. */
  get marks(): readonly string[] {
    return this.rules ? [...firstMarks, ...ruleMarks] : firstMarks
  }

  /** The tokens of a text, or of the fields of one, each of which then has its number before it. */
  tokens(text: string | readonly string[]): string[] {
    const fields = typeof text === 'string' ? [text] : text
    if (!Array.isArray(fields) || !fields.every(field => typeof field === 'string'))
      throw typeError('wrong-argument', `A Tokenizer takes a text, or a list of fields, but got ${show(text)}.`)
    if (fields.length === 1) return [mark.begin, ...this.#divide(fields[0]!)]
    return [mark.begin, ...fields.flatMap((field, i) => [mark.field, String(i + 1), ...this.#divide(field)])]
  }

  /** Tokens as a text: words with spaces between them, where some belong. */
  join(tokens: readonly string[]): string {
    if (this.level === 'word') return writtenOf(tokens)
    return tokens.filter(token => !(firstMarks as readonly string[]).includes(token) || token === mark.unknown).join('')
  }

  /** Undefined where a function divides texts, which is no data. */
  state(): TokenizerState | undefined {
    return this.level === 'function' ? undefined : { level: this.level, rules: this.rules }
  }
}

function requireTokens(tokens: unknown): readonly string[] {
  if (Array.isArray(tokens) && tokens.every(token => typeof token === 'string')) return tokens
  throw typeError('tokenizer-answer', `The function that divides texts returned ${show(tokens)}; expected a list of texts.`)
}
