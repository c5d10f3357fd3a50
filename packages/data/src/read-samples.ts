import { orderByName, show, typeError } from '@onecycle/platform'
import { type ByName, namesOf } from './by-name.js'
import { Column } from './column.js'
import { ArrayDataset } from './dataset.js'
import { type Inputs, inputColumns, type Shapes, targetColumn, type Values, weightColumn } from './from-values.js'
import type { TargetKind } from './target.js'

/** Targets of one output, and by its name where it is to be checked; of several by name; or `'x'`, the input itself. */
export type Targets = Values | ByName<Values> | 'x'

export interface Samples {
  x: Inputs
  y: Targets
  weights?: Values | undefined
}

/** How samples are to be read. */
export interface Reading {
  shape?: Shapes | undefined
  targetShape?: readonly number[] | ByName<readonly number[]> | undefined
  target?: TargetKind | ByName<TargetKind> | undefined
  scale?: number | undefined
  classes?: readonly string[] | ByName<readonly string[]> | undefined
  ignore_index?: number | undefined
}

/** @param train the training set, which a validation set has the classes of */
export function readSamples(name: string, { x, y, weights: given }: Samples, how: Reading, train?: ArrayDataset): ArrayDataset {
  const { shape, scale, classes } = how
  const inputs = inputColumns(x, shape, { scale })
  const weighing = (y: Column) => weightColumn(given, y)
  if (y === 'x') {
    if (!(inputs instanceof Column))
      throw typeError('which-targets', "y: 'x' asks for the input as the target, and there are several: give y their values.")
    return new ArrayDataset({ x: inputs, y: inputs, weights: weighing(inputs), name, c: train?.c })
  }
  const names = orderOf(y, train)
  if (names && names.length > 1) {
    if (how.ignore_index !== undefined)
      throw typeError('which-targets', 'ignore_index is of the labels of one output; of several, give weights of 0.')
    const of = <T>(option: T | ByName<T> | undefined, head: string) =>
      namesOf(option) ? (option as ByName<T>)[head] : (option as T)
    const columns = names.map(
      head => [head, targetColumn((y as ByName<Values>)[head]!, of(how.target, head), of(how.targetShape, head))] as const,
    )
    const c = names.map(head => [head, train ? train.heads?.[head]?.c : of(classes, head)?.length] as const)
    const targets = { y: Object.fromEntries(columns), c: Object.fromEntries(c), target: how.target }
    return new ArrayDataset({ x: inputs, ...targets, weights: weighing(columns[0]![1]), name })
  }
  const [only] = names ? Object.values(y as ByName<Values>) : [y as Values]
  if (only === undefined) throw typeError('no-targets', `y is ${show(y)}; expected targets.`)
  const column = targetColumn(only, how.target as TargetKind | undefined, how.targetShape as readonly number[] | undefined)
  const labels = Array.isArray(classes) ? classes.length : undefined
  const target = (how.target as TargetKind | undefined) ?? (isMultiHot(column, labels) ? 'multilabel' : undefined)
  const counted =
    how.ignore_index === undefined
      ? { y: column, weights: weighing(column) }
      : without(how.ignore_index, column, weighing(column))
  return new ArrayDataset({
    ...{ x: inputs, weights: counted.weights, target, name, c: train?.c ?? labels },
    y: names ? { [names[0]!]: counted.y } : counted.y,
  })
}

/** Whether there is a 0 or a 1 for each of the classes that have names. Of two integers a sample that is not certain: they may be classes themselves. */
function isMultiHot({ shape, data, dtype }: Column, labels: number | undefined): boolean {
  if (labels === undefined || shape.length !== 1 || shape[0] !== labels || (dtype === 'int32' && labels < 3)) return false
  return data.every((value: number) => value === 0 || value === 1)
}

/** Places whose label says that they do not count: any class, of weight 0. */
function without(ignored: number, y: Column, weights: Column | undefined): { y: Column; weights: Column } {
  const labels = Int32Array.from(y.data)
  const share = weights ? labels.length / weights.data.length : 1
  const counts = Float32Array.from(labels, (label, i) => (label === ignored ? 0 : (weights?.data[Math.floor(i / share)] ?? 1)))
  labels.forEach((label, i) => {
    if (label === ignored) labels[i] = 0
  })
  return { y: new Column(labels, { shape: y.shape }), weights: new Column(counts, { shape: y.shape }) }
}

/** The names of the targets: those of a validation set in the order that they have in training. */
function orderOf(y: unknown, train: ArrayDataset | undefined): string[] | undefined {
  const names = namesOf(y)
  if (!names || !train?.heads) return names
  const ours = Object.keys(train.heads)
  orderByName('targets', { who: 'the validation set', names }, { who: 'the training set', names: ours })
  return ours
}
