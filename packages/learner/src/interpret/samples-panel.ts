import type { DataBunch } from '@onecycle/data'
import { formatNumber, type Panel, picturesPanel, tablePanel } from '@onecycle/plot'
import type { InputValues } from './samples-at.js'
import { columnNames, isIndicator, readable, tabular } from './tabular.js'

/** What is said of a sample, under a name. */
export interface Column {
  readonly name: string
  /** @param index of the sample in its stream */
  of(index: number): string
}

/** Characters of a text that a table has room for. */
const mostCharacters = 80
/** Most inputs of a sample that a table has room for. */
const mostNumbers = 8

/** Samples as pictures with what is said of them, or as rows of a table whose first columns are their inputs. */
export function samplesPanel(
  title: string,
  data: DataBunch,
  indices: readonly number[],
  samples: readonly (readonly InputValues[])[],
  columns: readonly Column[],
): Panel {
  if (samples.every(isPicture)) {
    const pictures = samples.map(([input], i) => ({
      ...input!,
      shape: input!.shape as [number, number, 1 | 3],
      caption: columns.map(({ name, of }) => `${name} ${of(indices[i]!)}`),
    }))
    return picturesPanel({ title, pictures })
  }
  const written = data.inputs?.written?.bind(data.inputs)
  if (written) {
    const cells = samples.map(([input]) => shortened(written(input!.values)))
    return tablePanel({
      title,
      columns: ['sample', 'text', ...columns.map(({ name }) => name)],
      rows: cells.map((cell, i) => [String(indices[i]!), cell, ...columns.map(({ of }) => of(indices[i]!))]),
    })
  }
  const table = tabular(data)
  const all = table ? columnNames(table) : samples[0]!.flatMap((input, i) => inputNames(data, i, input))
  const shown = [...all.keys()].filter(i => !table || !isIndicator(table, all[i]!))
  const inputs = shown.slice(0, mostNumbers)
  const cells = table
    ? readable(table, samples)
    : samples.map(inputs => inputs.flatMap(({ values }) => Array.from(values, value => formatNumber(value))))
  const rows = cells.map((row, i) => [
    String(indices[i]!),
    ...inputs.map(column => row[column]!),
    ...columns.map(({ of }) => of(indices[i]!)),
  ])
  const more = shown.length > mostNumbers ? `, the first ${mostNumbers} of ${shown.length} inputs` : ''
  return tablePanel({
    title: title + more,
    columns: ['sample', ...inputs.map(column => all[column]!), ...columns.map(({ name }) => name)],
    rows,
  })
}

/** The beginning of a text in one line. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
}

function isPicture(inputs: readonly InputValues[]): boolean {
  const { shape } = inputs[0]!
  return inputs.length === 1 && shape.length === 3 && [1, 3].includes(shape[2]!) && shape[0]! > 1 && shape[1]! > 1
}

/** A name for each number of an input. */
function inputNames({ inputNames, inputShape }: DataBunch, i: number, { values }: InputValues): string[] {
  const name = inputNames?.[i] ?? (Array.isArray(inputShape[0]) ? `input ${i}` : 'x')
  return values.length === 1 && inputNames ? [name] : Array.from(values, (_, j) => `${name}[${j}]`)
}
