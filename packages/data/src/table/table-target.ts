import { nearestName, rangeError, show } from '@onecycle/platform'
import type { TargetKind } from '../target.js'
import type { ColumnSummary } from './column-summary.js'
import { isContinuous } from './cont-cat-split.js'
import type { Table } from './table.js'
import { type Cell, cellOf, type TableColumn } from './table-column.js'
import type { TabularInputs } from './tabular-preprocessor.js'

/** What is predicted at an output: a class, some of several labels, or one value or several. */
export interface TableTargetState {
  /** Of the output, where there are several. */
  readonly name: string
  readonly columns: readonly string[]
  readonly target: TargetKind
  /** Of a class or of labels, in the order of their numbers. */
  readonly classes?: readonly string[] | undefined
  /** What stands between the labels of a cell, where one column has them all. */
  readonly label_delim?: string | undefined
}

/** What an output stands for in a table, and how rows become its targets. */
export interface TableTarget extends TableTargetState {
  /** Of one target, without the batch axis: none for a class or a single value. */
  readonly shape: number[]
  /** Number of classes, or of labels. */
  readonly c: number | undefined
  /** Mean and standard deviation that values were normalized by, where they were. */
  readonly scale?: { readonly means: readonly number[]; readonly stds: readonly number[] } | undefined
  /**
   * The targets of all rows, row by row.
   *
   * @param inputs what the rows are as inputs
   * @param first how many rows came before, for messages
   * @throws RangeError for a row without a target, with a value that is not finite, or with a class that is none
   */
  encode(table: Table, inputs: TabularInputs, first?: number): Int32Array | Float32Array
  /** Targets of n rows as columns, by their names: classes and labels by what they are called. */
  decode(values: ArrayLike<number>, n: number): [name: string, column: TableColumn][]
  /** How many rows have each class or label, by what is known of the columns; undefined for values. */
  counts(columns: ReadonlyMap<string, ColumnSummary>): number[] | undefined
  state(): TableTargetState
}

/** How columns are to be read as a target. */
export interface TargetReading {
  readonly target: TargetKind | undefined
  readonly label_delim: string | undefined
  readonly max_card: number
}

type Summaries = readonly (readonly [name: string, summary: ColumnSummary])[]

/** Columns as targets: labels as the numbers of their classes, a yes or no of each label, or values. */
export class ColumnTarget implements TableTarget {
  readonly name: string
  readonly columns: readonly string[]
  readonly target: TargetKind
  readonly classes: readonly string[] | undefined
  readonly label_delim: string | undefined
  readonly #numbers: ReadonlyMap<string, number>

  /**
   * What columns are as a target. Texts, yes and no, and whole numbers of which at most `max_card` differ are classes, in order; several
   * columns of yes and no, or of 0 and 1, are labels, and so is what a delimiter divides; all else are values.
   *
   * @throws RangeError for one class alone, values that are no numbers, and labels that are no yes and no
   */
  static of(name: string, columns: Summaries, { target, label_delim, max_card }: TargetReading): ColumnTarget {
    const names = columns.map(([column]) => column)
    const [first, summary] = columns[0]!
    const one = columns.length === 1
    const kind =
      target ??
      (label_delim !== undefined || (!one && columns.every(([, each]) => isYesOrNo(each)))
        ? 'multilabel'
        : one && !isContinuous(summary, max_card)
          ? 'class'
          : 'value')
    if (label_delim !== undefined) {
      if (!one || kind !== 'multilabel')
        throw rangeError(
          'label-delim',
          `label_delim divides the labels of one column, but y: ${name} is ${one ? `a ${kind}` : `of ${names.join(', ')}`}.`,
        )
      const labels = new Set(summary.values()?.flatMap(cell => labelsIn(String(cell), label_delim)))
      if (labels.size === 0) throw rangeError('missing-value', `y: ${first} has no label in any row.`)
      return new ColumnTarget({ name, columns: names, target: kind, classes: [...labels].sort(), label_delim })
    }
    if (kind === 'multilabel') {
      const wrong = columns.find(([, each]) => !isYesOrNo(each))
      if (wrong)
        throw rangeError(
          'column-kind',
          `y: ${wrong[0]} is a column of kind ${wrong[1].kind}, and no yes or no of a label; expected true and false, or 1 and 0` +
            `${one ? ", or a cell with several labels and what stands between them: label_delim: ';'" : ''}.`,
        )
      return new ColumnTarget({ name, columns: names, target: kind, classes: names })
    }
    if (kind === 'value') {
      const wrong = columns.find(([, each]) => each.kind !== 'number' && each.kind !== 'boolean')
      if (wrong)
        throw rangeError(
          'column-kind',
          `y: ${wrong[0]} is a column of kind ${wrong[1].kind}, whose values are no numbers; predict classes, target: 'class'.`,
        )
      return new ColumnTarget({ name, columns: names, target: kind })
    }
    if (!one)
      throw rangeError(
        'table-target',
        `y: ${name} is of ${columns.length} columns (${names.join(', ')}), and a class is of one: name each by itself.`,
      )
    const classes = summary.values()?.map(String)
    if (!classes)
      throw rangeError(
        'too-many-numbers',
        `y: ${first} has too many different numbers for classes. To predict values set target: 'value'.`,
      )
    if (classes.length < 2)
      throw rangeError(
        'one-class',
        `y: ${first} is ${show(classes[0])} in every row: with one class there is nothing to tell apart. To predict a value set target: 'value'.`,
      )
    return new ColumnTarget({ name, columns: names, target: kind, classes })
  }

  private constructor({ name, columns, target, classes, label_delim }: TableTargetState) {
    this.name = name
    this.columns = columns
    this.target = target
    this.classes = classes
    this.label_delim = label_delim
    this.#numbers = new Map(classes?.map((name, i) => [name, i]))
  }

  get shape(): number[] {
    if (this.target === 'multilabel') return [this.classes!.length]
    return this.columns.length > 1 ? [this.columns.length] : []
  }

  get c(): number | undefined {
    return this.classes?.length
  }

  encode(table: Table, _inputs: TabularInputs, first = 0): Int32Array | Float32Array {
    const columns = this.columns.map(name => table.column(name))
    if (this.target === 'class') return this.#classes(table, columns[0]!, first)
    if (this.label_delim !== undefined) return this.#labels(table, columns[0]!, first)
    const values = new Float32Array(table.length * columns.length)
    for (const [i, column] of columns.entries())
      for (let row = 0; row < table.length; row++) {
        const value = Number(cellOf(column, row) ?? Number.NaN)
        if (!(this.target === 'value' ? Number.isFinite(value) : value === 0 || value === 1))
          throw this.#wrong(this.columns[i]!, cellOf(column, row), table.title, first + row)
        values[row * columns.length + i] = value
      }
    return values
  }

  decode(values: ArrayLike<number>, n: number): [name: string, column: TableColumn][] {
    const { classes, columns, label_delim, target } = this
    if (target === 'class')
      return [
        [columns[0]!, { kind: 'text', codes: Int32Array.from({ length: n }, (_, row) => values[row]!), categories: classes! }],
      ]
    if (label_delim !== undefined) {
      const cells = Array.from({ length: n }, (_, row) =>
        classes!.filter((_, i) => values[row * classes!.length + i]).join(label_delim),
      )
      return [[columns[0]!, { kind: 'text', codes: Int32Array.from(cells.keys()), categories: cells }]]
    }
    const of = (i: number) => Array.from({ length: n }, (_, row) => values[row * columns.length + i]!)
    return columns.map((name, i) => [
      name,
      target === 'value'
        ? { kind: 'number', values: Float32Array.from(of(i)), integer: false }
        : { kind: 'boolean', values: Uint8Array.from(of(i)) },
    ])
  }

  counts(summaries: ReadonlyMap<string, ColumnSummary>): number[] | undefined {
    const { classes, label_delim, columns, target } = this
    if (!classes) return undefined
    const countsOf = (column: string) => [...summaries.get(column)!.counts!]
    if (target === 'multilabel' && label_delim === undefined)
      return columns.map(column => countsOf(column).reduce((sum, [value, count]) => sum + Number(value) * count, 0))
    const own = new Map<string, number>()
    for (const [cell, count] of countsOf(columns[0]!))
      for (const label of label_delim === undefined ? [String(cell)] : labelsIn(String(cell), label_delim))
        own.set(label, (own.get(label) ?? 0) + count)
    return classes.map(name => own.get(name) ?? 0)
  }

  #classes(table: Table, column: TableColumn, first: number): Int32Array {
    const labels = new Int32Array(table.length)
    for (let row = 0; row < table.length; row++) {
      const cell = cellOf(column, row)
      const label = cell === null ? undefined : this.#numbers.get(String(cell))
      if (label === undefined) throw this.#wrong(this.columns[0]!, cell, table.title, first + row)
      labels[row] = label
    }
    return labels
  }

  /** What is missing has no label. */
  #labels(table: Table, column: TableColumn, first: number): Float32Array {
    const labels = new Float32Array(table.length * this.classes!.length)
    for (let row = 0; row < table.length; row++)
      for (const label of labelsIn(String(cellOf(column, row) ?? ''), this.label_delim!)) {
        const number = this.#numbers.get(label)
        if (number === undefined) throw this.#wrong(this.columns[0]!, label, table.title, first + row)
        labels[row * this.classes!.length + number] = 1
      }
    return labels
  }

  #wrong(name: string, cell: Cell, title: string, row: number): RangeError {
    const what = `Row ${row} of ${title}: the target ${name}`
    if (cell === null) return rangeError('missing-value', `${what} is missing. Leave such rows out, or fill them in.`)
    if (this.target === 'value') return rangeError('target-value', `${what} is ${show(cell)}; expected a finite number.`)
    if (this.target === 'multilabel' && this.label_delim === undefined)
      return rangeError('target-value', `${what} is ${show(cell)}; expected true or false, or 1 or 0.`)
    const meant = nearestName(String(cell), this.classes!)
    const none = this.target === 'class' ? `is ${show(cell)}, which is no class` : `has ${show(cell)}, which is no label`
    return rangeError(
      'unknown-class',
      `${what} ${none}${meant ? `; did you mean ${show(meant)}?` : ';'} expected ${show(this.classes)}.`,
    )
  }

  state(): TableTargetState {
    const { name, columns, target, classes, label_delim } = this
    return { name, columns, target, ...(classes && { classes }), ...(label_delim !== undefined && { label_delim }) }
  }
}

function isYesOrNo({ kind, counts }: ColumnSummary): boolean {
  if (kind === 'boolean') return true
  return kind === 'number' && counts !== undefined && [...counts.keys()].every(value => value === 0 || value === 1)
}

function labelsIn(cell: string, label_delim: string): string[] {
  return cell
    .split(label_delim)
    .map(label => label.trim())
    .filter(label => label !== '')
}
