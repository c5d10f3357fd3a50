import type { DataBunch, ItemDataBunch } from '@onecycle/data'
import { type Panel, type Picture, picturesPanel, tablePanel } from '@onecycle/plot'
import { formatNumber } from '@onecycle/plot/internal'
import type { InputValues } from './samples-at.js'
import { columnNames, isIndicator, readable, tabular } from './tabular.js'

/** What is said of a sample, under a name. */
export interface Column {
  readonly name: string
  /** @param index of the sample in its stream */
  of(index: number): string
}

/** What is said of places in a sample. */
export interface Marks {
  readonly predicted: ArrayLike<number>
  readonly actual: ArrayLike<number>
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
  marks: (index: number) => Marks | undefined = () => undefined,
): Panel {
  if (samples.every(isPicture)) {
    const over = overlay(data)
    const pictures = samples.flatMap(([input], i): Picture[] => {
      const { values, shape } = input!
      const picture = data.inputs?.seen?.(values, shape) ?? { values, shape: shape as [number, number, 1 | 3] }
      const caption = columns.map(({ name, of }) => `${name} ${of(indices[i]!)}`)
      const marked = over && marks(indices[i]!)
      if (!marked) return [{ ...picture, caption }]
      return [
        { ...over(picture, marked.predicted), caption: ['predicted', ...caption] },
        { ...over(picture, marked.actual), caption: ['actual'] },
      ]
    })
    // Two of one sample stay side by side.
    const across = pictures.length > samples.length ? 2 * Math.min(3, Math.ceil(Math.sqrt(samples.length))) : undefined
    const marked = indices.flatMap(index => marks(index) ?? []).flatMap(({ predicted, actual }) => [predicted, actual])
    const legend = over && (data as Partial<ItemDataBunch>).encoder?.y?.colors?.(marked)
    return picturesPanel({ title, pictures, across, legend })
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

/** Draws targets over the pictures that they are of, where the data's are such. */
function overlay(data: DataBunch): ((picture: Picture, values: ArrayLike<number>) => Picture) | undefined {
  const { encoder } = data as Partial<ItemDataBunch>
  const target = encoder?.y
  return target?.showOn && ((picture, values) => target.showOn!({ picture }, values).picture ?? picture)
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
