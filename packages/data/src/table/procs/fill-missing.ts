import { checkOptions, type Kinds, kind, rangeError } from '@onecycle/platform'
import type { ColumnSummary } from '../column-summary.js'

/** What `FillMissing` is given: what fills a column, and whether another one tells that it was missing. */
export interface FillMissingOptions {
  /** What stands in for a missing number: the training rows' median, their most frequent number, or a constant. Default 'median'. */
  fill_strategy?: 'median' | 'mode' | 'constant' | undefined
  /** Whether a category `NAME_na` says where one was missing, for columns in which training misses some. Default true. */
  add_col?: boolean | undefined
  /** The constants by column. Default 0. */
  fill_vals?: Readonly<Record<string, number>> | undefined
}

const fillKinds: Kinds<FillMissingOptions> = {
  ...{ fill_strategy: kind.choice('median', 'mode', 'constant'), add_col: kind.boolean, fill_vals: kind.object },
}

export interface FillMissingState {
  /** What stands in, by column: of all of them, so that new rows may miss what no row of training does. */
  readonly values: Readonly<Record<string, number>>
  /** Columns that have a category which says where one was missing. */
  readonly indicated: readonly string[]
}

/**
 * Fills in missing numbers, and says where.
 *
 * Source: fastai's `FillMissing`.
 *
 * @throws TypeError for an unknown option
 *
 * @example
 * const procs = [Categorify, new FillMissing({ fill_strategy: 'constant', fill_vals: { age: -1 } }), Normalize]
 */
export class FillMissing {
  static readonly name: string = 'FillMissing'
  readonly #options: FillMissingOptions
  #values: Readonly<Record<string, number>> = {}
  #indicated: readonly string[] = []

  constructor(options: FillMissingOptions = {}) {
    checkOptions<FillMissingOptions>('FillMissing', options, fillKinds)
    this.#options = options
  }

  /** @throws RangeError for a column of which training knows no number */
  fit(columns: Iterable<readonly [name: string, summary: ColumnSummary]>): void {
    const { add_col = true } = this.#options
    const list = [...columns]
    this.#values = Object.fromEntries(list.map(([name, summary]) => [name, this.#fillingOf(name, summary)]))
    this.#indicated = add_col ? list.filter(([, { missing }]) => missing > 0).map(([name]) => name) : []
  }

  /** Columns that have a category `NAME_na`. */
  get indicated(): readonly string[] {
    return this.#indicated
  }

  /** What stands in for a missing number of a column. */
  valueOf(name: string): number {
    return this.#values[name]!
  }

  state(): FillMissingState {
    return { values: this.#values, indicated: this.#indicated }
  }

  restore({ values, indicated }: FillMissingState): void {
    this.#values = values
    this.#indicated = indicated
  }

  #fillingOf(name: string, summary: ColumnSummary): number {
    const { fill_strategy = 'median', fill_vals = {} } = this.#options
    if (fill_strategy === 'constant') return fill_vals[name] ?? 0
    if (summary.present === 0)
      throw rangeError('missing-value', `${name} is missing in every row of training: leave it out, or fill it with a constant.`)
    if (fill_strategy === 'median') return summary.median()
    const mode = summary.mode()
    if (typeof mode === 'number') return mode
    throw rangeError(
      'too-many-numbers',
      `${name} has so many different numbers that the most frequent one is not known: fill it with the median, or a constant.`,
    )
  }
}
