import { checkCount, rangeError, say, show, typeError } from '@onecycle/platform'
import type { Split } from '../random-split.js'
import { ColumnSummary } from './column-summary.js'
import { contCatNames } from './cont-cat-split.js'
import { add_datepart, prefixOf } from './date-parts.js'
import { inputTargets } from './input-target.js'
import type { ColumnType } from './parse-cell.js'
import { Categorify } from './procs/categorify.js'
import { FillMissing } from './procs/fill-missing.js'
import { Normalize } from './procs/normalize.js'
import { columnThatSplits, splitBy } from './split-by.js'
import { noColumn, type Table } from './table.js'
import { type Cell, cellOf } from './table-column.js'
import type { TableParts } from './table-parts.js'
import type { TableTarget } from './table-target.js'
import { asksForInputs, outputName, tableTargets, targetColumns } from './table-targets.js'
import type { TabularOptions, TabularProc } from './tabular-options.js'
import { type DateSpec, TabularPreprocessor, type TabularProcs } from './tabular-preprocessor.js'

/** What is known of rows before a batch is made of them. */
export interface FittedTable {
  readonly procs: TabularPreprocessor
  /** What is predicted, of each output. */
  readonly targets: readonly TableTarget[]
  /** Whether outputs are known by the names of targets. */
  readonly named: boolean
  /** Rows. */
  readonly length: number
  readonly split: Split
  /** The column that says how much rows count. */
  readonly weights: string | undefined
  /** Rows of each class or label on both sides, for each target; undefined for values. */
  readonly counts: readonly (ClassCounts | undefined)[]
}

interface ClassCounts {
  readonly train: readonly number[]
  readonly valid: readonly number[]
}

type Summaries = Map<string, ColumnSummary>

/**
 * Reads all rows twice: to learn what columns there are, how many rows, and who is to train; and to learn from those who do.
 *
 * @param types how columns were asked to be read
 */
export async function fitTabular(
  rows: TableParts,
  options: TabularOptions,
  types: Readonly<Record<string, ColumnType>> = {},
): Promise<FittedTable> {
  const { cat_names, cont_names, weights, split: how, valid_pct = 0.2, max_card = 20, seed = 0 } = options
  checkCount('max_card', max_card, 0)
  const y = targetColumns(options.y, rows.names)
  const splits = columnThatSplits(how)
  for (const name of [...y, weights, splits])
    if (name !== undefined && !rows.names.includes(name))
      throw rangeError('no-such-column', noColumn(name, rows.names, rows.title))
  const named = [...(cat_names ?? []), ...(cont_names ?? [])]
  const noInput = [...y, weights, ...(how && 'stratify' in how ? [] : [splits])]
  const inputs = rows.names.filter(name => named.includes(name) || !noInput.includes(name))
  const isInput = named.find(name => y.includes(name) || name === weights)
  if (isInput !== undefined)
    throw rangeError(
      'column-twice',
      `${isInput} is ${y.includes(isInput) ? 'what is predicted' : 'the weight of a row'}, and cannot be an input too.`,
    )

  let whole = await look(rows, [...inputs, ...y], splits)
  while (rows.changed?.()) whole = await look(rows, [...inputs, ...y], splits)
  const { length } = whole
  if (length === 0)
    throw rangeError('empty-data', `${rows.title} has no rows; expected some to train on, and some to validate on.`)
  const isOfInputs = asksForInputs(options.y, rows.names)
  const asked = tableTargets(isOfInputs ? { y: null } : options, whole.columns)
  const split = splitBy(how, length, whole.cells, valid_pct, seed)
  const { dates, cats, conts } = roles(whole.columns, whole.parts, inputs, options, rows.title)
  const used = inputs.filter(name => dates.some(date => date.name === name) || cats.includes(name) || conts.includes(name))
  const spec = {
    types: Object.fromEntries(used.map(name => [name, types[name] ?? whole.columns.get(name)!.kind])),
    ...{ dates, cat_names: cats, cont_names: conts },
  }
  const training = await look(rows, [...used, ...y], undefined, split[0])
  const procs = TabularPreprocessor.fit(spec, procsOf(options.procs), new Map([...training.columns, ...training.parts]))
  const { targets, ...outputs } = isOfInputs ? ofInputs(procs) : asked
  const counts = targets.map(target => countsOf(target, whole.columns, training.columns))
  for (const [i, { name, classes = [] }] of targets.entries()) {
    const single = classes.filter((_, c) => counts[i] && counts[i].train[c]! + counts[i].valid[c]! === 1)
    if (single.length > 0)
      say(
        `${rows.title}: of ${name} ${single.map(show).join(', ')} there is one row, which is trained on or validated on, and never both.`,
      )
  }
  return { procs, targets, ...outputs, length, split, weights, counts }
}

interface Look {
  length: number
  /** Of the columns as they are. */
  readonly columns: Summaries
  /** Of the parts of dates, hours among them. */
  readonly parts: Summaries
  /** Of the column that splits. */
  readonly cells: Cell[]
}

/** @param chosen the rows to look at, by default all */
async function look(rows: TableParts, names: readonly string[], splits: string | undefined, chosen?: Int32Array): Promise<Look> {
  const found: Look = { length: 0, columns: new Map(), parts: new Map(), cells: [] }
  const sorted = chosen?.slice().sort()
  let at = 0
  for await (const part of rows.parts()) {
    const own = part.select(names)
    const dates = names.filter(name => own.column(name).kind === 'date')
    const apart = dates.reduce((all, name) => add_datepart(all, name, { time: true }), own.select(dates))
    let here: Int32Array | undefined
    if (sorted) {
      const start = at
      while (at < sorted.length && sorted[at]! < found.length + part.length) at++
      here = sorted.subarray(start, at).map(row => row - found.length)
    }
    add(found.columns, own, here)
    add(found.parts, apart, here)
    if (splits !== undefined) for (let row = 0; row < part.length; row++) found.cells.push(cellOf(part.column(splits), row))
    found.length += part.length
  }
  return found
}

function add(summaries: Summaries, table: Table, rows: Int32Array | undefined): void {
  for (const name of table.names) {
    const column = table.column(name)
    const summary = summaries.get(name) ?? new ColumnSummary(column.kind)
    summary.add(column, rows)
    summaries.set(name, summary)
  }
}

/** Which inputs are dates to take apart, which then are categories, and which numbers. */
function roles(columns: Summaries, parts: Summaries, inputs: readonly string[], options: TabularOptions, title: string) {
  const { cat_names = [], cont_names = [], max_card = 20 } = options
  const named = [...cat_names, ...cont_names]
  const twice = named.find((name, i) => named.indexOf(name) !== i)
  if (twice !== undefined)
    throw rangeError('column-twice', `${twice} is named twice in cat_names and cont_names; expected one place.`)
  const areAll = options.cat_names !== undefined && options.cont_names !== undefined
  const isDate = (name: string) => columns.get(name)!.kind === 'date'
  const partsOf = ({ name, time }: DateSpec) =>
    [...parts.keys()].filter(part => part.startsWith(prefixOf(name)) && (time || !/(Hour|Minute|Second)$/.test(part)))
  const dates = inputs.filter(isDate).map(name => ({ name, time: columns.get(name)!.times }))
  const usedDates = dates.filter(date => !areAll || named.includes(date.name) || partsOf(date).some(part => named.includes(part)))
  const plain = inputs.filter(name => !isDate(name))
  const known = [...plain, ...dates.flatMap(partsOf)]
  for (const name of named)
    if (!known.includes(name) && !dates.some(date => date.name === name))
      throw rangeError('no-such-column', noColumn(name, [...inputs, ...known], title))
  const wholeDates = usedDates.filter(date => named.includes(date.name))
  const open = areAll ? wholeDates.flatMap(partsOf) : [...plain, ...usedDates.flatMap(partsOf)]
  const rest = contCatNames(
    open.filter(name => !named.includes(name)).map(name => [name, columns.get(name) ?? parts.get(name)!] as const),
    max_card,
  )
  const apart = (names: readonly string[]) => names.filter(name => known.includes(name))
  const [cats, conts] = [
    [...apart(cat_names), ...rest.cat_names],
    [...apart(cont_names), ...rest.cont_names],
  ]
  if (cats.length + conts.length === 0)
    throw rangeError('no-inputs', `${title} has no columns to predict from: ${show(options.y)} is what is predicted.`)
  return { dates: usedDates, cats, conts }
}

function procsOf(procs: readonly TabularProc[] = [Categorify, FillMissing, Normalize]): TabularProcs {
  const made = procs.map(proc => (typeof proc === 'function' ? new proc() : proc))
  const wrong = made.find(proc => !(proc instanceof Categorify || proc instanceof FillMissing || proc instanceof Normalize))
  if (wrong !== undefined)
    throw typeError(
      'wrong-argument',
      `procs holds ${show(wrong)}; expected Categorify, FillMissing and Normalize, or some of them.`,
    )
  const of = <Kind extends object>(kind: new () => Kind) => made.find(proc => proc instanceof kind) as Kind | undefined
  return { categorify: of(Categorify), fill: of(FillMissing), normalize: of(Normalize) }
}

function ofInputs(procs: TabularPreprocessor): Pick<FittedTable, 'targets' | 'named'> {
  const targets = inputTargets(procs, outputName)
  return { targets, named: targets.length > 1 }
}

function countsOf(target: TableTarget, whole: Summaries, training: Summaries): ClassCounts | undefined {
  const [all, train] = [target.counts(whole), target.counts(training)]
  return all && { train: train!, valid: all.map((count, i) => count - train![i]!) }
}
