import type { ColumnSummary } from '../column-summary.js'

export interface NormalizeState {
  readonly means: Readonly<Record<string, number>>
  readonly stds: Readonly<Record<string, number>>
}

/**
 * Says numbers as how many standard deviations they lie from the mean, both of the training rows, missing ones filled in. A column that
 * is the same everywhere is not divided.
 *
 * Source: fastai's `Normalize`.
 *
 * @example
 * const data = await TabularDataBunch.from_csv('houses.csv', { y: 'price', procs: [new FillMissing(), new Normalize()] })
 */
export class Normalize {
  static readonly name: string = 'Normalize'
  #means: Readonly<Record<string, number>> = {}
  #stds: Readonly<Record<string, number>> = {}

  /** @param filled what stands in for missing numbers of a column, if anything does */
  fit(columns: Iterable<readonly [name: string, summary: ColumnSummary]>, filled: (name: string) => number | undefined): void {
    const moments = Array.from(columns, ([name, summary]) => [name, summary.moments(filled(name))] as const)
    this.#means = Object.fromEntries(moments.map(([name, { mean }]) => [name, mean]))
    this.#stds = Object.fromEntries(moments.map(([name, { std }]) => [name, std || 1]))
  }

  meanOf(name: string): number {
    return this.#means[name]!
  }

  stdOf(name: string): number {
    return this.#stds[name]!
  }

  state(): NormalizeState {
    return { means: this.#means, stds: this.#stds }
  }

  restore({ means, stds }: NormalizeState): void {
    this.#means = means
    this.#stds = stds
  }
}
