import { type Kind, type Kinds, kind } from '@onecycle/platform'
import { type BunchOptions, bunchKinds } from '../data-bunch.js'
import type { SplitBy } from '../table/split-by.js'
import type { TargetKind } from '../target.js'
import { Tokenizer } from './tokenizer.js'
import { Vocab, type VocabOptions, vocabKinds } from './vocab.js'

/** How texts become numbers. */
export interface NumericalizeOptions extends VocabOptions {
  /** Divides texts into tokens. Default words, by fastai's rules. */
  tokenizer?: Tokenizer | undefined
  /** Tokens by number, of a language model, say. Default: those of the texts to train on that are frequent enough. */
  vocab?: Vocab | undefined
}

/** What `TextDataBunch` is given: how texts become numbers, the longest one, the kind of target, and what validates. */
export interface TextOptions extends NumericalizeOptions, Omit<BunchOptions, 'classes'> {
  /** Tokens of a text at most; what comes after them is left out. Default 512. */
  max_len?: number | undefined
  /** What is to be told. Default: classes where it is texts or few whole numbers, several labels with `label_delim`, values otherwise. */
  target?: TargetKind | undefined
  /** Part of the texts to validate on. Default 0.2. */
  valid_pct?: number | undefined
}

/** Which columns of a table are texts, labels, and the mark of what validates. */
export interface TextTableOptions extends TextOptions {
  /** The column of texts, by name or place; or several, which become fields of one text. Default the first. */
  text_col?: string | number | readonly string[] | undefined
  /** The column of labels, by name or place; or several, of values. Default the second. */
  label_col?: string | number | readonly string[] | undefined
  /** What divides the labels of a text that has several. */
  label_delim?: string | undefined
  /** A column that marks rows to validate on by true or 1. */
  valid_col?: string | undefined
  /** How rows are divided otherwise than at random, as of `TabularDataBunch`. */
  split?: SplitBy | undefined
}

const instanceOf = (made: typeof Tokenizer | typeof Vocab, how: string): Kind => ({
  expected: `a ${made.name}, ${how}`,
  fits: value => value instanceof made,
})

export const numericalizeKinds: Kinds<NumericalizeOptions> = {
  ...vocabKinds,
  tokenizer: instanceOf(Tokenizer, "new Tokenizer({ level: 'char' })"),
  vocab: instanceOf(Vocab, 'such as data.inputs.vocab'),
}

const { classes: _, ...ownBunchKinds } = bunchKinds

export const textKinds: Kinds<TextOptions> = {
  ...numericalizeKinds,
  ...ownBunchKinds,
  ...{ max_len: kind.number, target: kind.choice('class', 'multilabel', 'value'), valid_pct: kind.number },
}

const columnKind = kind.either(kind.string, kind.number, kind.listOf(kind.string))

export const textTableKinds: Kinds<TextTableOptions> = {
  ...textKinds,
  ...{ text_col: columnKind, label_col: columnKind, label_delim: kind.string, valid_col: kind.string },
  split: kind.either(kind.object, kind.list),
}
