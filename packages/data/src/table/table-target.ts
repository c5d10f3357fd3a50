import { nearestName, show } from '@onecycle/platform'
import type { ColumnSummary } from './column-summary.js'
import { isContinuous } from './cont-cat-split.js'
import type { Table } from './table.js'
import { type Cell, cellOf, type TableColumn } from './table-column.js'

/** What is predicted: a class, or one value or several. */
export interface TableTargetState {
  /** Columns. */
  readonly names: readonly string[]
  readonly target: 'class' | 'value'
  /** Of a class, in the order of their numbers. */
  readonly classes?: readonly string[]
}

/** Columns as targets: labels as the numbers of their classes, or values. */
export class TableTarget {
  readonly names: readonly string[]
  readonly target: 'class' | 'value'
  readonly classes: readonly string[] | undefined
  readonly #numbers: ReadonlyMap<string, number>

  /**
   * What columns are as a target. Texts, yes and no, and whole numbers of which at most `max_card` differ are classes, in order; all
   * else are values.
   *
   * @throws RangeError for one class alone, and values that are no numbers
   */
  static of(
    columns: readonly (readonly [name: string, summary: ColumnSummary])[],
    target: 'class' | 'value' | undefined,
    max_card: number,
  ): TableTarget {
    const names = columns.map(([name]) => name)
    const isClass = columns.length === 1 && !isContinuous(columns[0]![1], max_card)
    if ((target ?? (isClass ? 'class' : 'value')) === 'value') {
      const wrong = columns.find(([, { kind }]) => kind !== 'number' && kind !== 'boolean')
      if (wrong)
        throw new RangeError(
          `y: ${wrong[0]} is a column of kind ${wrong[1].kind}, whose values are no numbers; ${columns.length > 1 ? 'of several targets each is a number' : "predict classes, target: 'class'"}.`,
        )
      return new TableTarget({ names, target: 'value' })
    }
    if (columns.length > 1)
      throw new RangeError(
        `y names ${columns.length} columns (${names.join(', ')}) of classes; expected one, or columns of values.`,
      )
    const classes = columns[0]![1].values()?.map(String)
    if (!classes)
      throw new RangeError(`y: ${names[0]} has too many different numbers for classes. To predict values set target: 'value'.`)
    if (classes.length < 2)
      throw new RangeError(
        `y: ${names[0]} is ${show(classes[0])} in every row: with one class there is nothing to tell apart. To predict a value set target: 'value'.`,
      )
    return new TableTarget({ names, target: 'class', classes })
  }

  constructor({ names, target, classes }: TableTargetState) {
    this.names = names
    this.target = target
    this.classes = classes
    this.#numbers = new Map(classes?.map((name, i) => [name, i]))
  }

  /** Shape of one target: none for a class or a single value. */
  get shape(): number[] {
    return this.names.length > 1 ? [this.names.length] : []
  }

  /**
   * The targets of all rows, row by row.
   *
   * @param first how many rows came before, for messages
   * @throws RangeError for a row without a target, with a value that is not finite, or with a class that is none
   */
  encode(table: Table, first = 0): Int32Array | Float32Array {
    const columns = this.names.map(name => table.column(name))
    if (this.target === 'class') return this.#labels(table, columns[0]!, first)
    const values = new Float32Array(table.length * columns.length)
    for (const [i, column] of columns.entries())
      for (let row = 0; row < table.length; row++) {
        const value = Number(cellOf(column, row) ?? Number.NaN)
        if (!Number.isFinite(value)) throw this.#wrong(this.names[i]!, cellOf(column, row), table.title, first + row)
        values[row * columns.length + i] = value
      }
    return values
  }

  /** Targets of n rows as columns, by their names: classes by what they are called. */
  decode(values: ArrayLike<number>, n: number): [name: string, column: TableColumn][] {
    const { classes, names } = this
    if (classes) return [[names[0]!, { kind: 'text', codes: Int32Array.from(values), categories: classes }]]
    const columnOf = (i: number) => Float32Array.from({ length: n }, (_, row) => values[row * names.length + i]!)
    return names.map((name, i) => [name, { kind: 'number', values: columnOf(i), integer: false }])
  }

  #labels(table: Table, column: TableColumn, first: number): Int32Array {
    const labels = new Int32Array(table.length)
    for (let row = 0; row < table.length; row++) {
      const cell = cellOf(column, row)
      const label = cell === null ? undefined : this.#numbers.get(String(cell))
      if (label === undefined) throw this.#wrong(this.names[0]!, cell, table.title, first + row)
      labels[row] = label
    }
    return labels
  }

  #wrong(name: string, cell: Cell, title: string, row: number): RangeError {
    const what = `Row ${row} of ${title}: the target ${name}`
    if (cell === null) return new RangeError(`${what} is missing. Leave such rows out, or fill them in.`)
    if (this.target === 'value') return new RangeError(`${what} is ${show(cell)}; expected a finite number.`)
    const meant = nearestName(String(cell), this.classes!)
    return new RangeError(
      `${what} is ${show(cell)}, which is no class${meant ? `; did you mean ${show(meant)}?` : ';'} expected ${show(this.classes)}.`,
    )
  }

  state(): TableTargetState {
    const { names, target, classes } = this
    return { names, target, ...(classes && { classes }) }
  }
}
