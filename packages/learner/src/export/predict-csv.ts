import type { ItemInputs, ReadTableOptions, Table, TableLike } from '@onecycle/data'
import { type RowInputsState, streaming } from '@onecycle/data/internal'
import {
  checkCount,
  checkFileName,
  checkOptions,
  defined,
  type FileSource,
  type Kinds,
  kind,
  nameOf,
  rangeError,
  show,
  typeError,
  writeWhole,
} from '@onecycle/platform'
import type { Answer } from './answer.js'

/** What `predict_csv` is given: columns that are kept and made, batch size, and how the file is read. */
export interface PredictCsvOptions extends Omit<ReadTableOptions, 'columns' | 'types'> {
  /** Columns of the rows that stand before what is predicted. Default all. */
  keep?: readonly string[] | undefined
  /** Whether the probability of each class or label has a column. Default true. */
  probs?: boolean | undefined
  /** What the names of predicted columns begin with. Default nothing. */
  prefix?: string | undefined
  /** Rows that are predicted at a time. Default 1024. */
  bs?: number | undefined
}

/** What {@link Predictor.predict_csv} has written. */
export interface PredictedCsv {
  /** Where, in full. */
  readonly path: string
  readonly rows: number
}

const kinds: Kinds<Pick<PredictCsvOptions, 'keep' | 'probs' | 'prefix' | 'bs'>> = {
  ...{ keep: kind.listOf(kind.string), probs: kind.boolean, prefix: kind.string, bs: kind.number },
}

/** Who predicts, and what makes inputs of rows. */
interface Predicting {
  readonly inputs: ItemInputs | undefined
  predict(rows: Table): Promise<Answer[]>
}

/** Rows in, rows with what is predicted of them out: a part of them in memory at a time. */
export async function predictCsv(
  { inputs, predict }: Predicting,
  rows: FileSource | TableLike,
  to: string,
  options: PredictCsvOptions = {},
): Promise<PredictedCsv> {
  const { csvLine, readKinds, streamRows } = await streaming()
  const { columns: _columns, types: _types, ...reading } = readKinds
  checkOptions<PredictCsvOptions>('predict_csv', options, { ...kinds, ...reading })
  const table = inputs?.state()
  if (table?.kind !== 'table')
    throw typeError(
      'another-kind',
      'predict_csv predicts the rows of a table, and this model was not trained on one. Use predict.',
    )
  checkFileName('predict_csv', to)
  const { keep, probs = true, prefix = '', bs = 1024, ...how } = options
  checkCount('bs', bs)
  const given = { ...(table as RowInputsState).reading, ...defined(how) }
  let written = 0
  let failure: unknown
  const encoder = new TextEncoder()
  async function* content(): AsyncGenerator<Uint8Array> {
    try {
      for await (const some of streamRows(rows, given, bs)) {
        const own = keep ? some.select(keep) : some
        const predicted = (await predict(some)).map(answer => flat(answer, prefix, probs))
        const names = Object.keys(predicted[0]!)
        const taken = names.find(name => own.names.includes(name))
        if (taken !== undefined)
          throw rangeError(
            'column-taken',
            `${some.title} has a column ${show(taken)}, as what is predicted is called. Leave it out, keep: [...], or say how predicted ` +
              "columns begin, prefix: 'predicted_'.",
          )
        const header = written === 0 ? csvLine([...own.names, ...names]) : ''
        const lines = predicted.map((answer, row) => csvLine([...Object.values(own.row(row)), ...Object.values(answer)]))
        written += predicted.length
        yield encoder.encode(header + lines.join(''))
      }
    } catch (error) {
      failure = error
      throw error
    }
  }
  try {
    await writeWhole(to, content())
  } catch (error) {
    // What was wrong with the rows is no failure to write.
    throw failure ?? error
  }
  return { path: nameOf(to), rows: written }
}

/** An answer as cells by name: `label` and `probs.no`, of several outputs behind their names, `kind.label`. */
function flat(answer: object, prefix: string, probs: boolean): Record<string, string | number> {
  const cells = Object.entries(answer).flatMap(([name, value]): [string, string | number][] => {
    if (name === 'probs' && !probs) return []
    if (typeof value === 'number') return [[prefix + name, Number(value.toPrecision(9))]]
    if (typeof value === 'string') return [[prefix + name, value]]
    if (name === 'labels') return [[prefix + name, (value as string[]).join(';')]]
    return Object.entries(flat(value as object, `${prefix}${name}.`, probs))
  })
  return Object.fromEntries(cells)
}
