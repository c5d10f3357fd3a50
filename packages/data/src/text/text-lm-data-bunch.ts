import {
  checkCount,
  checkNumber,
  checkOptions,
  type FileSource,
  type Kinds,
  kind,
  listOf,
  type OneOrMore,
  type PrettyString,
  show,
  typeError,
} from '@onecycle/platform'
import { allOf } from '../all-of.js'
import { DataBunch } from '../data-bunch.js'
import { inLines } from '../in-lines.js'
import type { Parts } from '../parts.js'
import { randomSplit } from '../random-split.js'
import type { ReadTableOptions } from '../source/read-table.js'
import { Table } from '../table/table.js'
import { type TableLike, tableFrom } from '../table/table-from.js'
import { columnsOf, requireText, textsIn } from './labelled-texts.js'
import { Ragged } from './ragged.js'
import { readText } from './read-text.js'
import { TextInputs } from './text-inputs.js'
import { type NumericalizeOptions, numericalizeKinds } from './text-options.js'
import { TextStream } from './text-stream.js'
import { TokenizedTexts } from './tokenized.js'
import { Tokenizer } from './tokenizer.js'

/** How a stream of texts is cut for a language model: batches side by side, tokens of a step, and what validates. */
export interface TextLMOptions extends NumericalizeOptions {
  /** Streams that are read side by side, the rows of each batch. Default 64. */
  bs?: number | undefined
  /** Tokens of each stream in a batch at most, through which the gradient goes back. Default 72, as in fastai. */
  bptt?: number | undefined
  /** Decides the order of texts in each pass, and which validate. Default 0. */
  seed?: number | undefined
  /** Texts to validate on. */
  valid?: OneOrMore<string> | undefined
  /** Part of the texts to validate on, at random; of a single text its last part. Default 0.1, as in fastai. */
  valid_pct?: number | undefined
}

/** What `TextLMDataBunch.from_df` is given: the column of texts, and how the stream is cut. */
export interface TextLMTableOptions extends Omit<TextLMOptions, 'valid'> {
  /** The column of texts, by name or place; or several, which become fields of one text. Default the first. */
  text_col?: string | number | readonly string[] | undefined
}

/** What `TextLMDataBunch.from_text_files` is given: what validates, the encoding, and how the stream is cut. */
export interface TextLMFilesOptions extends Omit<TextLMOptions, 'valid'> {
  /** Files to validate on. */
  valid?: OneOrMore<FileSource> | undefined
  /** How characters are written as bytes, as `TextDecoder` names it. Default 'utf-8'. */
  encoding?: string | undefined
}

const textLMKinds: Kinds<TextLMOptions> = {
  ...numericalizeKinds,
  ...{ bs: kind.number, bptt: kind.number, seed: kind.number, valid_pct: kind.number },
  valid: kind.either(kind.string, kind.listOf(kind.string)),
}

/** Tokens that are shown of a stream. */
const shownTokens = 40

/**
 * The data of texts of which a model is to say how they go on: streams of tokens, each row of a batch going on from the batch before. Targets are the
 * next tokens. {@link TextStream} says how they are divided.
 *
 * Source: fastai 1's `TextLMDataBunch`.
 *
 * @example
 * const data = TextLMDataBunch.from_text('to be or not to be, that is the question', {
 *   tokenizer: new Tokenizer({ level: 'char' }), bs: 2, bptt: 5,
 * })
 */
export class TextLMDataBunch extends DataBunch {
  static override readonly name: string = 'TextLMDataBunch'
  override readonly inputs: TextInputs
  /** Tokens of each stream in a batch at most. */
  readonly bptt: number
  readonly #summary: () => PrettyString

  /** Made by {@link from_text}, {@link from_text_files} and {@link from_df}. */
  private constructor(parts: Parts, inputs: TextInputs, bptt: number, summary: () => PrettyString) {
    if (!(inputs instanceof TextInputs))
      throw typeError(
        'not-by-new',
        'A TextLMDataBunch is made by TextLMDataBunch.from_text, from_text_files, from_csv and from_df.',
      )
    super(parts)
    this.inputs = inputs
    this.bptt = bptt
    this.#summary = summary
  }

  /**
   * From a text, or a list of them.
   *
   * @throws RangeError for an empty text, or too few tokens for the streams; TypeError for what is no text, both `valid` and `valid_pct`, or an
   * unknown option
   */
  static from_text(texts: OneOrMore<string>, options: TextLMOptions = {}): TextLMDataBunch {
    checkOptions<TextLMOptions>('TextLMDataBunch.from_text', options, textLMKinds)
    const { valid, ...rest } = options
    const given = listOf(texts)
    if (given.length === 0 || given.some(text => typeof text !== 'string'))
      throw typeError('wrong-argument', `TextLMDataBunch.from_text takes a text, or a list of them, but got ${show(texts)}.`)
    const fieldsOf = (own: readonly string[]) => own.map(text => [text])
    return TextLMDataBunch.#of(fieldsOf(given), valid === undefined ? undefined : fieldsOf(listOf(valid)), rest, undefined)
  }

  /**
   * From files of text, each a text of its own.
   *
   * @throws Error for a file that cannot be read, or is no text in the encoding; as {@link from_text}
   */
  static async from_text_files(files: OneOrMore<FileSource>, options: TextLMFilesOptions = {}): Promise<TextLMDataBunch> {
    const { valid, encoding, ...rest } = Object(options) as TextLMFilesOptions
    checkOptions<TextLMOptions>('TextLMDataBunch.from_text_files', rest, textLMKinds)
    const readAll = (sources: OneOrMore<FileSource>) =>
      allOf(listOf(sources).map(async source => [await readText(source, encoding)]))
    return TextLMDataBunch.#of(await readAll(files), valid === undefined ? undefined : await readAll(valid), rest, undefined)
  }

  /** From a file of a table, as `TextDataBunch.from_csv` reads it; each row is a text. Throws as {@link from_df}. */
  static async from_csv(
    source: FileSource,
    options: TextLMTableOptions & Omit<ReadTableOptions, 'columns'> = {},
  ): Promise<TextLMDataBunch> {
    const { readTexts } = await import('./read-texts.js')
    const { table, rest } = await readTexts(source, options)
    return TextLMDataBunch.from_df(table, rest)
  }

  /** From a {@link Table}, a list of rows as objects, or an object of columns; each row is a text. Throws as {@link from_text}. */
  static from_df(df: TableLike, options: TextLMTableOptions = {}): TextLMDataBunch {
    const { text_col = 0, ...rest } = Object(options) as TextLMTableOptions
    checkOptions<TextLMOptions>('TextLMDataBunch.from_df', rest, textLMKinds)
    const table = tableFrom(df)
    const fields = columnsOf('text_col', text_col, table)
    return TextLMDataBunch.#of(textsIn(table, fields), undefined, rest, fields)
  }

  /**
   * The beginning of some streams as the next pass gives them, and what is to be told of them: their tokens one place further on.
   *
   * @param options.rows how many. Default 9.
   */
  async show_batch(options: { rows?: number | undefined } = {}): Promise<Table> {
    checkOptions<{ rows?: number }>('show_batch', options, { rows: kind.number })
    const rows = checkCount('rows', options.rows ?? 9, 1)
    const [batch] = (this.train_dl as TextStream).inOrder()
    const { xs, ys, size } = batch!
    const written = async (tensor: typeof xs) => {
      const [one] = [tensor].flat()
      const numbers = await one!.data()
      one!.dispose()
      const steps = numbers.length / size
      return Array.from({ length: Math.min(rows, size) }, (_, row) =>
        this.inputs.vocab.tokens(numbers.subarray(row * steps, row * steps + Math.min(steps, shownTokens))).join(' '),
      )
    }
    return Table.from_columns({ text: await written(xs), target: await written(ys) })
  }

  /** What becomes of texts on their way into a batch, for a person to read. */
  summary(): PrettyString {
    return this.#summary()
  }

  static #of(
    train: readonly (readonly string[])[],
    valid: readonly (readonly string[])[] | undefined,
    options: Omit<TextLMOptions, 'valid'>,
    fields: readonly string[] | undefined,
  ): TextLMDataBunch {
    const { bs = 64, bptt = 72, seed = 0, valid_pct, max_vocab, min_freq, tokenizer = new Tokenizer() } = options
    if (valid && valid_pct !== undefined)
      throw typeError('one-or-other', 'Both valid and valid_pct are given: choose one way to get a validation set.')
    const texts = [...train, ...(valid ?? [])]
    for (const [i, text] of texts.entries()) requireText(text, `Text ${i}`)
    const tokenized = new TokenizedTexts(texts, tokenizer)
    const sides = sidesOf(tokenized, train.length, valid ? undefined : (valid_pct ?? 0.1), seed)
    const vocab = options.vocab ?? tokenized.vocab(sides.known, { max_vocab, min_freq })
    const [ours, theirs] = sides.of(tokenized.numericalize(vocab))
    const train_dl = new TextStream(ours, { bs, bptt, seed, shuffle: true }, 'train')
    // No longer than those that train: of places beyond, attention has learnt nothing.
    const valid_dl = new TextStream(theirs, { bs, bptt: train_dl.steps, seed, shuffle: false }, 'validate')
    const shape = [train_dl.steps]
    const what = { inputShape: shape, targetShape: shape, target: 'class' as const, c: vocab.length }
    const inputs = new TextInputs(tokenizer, vocab, { fields: fields && fields.length > 1 ? fields : undefined })
    const summary = () =>
      inLines([
        ['texts', `${ours.length} to train on, ${theirs.length} to validate on`],
        [
          'tokens',
          `${tokenizer.level === 'function' ? 'of a function' : `${tokenizer.level}s`}: ${ours.size} to train on, ${theirs.size} to validate on`,
        ],
        ['vocabulary', `${vocab.length} tokens`],
        [
          'batch',
          `xs and ys int32 [${bs}, ${train_dl.steps}], ${train_dl.length} to train on, ${valid_dl.length} to validate on`,
        ],
      ])
    return new TextLMDataBunch({ train_dl, valid_dl, ...what }, inputs, bptt, summary)
  }
}

interface Sides {
  /** Texts that the vocabulary is learnt from. */
  readonly known: Int32Array
  of(texts: Ragged): [train: Ragged, valid: Ragged]
}

/** @param valid_pct undefined where texts after the first `count` validate */
function sidesOf(tokenized: TokenizedTexts, count: number, valid_pct: number | undefined, seed: number): Sides {
  const upTo = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i)
  const pick = (texts: Ragged, side: Int32Array) => new Ragged(Array.from(side, i => texts.at(i)))
  if (valid_pct !== undefined) checkNumber('valid_pct', valid_pct, { above: 0, below: 1 })
  if (valid_pct !== undefined && count === 1) {
    const [length] = tokenized.lengths as unknown as [number]
    const cut = length - Math.floor(length * valid_pct)
    const of = (texts: Ragged): [Ragged, Ragged] => [
      new Ragged([texts.at(0).subarray(0, cut)]),
      new Ragged([texts.at(0).subarray(cut)]),
    ]
    return { known: upTo(0, 1), of }
  }
  const all = tokenized.lengths.length
  const [train, valid] = valid_pct === undefined ? [upTo(0, count), upTo(count, all)] : randomSplit(all, valid_pct, seed)
  return { known: train, of: texts => [pick(texts, train), pick(texts, valid)] }
}
