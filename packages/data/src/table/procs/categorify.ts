import { rangeError, show } from '@onecycle/platform'
import type { CategoryValue, ColumnSummary } from '../column-summary.js'
import type { TableColumn } from '../table-column.js'

/** What a category is called that training has not seen, or that is missing: code 0 of each column. */
export const notKnown = '#na#'

export interface CategorifyState {
  /** Values of each column by their codes, from 1. */
  readonly values: Readonly<Record<string, readonly CategoryValue[]>>
}

/**
 * Numbers the values of columns: those of the training rows, in order, from 1; 0 stands for what is missing, and for what training has
 * not seen.
 *
 * Source: fastai's `Categorify`.
 *
 * @example
 * const data = await TabularDataBunch.from_csv('churn.csv', { y: 'left', procs: [new Categorify(), new FillMissing(), new Normalize()] })
 */
export class Categorify {
  static readonly name: string = 'Categorify'
  #values: Record<string, readonly CategoryValue[]> = {}
  readonly #codes = new Map<string, ReadonlyMap<CategoryValue, number>>()

  /** @throws RangeError for a column of more than 2^16 different numbers, or 2^10 fractions */
  fit(columns: Iterable<readonly [name: string, summary: ColumnSummary]>): void {
    this.restore({
      values: Object.fromEntries(
        Array.from(columns, ([name, summary]) => {
          const values = summary.values()
          if (!values)
            throw rangeError(
              'too-many-numbers',
              `${name} has too many different numbers for categories: name it in cont_names, or leave it out.`,
            )
          return [name, values]
        }),
      ),
    })
  }

  /** Code 0 first: how a column's codes are called. */
  classes(name: string): string[] {
    return [notKnown, ...this.#valuesOf(name).map(String)]
  }

  /** The codes of cells, written `step` apart from `offset` on. */
  encode(name: string, column: TableColumn, codes: Int32Array, offset: number, step: number): void {
    const known = this.#codes.get(name)!
    if (column.kind === 'text') {
      const own = column.categories.map(category => known.get(category) ?? 0)
      for (let row = 0, to = offset; row < column.codes.length; row++, to += step) codes[to] = own[column.codes[row]!] ?? 0
    } else {
      const { kind, values } = column
      // Of what is missing there is no code: NaN, and 2 where yes is 1.
      const code = (value: number) => known.get(kind === 'boolean' ? (value < 2 ? value === 1 : notKnown) : value) ?? 0
      for (let row = 0, to = offset; row < values.length; row++, to += step) codes[to] = code(values[row]!)
    }
  }

  /** The value of a code, null for 0. */
  decode(name: string, code: number): CategoryValue | null {
    return this.#valuesOf(name)[code - 1] ?? null
  }

  state(): CategorifyState {
    return { values: this.#values }
  }

  restore({ values }: CategorifyState): void {
    this.#values = { ...values }
    this.#codes.clear()
    for (const [name, each] of Object.entries(values)) this.#codes.set(name, new Map(each.map((value, i) => [value, i + 1])))
  }

  #valuesOf(name: string): readonly CategoryValue[] {
    const values = this.#values[name]
    if (!values)
      throw rangeError(
        'unknown-name',
        `${show(name)} is no category of this data; there are ${Object.keys(this.#values).join(', ') || 'none'}.`,
      )
    return values
  }
}
