import { nearestName, rangeError, show, typeError } from '@onecycle/platform'
import { namesOf } from '../by-name.js'
import type { TargetKind } from '../target.js'
import type { ColumnSummary } from './column-summary.js'
import { ColumnTarget, type TableTarget } from './table-target.js'

type ByOutput<T> = T | Readonly<Record<string, T>>

/** What is predicted, as it is asked for: see {@link TabularOptions}. */
export interface TargetsAsked {
  readonly y: ByOutput<string | readonly string[]> | null
  readonly target?: ByOutput<TargetKind> | undefined
  readonly label_delim?: ByOutput<string> | undefined
  readonly max_card?: number | undefined
}

/** Whether the inputs themselves are asked for. */
export function asksForInputs(y: TargetsAsked['y'], columns: readonly string[]): boolean {
  return y === 'x' && !columns.includes('x')
}

/** Columns that are predicted. */
export function targetColumns(y: TargetsAsked['y'], columns: readonly string[]): string[] {
  if (y === null || asksForInputs(y, columns)) return []
  const names = namesOf(y) ? Object.values(y).flat() : [y].flat()
  if (names.length === 0 || names.some(name => typeof name !== 'string'))
    throw typeError(
      'table-target',
      `y is ${show(y)}; expected the name of a column, several, or those of each output by its name.`,
    )
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw rangeError('table-target', `y names ${show(twice)} twice.`)
  return names as string[]
}

/**
 * What columns are as targets: of one output, or of several. A list of columns is one target where they are all values or all yes and no;
 * else each has an output of its own, as it has where outputs are named.
 *
 * @throws as {@link ColumnTarget.of}; TypeError for a kind or a delimiter of an output that is none
 */
export function tableTargets(
  { y, target, label_delim, max_card = 20 }: TargetsAsked,
  summaries: ReadonlyMap<string, ColumnSummary>,
): { targets: TableTarget[]; named: boolean } {
  const outputs = outputsOf(y, target, summaries)
  const names = outputs.map(([name]) => name)
  const same = names.find((name, i) => names.indexOf(name) !== i)
  if (same !== undefined)
    throw rangeError(
      'table-target',
      `y: two outputs would be called ${show(same)}. Name them: y: { first: 'a column', second: 'another' }.`,
    )
  for (const [option, given] of Object.entries({ target, label_delim }))
    for (const name of namesOf(given) ?? [])
      if (!names.includes(name)) {
        const meant = nearestName(name, names)
        throw typeError(
          'unknown-output',
          `${option} has an entry ${show(name)}, but the outputs are ${names.join(', ')}.${meant ? ` Did you mean ${meant}?` : ''}`,
        )
      }
  if (typeof label_delim === 'string' && names.length > 1)
    throw typeError(
      'label-delim',
      `label_delim is ${show(label_delim)}, of several outputs: say of which, label_delim: { ${names[0]}: ';' }.`,
    )
  const of = <T>(option: ByOutput<T> | undefined, name: string) =>
    (namesOf(option) ? (option as Record<string, T>)[name] : option) as T | undefined
  const targets = outputs.map(([name, columns]) =>
    ColumnTarget.of(
      name,
      columns.map(column => [column, summaries.get(column)!] as const),
      { target: of(target, name), label_delim: of(label_delim, name), max_card },
    ),
  )
  return { targets, named: targets.length > 1 || namesOf(y) !== undefined }
}

function outputsOf(
  y: TargetsAsked['y'],
  target: TargetsAsked['target'],
  summaries: ReadonlyMap<string, ColumnSummary>,
): [name: string, columns: string[]][] {
  if (y === null) return []
  if (namesOf(y)) {
    for (const name of Object.keys(y)) if (outputName(name) !== name) throw typeError('table-target', unfit(name))
    return Object.entries(y).map(([name, columns]) => [name, [columns].flat()])
  }
  const columns = [y].flat() as string[]
  if (columns.length === 1) return [[columns[0]!, columns]]
  const areNumbers = columns.every(column => ['number', 'boolean'].includes(summaries.get(column)!.kind))
  const together = target === undefined ? areNumbers : target === 'value' || target === 'multilabel'
  return together ? [[columns.join(', '), columns]] : columns.map(column => [outputName(column), [column]])
}

/** What the output of a column is called: TensorFlow.js has letters without marks, digits and `_-.` in names, and objects sort whole numbers. */
export function outputName(column: string): string {
  const plain = column.normalize('NFD').replace(/\p{M}/gu, '')
  return plain.replace(/[^A-Za-z0-9_.-]/g, '_').replace(/^(?=[^A-Za-z0-9]|\d+$)/, 'y')
}

function unfit(name: string): string {
  return `y has an output ${show(name)}; its name begins with a letter and holds letters, digits and _-. alone: ${show(outputName(name))}.`
}
