import {
  checkCount,
  checkOptions,
  type FileSource,
  type Kinds,
  kind,
  type PrettyString,
  say,
  show,
  typeError,
} from '@onecycle/platform'
import { DataBunch, type ValuesMeaning } from '../data-bunch.js'
import { DataLoader } from '../data-loader.js'
import { Subset } from '../dataset.js'
import { inLines, percent } from '../in-lines.js'
import type { Parts } from '../parts.js'
import { SortishSampler } from '../sampler/sortish-sampler.js'
import type { ReadTableOptions } from '../source/read-table.js'
import { Table } from '../table/table.js'
import { type TableLike, tableFrom } from '../table/table-from.js'
import { type LabelledTexts, textsOfTable } from './labelled-texts.js'
import { Ragged } from './ragged.js'
import { TextDataset, type TextTargets } from './text-dataset.js'
import type { TextFolderOptions } from './text-folder.js'
import { type TextFields, TextInputs } from './text-inputs.js'
import { type TextOptions, type TextTableOptions, textKinds, textTableKinds } from './text-options.js'
import { TokenizedTexts } from './tokenized.js'
import { Tokenizer } from './tokenizer.js'

/** What `TextDataBunch.from_folder` is given: folders, encoding, and how texts become numbers. */
export interface TextFolderBunchOptions extends Omit<TextOptions, 'target'>, TextFolderOptions {}

/** What `TextDataBunch.from_csv` is given: columns of texts and labels, and how the file is read. */
export interface TextCsvOptions extends TextTableOptions, Omit<ReadTableOptions, 'columns'> {}

const { target: _, ...kindsOfTexts } = textKinds
const textFolderKinds: Kinds<TextFolderBunchOptions> = {
  ...kindsOfTexts,
  ...{ train: kind.string, valid: kind.string, classes: kind.listOf(kind.string), extensions: kind.listOf(kind.string) },
  encoding: kind.string,
}

/** Tokens of a text at most, where nothing is said. */
const longest = 512
/** Tokens of a text that are shown. */
const shownTokens = 150

/**
 * The data of texts of which something is to be told: a class, labels or values. Texts are numbers of tokens, int32 [batch, length], those of like
 * length in one batch and filled up behind by `xxpad`, whose number is 1. The vocabulary is learnt from the texts that train.
 *
 * Source: fastai's `TextDataLoaders`.
 *
 * @example
 * const rows = [{ text: 'A fine film.', kind: 'good' }, { text: 'What a bore!', kind: 'bad' }]
 * const data = await TextDataBunch.from_df([...rows, ...rows, ...rows], { bs: 2, min_freq: 1 })
 */
export class TextDataBunch extends DataBunch {
  static override readonly name: string = 'TextDataBunch'
  override readonly inputs: TextInputs
  readonly #whole: TextDataset
  readonly #what: LabelledTexts
  /** Tokens that texts had before they were cut. */
  readonly #lengths: Int32Array

  /** Made by {@link from_csv}, {@link from_df} and {@link from_folder}. */
  private constructor(parts: Parts, inputs: TextInputs, whole: TextDataset, what: LabelledTexts, lengths: Int32Array) {
    if (!(inputs instanceof TextInputs))
      throw typeError('not-by-new', 'A TextDataBunch is made by TextDataBunch.from_csv, from_df and from_folder.')
    super(parts)
    this.inputs = inputs
    this.#whole = whole
    this.#what = what
    this.#lengths = lengths
  }

  /**
   * From a file: separated values, JSON, Parquet or Arrow, as its first bytes say.
   *
   * @param source a path or another address, a File or Blob, bytes, or a text of several lines
   * @throws Error that says what is wrong with the file, by the line; as {@link from_df} does
   *
   * @example
   * const reviews = 'text,kind\nA fine film.,good\nWhat a bore!,bad\nSo fine!,good\nA bore.,bad\n'
   * const data = await TextDataBunch.from_csv(reviews, { text_col: 'text', label_col: 'kind', valid_pct: 0.5, bs: 2, min_freq: 1 })
   */
  static async from_csv(source: FileSource, options: TextCsvOptions = {}): Promise<TextDataBunch> {
    const { readTexts } = await import('./read-texts.js')
    const { table, rest } = await readTexts<TextTableOptions>(source, options)
    return TextDataBunch.from_df(table, rest)
  }

  /**
   * From a {@link Table}, a list of rows as objects, or an object of columns.
   *
   * @throws RangeError for a column that is not there, a text that is empty, rows without a label, one class alone, or too few rows; TypeError for
   * an unknown option
   */
  static async from_df(df: TableLike, options: TextTableOptions = {}): Promise<TextDataBunch> {
    checkOptions<TextTableOptions>('TextDataBunch.from_df', options, textTableKinds)
    return TextDataBunch.#of(textsOfTable(tableFrom(df), options), options)
  }

  /**
   * From a folder with a folder of texts for each class: `train/class/file.txt` and `valid/class/file.txt`, or `class/file.txt` and `valid_pct`.
   *
   * @param folder a path; a page has none
   * @throws Error for a file that cannot be read, or is no text in the encoding; RangeError for an empty folder or text, a file in no folder of a
   * class, one class alone, or nothing to validate on; TypeError for an unknown option
   */
  static async from_folder(folder: string, options: TextFolderBunchOptions = {}): Promise<TextDataBunch> {
    checkOptions<TextFolderBunchOptions>('TextDataBunch.from_folder', options, textFolderKinds)
    const { textsOfFolder } = await import('./text-folder.js')
    const { train, valid, classes, extensions, encoding, ...rest } = options
    const how = { train, valid, classes, extensions, encoding }
    return TextDataBunch.#of(await textsOfFolder(folder, how, rest.valid_pct, rest.seed ?? 0), rest)
  }

  /**
   * New texts as batches to predict, in the order they come, all of them, without targets.
   *
   * @param texts each a string, or an object of its fields where texts have several
   * @param options.bs texts in a batch. Default as in validation.
   * @throws RangeError for a text that is empty, or lacks a field
   *
   * @example
   * const rows = [{ text: 'A fine film.', kind: 'good' }, { text: 'What a bore!', kind: 'bad' }]
   * const data = await TextDataBunch.from_df([...rows, ...rows, ...rows], { bs: 2, min_freq: 1 })
   * const fresh = data.test_dl(['A fine bore.'])
   * fresh.samples // 1
   */
  test_dl(texts: readonly (string | TextFields)[], options: { bs?: number | undefined } = {}): DataLoader {
    checkOptions<{ bs?: number }>('test_dl', options, { bs: kind.number })
    const { bs = (this.valid_dl ?? this.train_dl).batchSize } = options
    if (!Array.isArray(texts) || texts.length === 0)
      throw typeError('wrong-argument', `test_dl takes a list of texts, but got ${show(texts)}.`)
    const numbers = texts.map((text, i) => this.inputs.numbers(text, `Text ${i}`))
    return new DataLoader(new TextDataset(new Ragged(numbers), undefined, 'the new texts'), { bs })
  }

  /** Texts of each class: to train on, to validate on, and their part of all. Undefined where no single class is told. */
  get classBalance(): Table | undefined {
    const { targets, split, texts } = this.#what
    if (targets.target !== 'class' || !targets.classes) return undefined
    const [train, valid] = split.map(side => {
      const counts = new Float64Array(targets.classes!.length)
      for (const i of side) counts[targets.y.data[i]!]!++
      return counts
    }) as [Float64Array, Float64Array]
    const part = train.map((count, i) => (count + valid[i]!) / texts.length)
    return Table.from_columns({ [targets.names[0]!]: [...targets.classes], train, valid, part })
  }

  /**
   * Some texts to train on as a model gets them, as their tokens, beside what is to be told of them. `String(data.show_batch())` is for a
   * terminal.
   *
   * @param options.rows how many. Default 9.
   */
  show_batch(options: { rows?: number | undefined } = {}): Table {
    checkOptions<{ rows?: number }>('show_batch', options, { rows: kind.number })
    const { rows = 9 } = options
    checkCount('rows', rows, 1)
    const { split, targets } = this.#what
    const [train] = split
    const n = Math.min(rows, train.length)
    const chosen = Array.from({ length: n }, (_, i) => train[Math.floor((i * train.length) / n)]!)
    return Table.from_columns({
      text: chosen.map(i => this.inputs.vocab.tokens(this.#whole.text(i).subarray(0, shownTokens)).join(' ')),
      [targets.names.join(', ')]: chosen.map(i => labelOf(targets, i)),
    })
  }

  /** What becomes of a text on its way into a batch: each stage, with shapes and types, for a person to read. */
  summary(): PrettyString {
    const { texts, split, targets, title } = this.#what
    const { tokenizer, vocab, max_len = longest } = this.inputs
    const [train, valid] = split
    const sorted = this.#lengths.slice().sort()
    const cut = sorted.filter(length => length > max_len).length
    const unknown = unknownPart(train, i => this.#whole.text(i))
    const bs = this.train_dl.batchSize
    const ys = `ys ${targets.target === 'class' ? 'int32' : 'float32'} [${[bs, ...this.targetShape]}]`
    const balance = [...(this.classBalance?.rows() ?? [])].map(
      row => `${row[targets.names[0]!]} ${percent(row['part'] as number)}`,
    )
    const what = {
      class: `classes: ${balance.join(', ')}`,
      multilabel: `labels: ${targets.classes?.join(', ')}`,
      value: 'values',
    }
    const stages = [
      ['texts', `${texts.length} of ${title}: ${train.length} to train on, ${valid.length} to validate on`],
      [
        'tokens',
        `${tokenizer.level === 'function' ? 'of a function' : `${tokenizer.level}s`}${tokenizer.rules ? ", by fastai's rules" : ''}; half of the texts have at most ${sorted[sorted.length >> 1]}, the longest ${sorted.at(-1)}`,
      ],
      ['cut', `${cut} texts, at ${max_len} tokens`],
      ['vocabulary', `${vocab.length} tokens; ${percent(unknown)} of those to train on are none of them`],
      ['target', `${targets.names.join(', ')}, ${what[targets.target]}`],
      ['batch', `xs int32 [${bs}, length of the longest], ${ys}`],
    ]
    return inLines(stages)
  }

  override valuesOf(): ValuesMeaning {
    const { target, names } = this.#what.targets
    return target === 'value' && names.length > 1 ? { values: names } : {}
  }

  static #of(what: LabelledTexts, options: TextOptions): TextDataBunch {
    const {
      bs = 64,
      valid_bs = bs,
      drop_last = true,
      seed = 0,
      prefetch,
      shard,
      max_len = longest,
      max_vocab,
      min_freq,
    } = options
    const { tokenizer = new Tokenizer() } = options
    checkCount('max_len', max_len, 2)
    const { texts, fields, targets, split, title } = what
    const tokenized = new TokenizedTexts(texts, tokenizer)
    const vocab = options.vocab ?? tokenized.vocab(split[0], { max_vocab, min_freq })
    const whole = new TextDataset(tokenized.numericalize(vocab, max_len), targets, title)
    const [train, valid] = [new Subset(whole, split[0]), new Subset(whole, split[1])]
    const lengths = Array.from(split[0], i => whole.text(i).length)
    const sampler = new SortishSampler(lengths, { bs: bs * (shard?.size ?? 1) })
    const train_dl = new DataLoader(train, { bs, drop_last, sampler, prefetch, shard })
    train_dl.reseed(seed)
    const valid_dl = new DataLoader(valid, { bs: valid_bs, prefetch, shard })
    const { inputShape, targetShape, target, c } = whole
    const parts = {
      train_dl,
      valid_dl,
      train_ds: train,
      valid_ds: valid,
      inputShape,
      targetShape,
      target,
      c,
      classes: targets.classes,
    }
    const data = new TextDataBunch(parts, new TextInputs(tokenizer, vocab, { max_len, fields }), whole, what, tokenized.lengths)
    sayWhatStandsAlone(data, title)
    return data
  }
}

/** What is to be told of a text, as a person reads it. */
function labelOf({ target, classes, y }: TextTargets, i: number): string {
  const size = y.shape[0] ?? 1
  const own = [...y.data.subarray(i * size, (i + 1) * size)] as number[]
  if (target === 'multilabel') return own.flatMap((has, label) => (has === 1 ? classes![label]! : [])).join(', ')
  return target === 'class' ? classes![own[0]!]! : own.join(', ')
}

/** Part of the tokens of some texts that the vocabulary does not have. */
function unknownPart(chosen: Int32Array, text: (i: number) => Int32Array): number {
  let [unknown, all] = [0, 0]
  for (const i of chosen) {
    all += text(i).length
    for (const number of text(i)) if (number === 0) unknown++
  }
  return unknown / all
}

function sayWhatStandsAlone({ classBalance }: TextDataBunch, title: string): void {
  if (!classBalance) return
  const [name] = classBalance.names as [string]
  const alone = [...classBalance.rows()].filter(({ train, valid }) => Number(train) + Number(valid) === 1)
  if (alone.length === 0) return
  const which = alone.map(row => show(row[name])).join(', ')
  say(`${title}: of ${name} ${which} there is one text, which is trained on or validated on, and never both.`)
}
