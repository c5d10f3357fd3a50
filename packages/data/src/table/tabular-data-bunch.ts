import {
  checkCount,
  checkNumber,
  checkOptions,
  defined,
  type FileSource,
  kind,
  type PrettyString,
  rangeError,
  show,
  typeError,
} from '@onecycle/platform'
import { type Batch, disposeOf } from '../batch.js'
import { Column } from '../column.js'
import { DataBunch, type ValuesMeaning } from '../data-bunch.js'
import { DataLoader } from '../data-loader.js'
import { ArrayDataset, Subset } from '../dataset.js'
import { inLines, percent } from '../in-lines.js'
import type { Parts } from '../parts.js'
import type { ReadTableOptions } from '../source/read-table.js'
import { type FittedTable, fitTabular } from './fit-tabular.js'
import { headsOfTable } from './heads-of-table.js'
import { numbersIn } from './numbers-in.js'
import { RowInputs, type RowReading } from './row-inputs.js'
import { Table } from './table.js'
import { isFileSource, type TableLike, tableFrom } from './table-from.js'
import { inOnePart } from './table-parts.js'
import type { TableTarget, TableTargetState } from './table-target.js'
import { type TabularFileOptions, type TabularOptions, tabularFileKinds, tabularKinds } from './tabular-options.js'
import { TabularPreprocessor, type TabularState } from './tabular-preprocessor.js'

/** What `TabularDataBunch.from_csv` is given: columns and targets, and how the file is read. */
export interface TabularCsvOptions extends TabularFileOptions, ReadTableOptions {}

/** What makes inputs of rows and labels of predictions: plain JSON. */
export interface TabularBunchState {
  readonly procs: TabularState
  readonly targets: readonly TableTargetState[]
}

/**
 * The data of a table: categories as codes (`cats`, int32), numbers (`conts`, float32), and what is predicted. All that is learnt from
 * columns is learnt from the rows that train, and applied to all others, in `test_dl` too.
 *
 * Source: fastai's `TabularDataLoaders`.
 *
 * @example
 * const rows = [{ age: 41.5, city: 'Bern', left: 'no' }, { age: 17, city: 'Basel', left: 'yes' }]
 * const data = await TabularDataBunch.from_df([...rows, ...rows, ...rows], { y: 'left', bs: 2 })
 */
export class TabularDataBunch extends DataBunch {
  static override readonly name: string = 'TabularDataBunch'
  /** What makes inputs of rows. */
  readonly procs: TabularPreprocessor
  override readonly inputs: RowInputs
  /** What is predicted, of each output; none where rows are only predicted. */
  readonly targets: readonly TableTarget[]
  readonly #fitted: FittedTable
  readonly #title: string
  /** How a file of new rows is read. */
  readonly #reading: ReadTableOptions

  /** Made by {@link from_csv} and {@link from_df}. */
  private constructor(parts: Parts, fitted: FittedTable, title: string, reading: ReadTableOptions) {
    if (!(fitted?.procs instanceof TabularPreprocessor))
      throw typeError('not-by-new', 'A TabularDataBunch is made by TabularDataBunch.from_csv and from_df.')
    super(parts)
    this.procs = fitted.procs
    this.inputs = new RowInputs(fitted.procs, readingOf(reading))
    this.targets = fitted.targets
    this.#fitted = fitted
    this.#title = title
    this.#reading = reading
  }

  /**
   * From a file: separated values, JSON, Parquet or Arrow, as its first bytes say.
   *
   * @param source a path or another address, a File or Blob, bytes, or a text of several lines
   * @throws Error that says what is wrong with the file, by the line; as {@link from_df} does
   *
   * @example
   * const churn = 'age,city,left\n41,Bern,no\n17,Basel,yes\n30,Bern,no\n25,Basel,yes\n'
   * const data = await TabularDataBunch.from_csv(churn, { y: 'left', valid_pct: 0.5, bs: 2, seed: 1 })
   */
  static async from_csv(source: FileSource, options: TabularCsvOptions): Promise<TabularDataBunch> {
    const { sep, names, columns, types, missing, badLines, encoding, maxBytes, format, ...rest } = Object(
      options,
    ) as TabularCsvOptions
    const all = { sep, names, columns, types, missing, badLines, encoding, maxBytes, format }
    const reading = defined(all) as ReadTableOptions
    checkOptions<TabularFileOptions>('TabularDataBunch.from_csv', rest, tabularFileKinds)
    requireY('TabularDataBunch.from_csv', rest)
    const { memory = 2 ** 30, ...how } = rest
    checkNumber('memory', memory, { above: 0 })
    const { readTable } = await import('../source/read-table.js')
    const { openBlocks } = await import('../source/table-blocks.js')
    const blocks = await openBlocks(source, reading, memory)
    if (!blocks) return TabularDataBunch.#inMemory(await readTable(source, reading), how, reading)
    const { readParts } = await import('./block-parts.js')
    const { parts, fitted } = await readParts(blocks, how, types, memory)
    return new TabularDataBunch(parts, fitted, blocks.title, reading)
  }

  /**
   * From a {@link Table}, a list of rows as objects, or an object of columns.
   *
   * @throws RangeError for a column that is not there, rows without a target, a target with one class, numbers that are not finite, or
   * too few rows; TypeError for an unknown option
   */
  static async from_df(df: TableLike, options: TabularOptions): Promise<TabularDataBunch> {
    checkOptions<TabularOptions>('TabularDataBunch.from_df', options, tabularKinds)
    requireY('TabularDataBunch.from_df', options)
    return TabularDataBunch.#inMemory(tableFrom(df), options)
  }

  /**
   * New rows as batches to predict, with what training learnt of columns: in the order they come, all of them, without targets.
   *
   * @param rows a file, as {@link from_csv} takes it and read as it was, or a table, as {@link from_df} takes it
   * @param options.bs rows in a batch. Default as in validation.
   * @param options.with_labels whether they have targets too, to be measured by. Default false.
   * @throws RangeError for rows that lack a column, or hold what cannot be read as it was in training; Error for a file as {@link from_csv}
   *
   * @example
   * const rows = [{ age: 41.5, city: 'Bern', left: 'no' }, { age: 17, city: 'Basel', left: 'yes' }]
   * const data = await TabularDataBunch.from_df([...rows, ...rows, ...rows], { y: 'left', bs: 2 })
   * const fresh = await data.test_dl([{ age: 30, city: 'Chur' }])
   * fresh.samples // 1
   */
  async test_dl(
    rows: FileSource | TableLike,
    options: { bs?: number | undefined; with_labels?: boolean | undefined } = {},
  ): Promise<DataLoader> {
    checkOptions<{ bs?: number; with_labels?: boolean }>('test_dl', options, { bs: kind.number, with_labels: kind.boolean })
    const { bs = (this.valid_dl ?? this.train_dl).batchSize, with_labels = false } = options
    const { types } = this.procs
    const table = isFileSource(rows) ? await this.#read(rows) : tableFrom(rows, rows instanceof Table ? {} : { types })
    if (table.length === 0) throw rangeError('empty-data', `${table.title} has no rows; expected some to predict.`)
    return new DataLoader(datasetOf(table, this.#fitted, with_labels ? this.#fitted.weights : undefined, with_labels), { bs })
  }

  /**
   * Rows of each class, or with each label: to train on, to validate on, and their part of all; of several outputs one after the other. Undefined
   * where values are predicted.
   */
  get classBalance(): Table | undefined {
    const { counts, length, targets } = this.#fitted
    const counted = targets.flatMap(({ classes, name }, i) => {
      if (!counts[i]) return []
      const { train, valid } = counts[i]
      return classes!.map((own, c) => ({ name, own, train: train[c]!, valid: valid[c]!, part: (train[c]! + valid[c]!) / length }))
    })
    if (counted.length === 0) return undefined
    const column = <Key extends keyof (typeof counted)[0]>(key: Key) => counted.map(each => each[key])
    const [{ columns }] = targets as [TableTarget]
    const names =
      targets.length > 1
        ? { output: column('name'), class: column('own') }
        : { [columns.length > 1 ? 'label' : columns[0]!]: column('own') }
    return Table.from_columns(
      { ...names, train: column('train'), valid: column('valid'), part: Float64Array.from(column('part')) },
      { types: Object.fromEntries(Object.keys(names).map(name => [name, 'text'])) },
    )
  }

  /**
   * Some rows to train on, as a model gets them, made readable again: numbers as they were before they were normalized, with missing ones
   * filled in. `String(await data.show_batch())` is for a terminal.
   *
   * @param options.rows how many. Default 9.
   */
  async show_batch(options: { rows?: number | undefined } = {}): Promise<Table> {
    checkOptions<{ rows?: number }>('show_batch', options, { rows: kind.number })
    const { rows: n = 9 } = options
    checkCount('rows', n, 1)
    const batch = await this.#some(n)
    const { xs, ys, size } = batch
    try {
      const inputs = [xs].flat()
      const values = await Promise.all(inputs.map(input => input.data()))
      const { cat_names, cont_names } = this.procs
      const [cats, conts] = cat_names.length > 0 ? values : [undefined, values[0]]
      const rows = this.procs.decode({
        length: size,
        ...(cats && { cats: Int32Array.from(cats) }),
        ...(cont_names.length > 0 && { conts: Float32Array.from(conts!) }),
      })
      const targets = await Promise.all([ys].flat().map(target => target.data()))
      return rows.with(this.targets.flatMap((target, i) => target.decode(targets[i]!, size))).head(n)
    } finally {
      disposeOf(batch)
    }
  }

  /** A file is read as that of training was. Texts are what a column's type makes of them, in Parquet and Arrow they have one. */
  async #read(source: FileSource): Promise<Table> {
    const { readTable, formatOf } = await import('../source/read-table.js')
    const { types: _, columns: _columns, ...reading } = this.#reading
    const format = reading.format ?? (await formatOf(source))
    return readTable(source, { ...reading, format, ...(['csv', 'json'].includes(format) && { types: this.procs.types }) })
  }

  /** Rows that train, far apart, since many tables are sorted; near each other where each block has to be read. */
  async #some(n: number): Promise<Batch> {
    const dataset = this.train_ds!
    const apart = dataset.asynchronous ? 1 : Math.max(1, dataset.length / n)
    return dataset.batch(Int32Array.from({ length: Math.min(n, dataset.length) }, (_, i) => Math.floor(i * apart)))
  }

  /** What becomes of a row on its way into a batch: each stage, with shapes and types, for a person to read. */
  async summary(): Promise<PrettyString> {
    const { train_dl, procs, targets } = this
    const { split, length } = this.#fitted
    const { dates, types } = procs.state()
    const kinds = Object.entries(types).map(([name, type]) => `${name} ${type}`)
    const cats = procs.cat_names.map(name => `${name} (${procs.classes(name).length})`)
    const { batchSize } = train_dl
    const inputs = [
      ...(cats.length > 0 ? [`cats int32 [${batchSize}, ${cats.length}]`] : []),
      ...(procs.cont_names.length > 0 ? [`conts float32 [${batchSize}, ${procs.cont_names.length}]`] : []),
    ]
    const ys = targets.map(
      ({ name, target, shape }) =>
        `ys ${targets.length > 1 ? `${name} ` : ''}${target === 'class' ? 'int32' : 'float32'} [${[batchSize, ...shape].join(', ')}]`,
    )
    const stages = [
      ['rows', `${length} of ${this.#title}: ${split[0].length} to train on, ${split[1].length} to validate on`],
      ['columns', kinds.join(', ')],
      ...(dates.length > 0
        ? [['dates', dates.map(({ name, time }) => `${name} taken apart${time ? ', with hours' : ''}`).join(', ')]]
        : []),
      ...(cats.length > 0 ? [['categories', `${cats.join(', ')}; the number of codes, 0 for what is not known`]] : []),
      ...(procs.cont_names.length > 0 ? [['numbers', procs.cont_names.join(', ')]] : []),
      ...(targets.length === 0 ? [['target', 'none: rows are only predicted']] : targets.map(target => this.#said(target))),
      ['batch', [...inputs, ...ys, ...(this.weighted ? [`weights float32 [${batchSize}]`] : [])].join(', ')],
    ]
    return inLines(stages)
  }

  /** A target in words. */
  #said(target: TableTarget): string[] {
    const { counts, length, targets } = this.#fitted
    const { name, columns, classes, target: kind } = target
    const own = counts[targets.indexOf(target)]
    const parts = classes?.map((each, c) => (own ? `${each} ${percent((own.train[c]! + own.valid[c]!) / length)}` : each))
    const kinds = { class: `${classes?.length} classes: `, multilabel: `${classes?.length} labels: `, value: 'values' }
    const output = targets.length > 1 && name !== columns.join() ? `${name} of ` : ''
    return ['target', `${output}${columns.join(', ')}, ${kinds[kind]}${parts?.join(', ') ?? ''}`]
  }

  override valuesOf(output?: string): ValuesMeaning {
    const own = this.targets.find(({ name }) => output === undefined || name === output)
    if (own?.target !== 'value') return {}
    return { ...(own.columns.length > 1 && { values: own.columns }), ...(own.scale && { scale: own.scale }) }
  }

  /** What makes inputs of new rows and labels of predictions. */
  state(): TabularBunchState {
    return { procs: this.procs.state(), targets: this.targets.map(target => target.state()) }
  }

  static async #inMemory(table: Table, options: TabularOptions, reading: ReadTableOptions = {}): Promise<TabularDataBunch> {
    const fitted = await fitTabular(inOnePart(table), options, reading.types)
    const all = datasetOf(table, fitted, options.weights)
    const [train, valid] = fitted.split.map(rows => new Subset(all, rows)) as [Subset<ArrayDataset>, Subset<ArrayDataset>]
    const { bs, valid_bs, drop_last, seed, prefetch, shard } = options
    const { classes, heads } = headsOfTable(fitted)
    const parts = DataBunch.from_datasets(train, valid, { bs, valid_bs, drop_last, seed, prefetch, shard, classes })
    return new TabularDataBunch({ ...parts, heads }, fitted, table.title, reading)
  }
}

function datasetOf(
  table: Table,
  { procs, targets, named }: FittedTable,
  weights: string | undefined,
  labelled = true,
): ArrayDataset {
  const inputs = procs.apply(table)
  const { cats, conts } = inputs
  const byName = <T>(of: (target: TableTarget) => T) =>
    named ? Object.fromEntries(targets.map(target => [target.name, of(target)])) : of(targets[0]!)
  const column = (target: TableTarget) => new Column(target.encode(table, inputs), { shape: target.shape })
  return new ArrayDataset({
    x: {
      ...(cats && { cats: new Column(cats, { shape: [procs.cat_names.length], dtype: 'int32' }) }),
      ...(conts && { conts: new Column(conts, { shape: [procs.cont_names.length] }) }),
    },
    ...(labelled && targets.length > 0 && { y: byName(column), c: byName(({ c }) => c), target: byName(({ target }) => target) }),
    weights: weights === undefined ? undefined : new Column(numbersIn(table, weights), { dtype: 'float32' }),
    name: table.title,
  })
}

/** What holds for files of new rows too. */
function readingOf({ sep, missing, encoding, badLines }: ReadTableOptions): RowReading | undefined {
  const own = defined({ sep, missing, encoding, badLines })
  return Object.keys(own).length > 0 ? (own as RowReading) : undefined
}

function requireY(owner: string, options: TabularOptions): void {
  if (options.y === undefined)
    throw typeError(
      'wrong-argument',
      `${owner} takes y, the name of the column that is predicted, or null where there is none, but got ${show(options)}.`,
    )
}
