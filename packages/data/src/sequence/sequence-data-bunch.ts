import {
  checkChoice,
  checkCount,
  checkNumber,
  checkOptions,
  defined,
  type FileSource,
  type Kinds,
  kind,
  type PrettyString,
  rangeError,
  typeError,
} from '@onecycle/platform'
import { type BunchOptions, bunchKinds, DataBunch, type ValuesMeaning } from '../data-bunch.js'
import { inLines } from '../in-lines.js'
import type { Parts } from '../parts.js'
import type { ReadTableOptions } from '../source/read-table.js'
import type { Table } from '../table/table.js'
import { cellOf } from '../table/table-column.js'
import { type TableLike, tableFrom } from '../table/table-from.js'
import { numbersOf } from './numbers-of.js'
import { type ColumnScale, SequenceInputs, scaled } from './sequence-inputs.js'
import { timesOf, writtenStep, writtenTime } from './times-of.js'
import { WindowDataset } from './window-dataset.js'
import { windowsOf } from './windows.js'

/** How windows are cut out of a table: its columns of time, inputs and targets, rows that are seen and predicted, and what validates. */
export interface SequenceOptions extends Omit<BunchOptions, 'classes'> {
  /** The column of times, dates or numbers. */
  time: string
  /** The column whose next values are predicted, or several. */
  y: string | readonly string[]
  /** Columns that the model sees. Default: all that hold numbers, or yes and no, `y` among them. */
  inputs?: readonly string[] | undefined
  /** The column that tells series apart, where there are several. */
  series?: string | undefined
  /** Rows that a window sees. */
  lookback: number
  /** Rows after them that are predicted. Default 1. */
  horizon?: number | undefined
  /** Rows from the beginning of a window to that of the next. Default 1. */
  stride?: number | undefined
  /** Where the time between two rows is another one than between others: they are refused, or another series begins. Default 'refuse'. */
  gaps?: 'refuse' | 'split' | undefined
  /** Part of the times to validate on, the latest ones. Default 0.2. */
  valid_pct?: number | undefined
}

/** What `SequenceDataBunch.from_csv` is given: the windows, and how the file is read. */
export interface SequenceCsvOptions extends SequenceOptions, Omit<ReadTableOptions, 'columns'> {}

const { classes: _, ...loaderKinds } = bunchKinds
const sequenceKinds: Kinds<SequenceOptions> = {
  ...{ time: kind.string, y: kind.either(kind.string, kind.listOf(kind.string)), inputs: kind.listOf(kind.string) },
  ...{ series: kind.string, lookback: kind.number, horizon: kind.number, stride: kind.number, gaps: kind.string },
  ...{ valid_pct: kind.number, ...loaderKinds },
}

/**
 * Windows over the rows of a table in the order of time, of which the values that come next are predicted: inputs [batch, lookback, columns], targets
 * [batch, horizon * columns of y], both with the mean and deviation of those rows that train. The latest times validate, and no window that trains
 * predicts one of them. Predictions are in the units of the data.
 *
 * @example
 * const rows = Array.from({ length: 60 }, (_, day) => ({ day, sales: Math.sin(day / 3) }))
 * const data = await SequenceDataBunch.from_df(rows, { time: 'day', y: 'sales', lookback: 8, horizon: 2, bs: 8 })
 * const learn = sequence_learner(data, { seed: 1 })
 * await learn.predict(rows.slice(-8))   // { value: { 'sales +1': 0.8, 'sales +2': 0.9 } }
 */
export class SequenceDataBunch extends DataBunch {
  static override readonly name: string = 'SequenceDataBunch'
  override readonly inputs: SequenceInputs
  readonly #values: Required<ValuesMeaning>
  readonly #stages: readonly (readonly string[])[]

  /** Made by {@link from_csv} and {@link from_df}. */
  private constructor(
    parts: Parts,
    inputs: SequenceInputs,
    values: Required<ValuesMeaning>,
    stages: readonly (readonly string[])[],
  ) {
    if (!(inputs instanceof SequenceInputs))
      throw typeError('not-by-new', 'A SequenceDataBunch is made by SequenceDataBunch.from_csv and from_df.')
    super(parts)
    this.inputs = inputs
    this.#values = values
    this.#stages = stages
  }

  /** From a file of rows: CSV, TSV, JSON, Parquet or Arrow. Throws as {@link from_df}, and for a file that cannot be read. */
  static async from_csv(source: FileSource, options: SequenceCsvOptions): Promise<SequenceDataBunch> {
    const { sep, names, types, missing, badLines, encoding, maxBytes, format, ...rest } = Object(options) as SequenceCsvOptions
    checkOptions<SequenceOptions>('SequenceDataBunch.from_csv', rest, sequenceKinds)
    const { readTable } = await import('../source/read-table.js')
    const reading = defined({ sep, names, types, missing, badLines, encoding, maxBytes, format })
    return SequenceDataBunch.from_df(await readTable(source, reading as ReadTableOptions), rest)
  }

  /**
   * From a Table, a list of rows as objects, or an object of columns.
   *
   * @throws RangeError for a column that is not there, numbers or times that are missing, times that are there twice, a gap, or series that are
   * too short; TypeError for an unknown option
   */
  static async from_df(df: TableLike, options: SequenceOptions): Promise<SequenceDataBunch> {
    checkOptions<SequenceOptions>('SequenceDataBunch.from_df', options, sequenceKinds)
    const {
      time,
      y,
      lookback,
      horizon = 1,
      stride = 1,
      gaps = 'refuse',
      valid_pct = 0.2,
      series,
      bs,
      valid_bs,
      drop_last,
      seed,
      prefetch,
    } = options
    for (const [name, value] of Object.entries({ time, y, lookback }))
      if (value === undefined)
        throw typeError(
          'missing-option',
          `SequenceDataBunch needs time, y and lookback, but ${name} is missing: { time: 'date', y: 'sales', lookback: 28 }.`,
        )
    for (const [name, value] of Object.entries({ lookback, horizon, stride })) checkCount(name, value)
    checkChoice('gaps', gaps, ['refuse', 'split'])
    checkNumber('valid_pct', valid_pct, { above: 0, below: 1 })
    const given = tableFrom(df)
    if (given.length === 0) throw rangeError('empty-data', `${given.title} has no rows; expected some.`)
    const { kind: timeKind, values: times } = timesOf(given, time)
    const numbers = seriesOf(given, series)
    const windows = windowsOf(times, numbers, { lookback, horizon, stride, gaps, valid_pct })
    const table = given.take(windows.rows)
    const trains = Int32Array.from(windows.rows.keys()).filter(at => times[windows.rows[at]!]! < windows.until)
    const ys = [y].flat()
    const seen = options.inputs ?? table.names.filter(name => name !== time && name !== series && isNumeric(table, name))
    if (seen.length === 0)
      throw rangeError('no-inputs', `${table.title} has no column of numbers but its times; expected some to see.`)
    const [columns, targets] = [scaleOf(table, seen, trains), scaleOf(table, ys, trains)]
    const steps = (scale: ColumnScale) => ({ values: scaled(table, scale), columns: scale.names.length })
    const [xs, targetSteps] = [steps(columns), steps(targets)]
    const of = (firsts: Int32Array) => new WindowDataset(xs, targetSteps, firsts, { lookback, horizon })
    const parts = DataBunch.from_datasets(of(windows.train), of(windows.valid), { bs, valid_bs, drop_last, seed, prefetch })
    const order = { time, kind: timeKind, step: windows.step, ...(series !== undefined && { series }) }
    const { train_ds, valid_ds } = parts
    const [from, to, until] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b)), windows.until].map(
      time => writtenTime(timeKind, time),
    )
    const stages = [
      [
        'rows',
        `${table.length} of ${table.title}, from ${from} to ${to}, ${writtenStep(timeKind, windows.step)} from one to the next`,
      ],
      ...(series === undefined ? [] : [['series', `${new Set(numbers).size}, by ${series}`]]),
      ['windows', `${train_ds!.length} to train on; ${valid_ds!.length} to validate on, which predict from ${until} on`],
      ['input', `${lookback} rows of ${seen.join(', ')}`],
      ['target', `${ys.join(', ')} of ${horizon === 1 ? 'the next row' : `the next ${horizon} rows`}`],
    ]
    return new SequenceDataBunch(parts, new SequenceInputs(columns, lookback, order), valuesOf(targets, horizon), stages)
  }

  /** What becomes of rows on their way into a batch: each stage, with shapes and types, for a person to read. */
  async summary(): Promise<PrettyString> {
    const bs = this.train_dl.batchSize
    const batch = `xs float32 [${[bs, ...this.inputShape.flat()].join(', ')}], ys float32 [${[bs, ...this.targetShape].join(', ')}]`
    return inLines([...this.#stages, ['batch', batch]])
  }

  override valuesOf(): ValuesMeaning {
    return this.#values
  }
}

/** Names of what is predicted, and what brings it back to the units of the data. */
function valuesOf({ names, means, stds }: ColumnScale, horizon: number): Required<ValuesMeaning> {
  const ahead = Array.from({ length: horizon }, (_, i) => i + 1)
  return {
    values: ahead.flatMap(step => names.map(name => (horizon === 1 ? name : `${name} +${step}`))),
    scale: { means: ahead.flatMap(() => means), stds: ahead.flatMap(() => stds) },
  }
}

function seriesOf(table: Table, name: string | undefined): Int32Array {
  if (name === undefined) return new Int32Array(table.length)
  const column = table.column(name)
  const numbers = new Map<unknown, number>()
  return Int32Array.from({ length: table.length }, (_, row) => {
    const cell = cellOf(column, row)
    const key = cell instanceof Date ? Number(cell) : cell
    if (!numbers.has(key)) numbers.set(key, numbers.size)
    return numbers.get(key)!
  })
}

function isNumeric(table: Table, name: string): boolean {
  return ['number', 'boolean'].includes(table.column(name).kind)
}

/** Mean and deviation of columns, over those rows that train; a column that does not change is left as large as it is. */
function scaleOf(table: Table, names: readonly string[], rows: Int32Array): ColumnScale {
  const scales = names.map(name => {
    const all = numbersOf(table, name)
    const mean = rows.reduce((sum, row) => sum + all[row]!, 0) / rows.length
    const variance = rows.reduce((sum, row) => sum + (all[row]! - mean) ** 2, 0) / rows.length
    return { mean, std: Math.sqrt(variance) || 1 }
  })
  return { names, means: scales.map(({ mean }) => mean), stds: scales.map(({ std }) => std) }
}
