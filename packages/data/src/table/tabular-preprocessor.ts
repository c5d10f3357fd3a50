import { rangeError, show } from '@onecycle/platform'
import { columnBuilder } from './column-builder.js'
import type { CategoryValue, ColumnSummary } from './column-summary.js'
import { add_datepart, prefixOf } from './date-parts.js'
import type { ColumnType } from './parse-cell.js'
import { Categorify, type CategorifyState } from './procs/categorify.js'
import { FillMissing, type FillMissingState } from './procs/fill-missing.js'
import { Normalize, type NormalizeState } from './procs/normalize.js'
import { Table } from './table.js'
import { cellOf, type NumberColumn, type TableColumn } from './table-column.js'

/** A column of dates that is taken apart. */
export interface DateSpec {
  readonly name: string
  /** Whether hour, minute and second are parts. */
  readonly time: boolean
}

/** What a {@link TabularPreprocessor} remembers: plain JSON. */
export interface TabularState {
  /** How the columns of new rows are to be read, by name: those that are inputs, before dates are taken apart. */
  readonly types: Readonly<Record<string, ColumnType>>
  readonly dates: readonly DateSpec[]
  /** Inputs that are categories, those that FillMissing adds left out. */
  readonly cat_names: readonly string[]
  readonly cont_names: readonly string[]
  readonly categorify?: CategorifyState | undefined
  readonly fill?: FillMissingState | undefined
  readonly normalize?: NormalizeState | undefined
}

/** The inputs of rows, row by row. What there is none of is left out. */
export interface TabularInputs {
  /** Rows. */
  readonly length: number
  /** Codes of the categories, [length, categories]. */
  readonly cats?: Int32Array
  /** Numbers, [length, numbers]. */
  readonly conts?: Float32Array
}

export interface TabularProcs {
  readonly categorify?: Categorify | undefined
  readonly fill?: FillMissing | undefined
  readonly normalize?: Normalize | undefined
}

type Columns = Iterable<readonly [name: string, summary: ColumnSummary]>

/**
 * Makes inputs of rows: takes dates apart, numbers categories, fills in and normalizes numbers, all by what was seen in training. It
 * needs nothing that trains or reads files.
 */
export class TabularPreprocessor {
  static readonly name: string = 'TabularPreprocessor'
  /** Categories, in the order of `cats`; those that say where a number was missing come last. */
  readonly cat_names: readonly string[]
  /** Numbers, in the order of `conts`. */
  readonly cont_names: readonly string[]
  readonly #spec: Pick<TabularState, 'types' | 'dates' | 'cat_names' | 'cont_names'>
  readonly #procs: TabularProcs

  private constructor(spec: Pick<TabularState, 'types' | 'dates' | 'cat_names' | 'cont_names'>, procs: TabularProcs) {
    this.#spec = spec
    this.#procs = procs
    this.cat_names = [...spec.cat_names, ...(procs.fill?.indicated.map(indicatorOf) ?? [])]
    this.cont_names = spec.cont_names
  }

  /**
   * Learns from the columns of the training rows, dates taken apart.
   *
   * @throws RangeError for numbers that are missing where nothing fills them in, and categories where nothing numbers them
   */
  static fit(
    spec: Pick<TabularState, 'types' | 'dates' | 'cat_names' | 'cont_names'>,
    procs: TabularProcs,
    training: ReadonlyMap<string, ColumnSummary>,
  ): TabularPreprocessor {
    const of = (names: readonly string[]) => names.map(name => [name, training.get(name)!] as const)
    const { categorify, fill, normalize } = procs
    const conts = of(spec.cont_names)
    if (fill) fill.fit(conts)
    else refuseMissing(conts)
    if (spec.cat_names.length > 0 && !categorify)
      throw rangeError(
        'procs-missing',
        `${spec.cat_names.join(', ')} are categories, and nothing numbers them: add Categorify to procs.`,
      )
    categorify?.fit(of(spec.cat_names))
    normalize?.fit(conts, name => fill?.valueOf(name))
    return new TabularPreprocessor(spec, procs)
  }

  /** One that does what the one did that gave this state. */
  static restore(state: TabularState): TabularPreprocessor {
    const { categorify, fill, normalize, ...spec } = state
    const make = <Proc extends { restore(state: never): void }>(proc: Proc, own: unknown) => {
      if (own === undefined) return undefined
      proc.restore(own as never)
      return proc
    }
    return new TabularPreprocessor(spec, {
      categorify: make(new Categorify(), categorify),
      fill: make(new FillMissing(), fill),
      normalize: make(new Normalize(), normalize),
    })
  }

  state(): TabularState {
    const { categorify, fill, normalize } = this.#procs
    const own = { categorify: categorify?.state(), fill: fill?.state(), normalize: normalize?.state() }
    return { ...this.#spec, ...own }
  }

  /** How the columns of new rows are to be read, by name: those that inputs are made of. */
  get types(): Readonly<Record<string, ColumnType>> {
    return this.#spec.types
  }

  /** How the codes of a category are called, from 0: `#na#` for what is missing or was not seen in training, then its values. */
  classes(cat: string): string[] {
    if (this.#indicates(cat)) return ['#na#', 'false', 'true']
    if (!this.cat_names.includes(cat))
      throw rangeError('unknown-name', `${show(cat)} is no category; there are ${this.cat_names.join(', ') || 'none'}.`)
    return this.#procs.categorify!.classes(cat)
  }

  /**
   * The inputs of rows.
   *
   * @param first how many rows came before, for messages
   * @throws RangeError for a column that is not there, or cannot be read as training's; a number that is not finite; a missing one,
   * where nothing fills it in
   */
  apply(table: Table, first = 0): TabularInputs {
    const { length } = table
    const own = this.expand(table)
    const { cat_names, cont_names } = this
    const cats = cat_names.length > 0 ? new Int32Array(length * cat_names.length) : undefined
    const conts = cont_names.length > 0 ? new Float32Array(length * cont_names.length) : undefined
    for (const [i, name] of cat_names.entries()) {
      if (this.#indicates(name)) writeMissing(numbersOf(own, name.slice(0, -3)), cats!, i, cat_names.length)
      else this.#procs.categorify!.encode(name, own.column(name), cats!, i, cat_names.length)
    }
    for (const [i, name] of cont_names.entries()) this.#writeNumbers(name, own, conts!, i, first)
    return { length, ...(cats && { cats }), ...(conts && { conts }) }
  }

  /** Columns of the kinds that training had, dates taken apart. */
  expand(table: Table): Table {
    const { types, dates } = this.#spec
    return expandDates(
      new Table(
        Object.entries(types).map(([name, type]) => [name, readAs(table.column(name), type, `${table.title}: ${name}`)]),
        table.title,
      ),
      dates,
    )
  }

  /** The rows that inputs were made of, as far as they say: categories by their values, numbers as they were; filled in ones stay so. */
  decode({ length, cats, conts }: TabularInputs): Table {
    const columnOf = (name: string, cell: (row: number) => CategoryValue | null): [string, TableColumn] => {
      const cells = Array.from({ length }, (_, row) => cell(row))
      const builder = columnBuilder(
        typeof (cells.find(each => each !== null) ?? '') === 'string'
          ? 'text'
          : (typeof cells.find(each => each !== null) as ColumnType),
      )
      for (const each of cells) builder.add(each)
      return [name, builder.build()]
    }
    const categories = this.cat_names.map((name, i) =>
      columnOf(name, row => {
        const code = cats![row * this.cat_names.length + i]!
        return this.#indicates(name) ? code === 2 : this.#procs.categorify!.decode(name, code)
      }),
    )
    const { normalize } = this.#procs
    const numbers = this.cont_names.map((name, i) =>
      columnOf(name, row => {
        const value = conts![row * this.cont_names.length + i]!
        return normalize ? Math.fround(value * normalize.stdOf(name) + normalize.meanOf(name)) : value
      }),
    )
    return new Table([...categories, ...numbers])
  }

  #indicates(name: string): boolean {
    return this.#procs.fill?.indicated.some(each => indicatorOf(each) === name) ?? false
  }

  #writeNumbers(name: string, table: Table, conts: Float32Array, offset: number, first: number): void {
    const { values } = numbersOf(table, name)
    const { fill, normalize } = this.#procs
    const step = this.cont_names.length
    const [filled, mean, std] = [fill?.valueOf(name), normalize?.meanOf(name) ?? 0, normalize?.stdOf(name) ?? 1]
    for (let row = 0, to = offset; row < values.length; row++, to += step) {
      let value = values[row]!
      if (Number.isNaN(value)) {
        if (filled === undefined)
          throw rangeError(
            'missing-value',
            `Row ${first + row} of ${table.title}: ${name} is missing, and nothing fills it in: add FillMissing to procs.`,
          )
        value = filled
      } else if (!Number.isFinite(value)) {
        throw rangeError(
          'cell-unreadable',
          `Row ${first + row} of ${table.title}: ${name} is ${value}; expected a finite number. Correct it, or list it as missing.`,
        )
      }
      conts[to] = (value - mean) / std
    }
  }
}

/** Dates taken apart, each in its place among the columns that follow all others. */
export function expandDates(table: Table, dates: readonly DateSpec[]): Table {
  return dates.reduce((all, { name, time }) => add_datepart(all, name, { prefix: prefixOf(name), time }), table)
}

function indicatorOf(name: string): string {
  return `${name}_na`
}

function writeMissing({ values }: NumberColumn, codes: Int32Array, offset: number, step: number): void {
  for (let row = 0, to = offset; row < values.length; row++, to += step) codes[to] = Number.isNaN(values[row]) ? 2 : 1
}

function numbersOf(table: Table, name: string): NumberColumn {
  const column = table.column(name)
  if (column.kind === 'number') return column
  throw rangeError(
    'column-kind',
    `${name} is a column of kind ${column.kind}, and so none of numbers: name it in cat_names, or read it with types: { ${name}: 'number' }.`,
  )
}

/** A column of one kind as one of another, cell by cell, where it is not yet one. */
function readAs(column: TableColumn, type: ColumnType, what: string): TableColumn {
  if (column.kind === type || (column.kind === 'date' && !['number', 'text', 'boolean'].includes(type))) return column
  const builder = columnBuilder(type)
  const length = column.kind === 'text' ? column.codes.length : column.values.length
  for (let row = 0; row < length; row++) {
    const cell = cellOf(column, row)
    if (!builder.add(cell))
      throw rangeError(
        'cell-unreadable',
        `${what} is ${show(cell)} in row ${row}, which cannot be read as ${show(type)}, which it was in training.`,
      )
  }
  return builder.build()
}

function refuseMissing(columns: Columns): void {
  for (const [name, { missing }] of columns)
    if (missing > 0)
      throw rangeError(
        'missing-value',
        `${name} is missing in ${missing} rows of training, and nothing fills it in: add FillMissing to procs.`,
      )
}
