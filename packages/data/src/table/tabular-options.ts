import { type Kinds, kind } from '@onecycle/platform'
import { type BunchOptions, bunchKinds } from '../data-bunch.js'
import type { TargetKind } from '../target.js'
import type { Categorify } from './procs/categorify.js'
import type { FillMissing } from './procs/fill-missing.js'
import type { Normalize } from './procs/normalize.js'
import type { SplitBy } from './split-by.js'

type Proc = Categorify | FillMissing | Normalize
/** What prepares the columns: {@link Categorify}, {@link FillMissing} and {@link Normalize}, as classes or made with options. */
export type TabularProc = Proc | (new () => Proc)

/** What `TabularDataBunch` is given: the targets, columns of categories and numbers, what prepares them, and what validates. */
export interface TabularOptions extends Omit<BunchOptions, 'classes'> {
  /**
   * The column that is predicted. Several are one target where all are values, or all are yes and no (or 0 and 1) and so labels; else each has an
   * output of its own, called as it is, as far as a name may be. By name, `{ place: ['x', 'y'], kind: 'kind' }`, they have outputs of these names. `'x'`,
   * where no column is called so, is the inputs themselves, for a model that is to give them back; null is nothing, for rows that are only predicted.
   */
  y: string | readonly string[] | Readonly<Record<string, string | readonly string[]>> | null
  /**
   * What y is, of several outputs by name. Default: classes where it is texts, yes and no, or whole numbers of which at most `max_card` differ; labels
   * where there is a `label_delim`, or several columns are yes and no; values otherwise.
   */
  target?: TargetKind | Readonly<Record<string, TargetKind>> | undefined
  /** What stands between the labels of a cell, such as ';', of several outputs by name: an empty cell has none. */
  label_delim?: string | Readonly<Record<string, string>> | undefined
  /** Columns that are categories, whatever they look like. With `cont_names` too these are all inputs; by itself others are told apart. */
  cat_names?: readonly string[] | undefined
  /** Columns that are numbers, as `cat_names`. */
  cont_names?: readonly string[] | undefined
  /** Most different whole numbers that are taken for categories. Default 20. */
  max_card?: number | undefined
  /** What prepares the columns. Default Categorify, FillMissing and Normalize. */
  procs?: readonly TabularProc[] | undefined
  /** Part of the rows to validate on. Default 0.2. */
  valid_pct?: number | undefined
  /** How rows are divided. Default at random. A column that divides by mark, time or group is no input, unless it is named as one. */
  split?: SplitBy | undefined
  /** The column that says how much each row counts in loss and metrics, a number of at least 0. It is no input. */
  weights?: string | undefined
}

/** Of a file, which may be larger than memory. */
export interface TabularFileOptions extends TabularOptions {
  /**
   * Bytes that rows may take. Of a CSV file that is larger, and of Parquet whose cells take more at eight bytes each, rows are read when a
   * batch wants them, and as much of them stays in memory, ready for a model. Shuffled are blocks then (a megabyte of CSV, a group of
   * Parquet's), and the rows of as many of them as memory holds. Default 2^30, a gigabyte.
   */
  memory?: number | undefined
}

const { classes: _classes, ...loaderKinds } = bunchKinds

export const tabularKinds: Kinds<TabularOptions> = {
  y: kind.either(kind.string, kind.listOf(kind.string), kind.object, kind.choice(null)),
  target: kind.either(kind.choice('class', 'multilabel', 'value'), kind.object),
  label_delim: kind.either(kind.string, kind.object),
  ...{ cat_names: kind.listOf(kind.string), cont_names: kind.listOf(kind.string), max_card: kind.number },
  ...{ procs: kind.list, valid_pct: kind.number, split: kind.either(kind.object, kind.list), weights: kind.string },
  ...loaderKinds,
}

export const tabularFileKinds: Kinds<TabularFileOptions> = { ...tabularKinds, memory: kind.number }
