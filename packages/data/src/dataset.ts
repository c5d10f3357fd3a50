import { checkCount, checkOptions, kind, rangeError, show, typeError } from '@onecycle/platform'
import type { Batch } from './batch.js'
import { type ByName, namesOf } from './by-name.js'
import { Column, isTypedArray } from './column.js'
import { checkWeights, type Head, headOf, type TargetKind } from './target.js'

/** Samples by index, and how a batch of them becomes tensors. */
export interface Dataset {
  /** Number of samples. */
  readonly length: number
  /** Shape of one sample without the batch axis; a list of shapes when there are several inputs. */
  readonly inputShape: number[] | number[][]
  /** Shape of one target without the batch axis; [] for one class, and where there are several targets or none. */
  readonly targetShape: number[]
  /** What the targets are: labels of classes (int32), a yes or no for each label, values (float32); several of such ({@link heads}); or none. */
  readonly target: TargetKind | 'heads' | 'none'
  /** Number of classes, or of labels; undefined when the targets are values. */
  readonly c: number | undefined
  /** What the targets of each output are, in the order that batches have them, where there are several. */
  readonly heads?: Readonly<Record<string, Head>> | undefined
  /** Names of the inputs, in the order of `inputShape`: the model's inputs of these names get them. Without names, order decides. */
  readonly inputNames?: readonly string[] | undefined
  /** Name of the output that the targets belong to, where they were given by name. */
  readonly targetName?: string | undefined
  /** Whether batches say how much each sample counts. Default false. */
  readonly weighted?: boolean | undefined
  /** Whether {@link batch} answers with a promise: its batches are then prepared while steps run, and read by `for await`. Default false. */
  readonly asynchronous?: boolean | undefined
  /** Batches that a loader prepares ahead, unless it is told how many. Default 1 for a data set that answers with promises, else 0. */
  readonly prefetch?: number | undefined
  /**
   * The samples of these indices, in this order, as new tensors.
   *
   * @param pass which pass over the data this is, counted from 0: what is drawn at random for a sample is drawn anew in each. Left out where
   * samples are to be as they are.
   */
  batch(indices: Int32Array, pass?: number): Batch | Promise<Batch>
  /** For a part of another data set: the indices of these samples there, or where that is a part in turn, in what it is of. */
  sources?(indices: Int32Array): Int32Array
}

/** What an {@link ArrayDataset} is made of. */
interface ArrayColumns {
  x: Column | Column[] | ByName<Column>
  y?: Column | ByName<Column> | undefined
  weights?: Column | undefined
  target?: TargetKind | ByName<TargetKind> | undefined
  c?: number | ByName<number | undefined> | undefined
  name?: string | undefined
}

const columnKinds = { x: kind.any, y: kind.any, weights: kind.any, target: kind.any, c: kind.any, name: kind.string }

/** @throws TypeError for what is no {@link Dataset} */
export function requireDataset(what: string, dataset: unknown): void {
  if (typeof dataset === 'object' && dataset !== null && 'length' in dataset && 'batch' in dataset) return
  throw typeError('wrong-argument', `${what} takes a data set, such as an ArrayDataset, but got ${show(dataset)}.`)
}

/**
 * A data set in memory: a column for each input and each target. An int32 column of targets holds class labels, of samples, or of their steps
 * or pixels; any other holds values. Labels, target values and weights are checked here, inputs are not: a NaN among them shows in the loss.
 *
 * @throws RangeError when it is empty, columns differ in length, a label is no class, a target value is not finite, or a weight is
 * negative or not finite.
 *
 * @example
 * const x = new Column(new Float32Array([0, 0, 0, 1, 1, 0, 1, 1]), { shape: [2] })
 * const y = new Column(new Int32Array([0, 1, 1, 0]))
 * const xor = new ArrayDataset({ x, y })
 */
export class ArrayDataset implements Dataset {
  static readonly name: string = 'ArrayDataset'
  readonly length: number
  readonly inputShape: number[] | number[][]
  readonly targetShape: number[]
  readonly target: Dataset['target']
  readonly c: number | undefined
  readonly heads: Readonly<Record<string, Head>> | undefined
  readonly inputNames: readonly string[] | undefined
  readonly targetName: string | undefined
  readonly weighted: boolean
  readonly #inputs: Column | Column[]
  readonly #targets: Column | Column[]
  readonly #weights: Column | undefined

  /**
   * @param columns.x one input, or several: as a list, or by the names of the model's inputs.
   * @param columns.y the targets, by the name of their output where it is to be checked, of several outputs by their names; left out for samples
   * that are only predicted.
   * @param columns.weights how much each sample counts, or each step or pixel of its target, numbers of at least 0; without them all count the
   * same.
   * @param columns.target what the targets are, where their type does not say; of several by name.
   * @param columns.c number of classes, of several targets by name; by default one more than the highest label.
   * @param columns.name how messages call the data set.
   */
  constructor(columns: ArrayColumns) {
    checkOptions<ArrayColumns>('ArrayDataset', columns, columnKinds)
    const { x, y, weights, name = 'the data set' } = columns
    const own = namesOf(x) ? Object.values(x as ByName<Column>) : (x as Column | Column[])
    const inputs = [own].flat()
    const targetNames = namesOf(y)
    const targets = y === undefined ? [] : targetNames ? Object.values(y as ByName<Column>) : [y as Column]
    for (const column of [...inputs, ...targets, ...(weights ? [weights] : [])])
      if (!(column instanceof Column))
        throw typeError(
          'wrong-argument',
          `x, y and weights of ${name} are columns, but one is ${show(column)}: make a new Column(values).`,
        )
    if (inputs.length === 0) throw rangeError('empty-data', `x of ${name} is an empty list; expected at least one input.`)
    if (y !== undefined && targets.length === 0)
      throw rangeError('empty-data', `y of ${name} is an object of no columns; expected at least one.`)
    const { length } = targets[0] ?? inputs[0]!
    for (const other of targets)
      if (other.length !== length)
        throw rangeError(
          'lengths-differ',
          `The targets of ${name} differ in length: ${targets.map(each => each.length).join(' and ')}.`,
        )
    for (const input of inputs) {
      if (input.length !== length) {
        const shape = targets[0]?.shape ?? inputs[0]!.shape
        const several = input.shape[0] === length ? ' Several inputs go by name: x: { first: ..., second: ... }.' : ''
        throw rangeError(
          'lengths-differ',
          `x and y of ${name} differ in length: ${input.length} inputs of shape [${input.shape}], but ${length} targets of ` +
            `shape [${shape}].${several}`,
        )
      }
    }
    if (length === 0) throw rangeError('empty-data', `There are no samples in ${name}; expected at least one.`)
    if (weights) requireWeights(weights, length, targets.length === 1 ? targets[0]!.shape : [], name)
    this.length = length
    this.inputShape = Array.isArray(own) ? own.map(input => input.shape) : own.shape
    const told = (option: unknown, of: string | undefined) =>
      (namesOf(option) ? (option as ByName<never>)[of ?? ''] : option) as never
    const heads = targets.map((column, i) => {
      const [of, c] = [targetNames?.[i], told(columns.c, targetNames?.[i])]
      const where = targets.length > 1 ? `${name}, ${of}` : name
      if (c !== undefined) checkCount('c', c, 1)
      return headOf(column, where, { target: told(columns.target, of), c })
    })
    const none = { target: heads.length === 0 ? ('none' as const) : ('heads' as const), targetShape: [], c: undefined }
    const { target, targetShape, c } = heads.length === 1 ? heads[0]! : none
    this.target = target
    this.targetShape = targetShape
    this.c = c
    this.heads = heads.length > 1 ? Object.fromEntries(heads.map((head, i) => [targetNames![i]!, head])) : undefined
    this.inputNames = namesOf(x)
    this.targetName = heads.length === 1 ? targetNames?.[0] : undefined
    this.weighted = weights !== undefined
    this.#inputs = own
    this.#targets = targets.length === 1 ? targets[0]! : targets
    this.#weights = weights
  }

  batch(indices: Int32Array): Batch {
    const gather = (columns: Column | Column[]) =>
      Array.isArray(columns) ? columns.map(column => column.gather(indices)) : columns.gather(indices)
    return {
      xs: gather(this.#inputs),
      ys: gather(this.#targets),
      ...(this.#weights && { weights: this.#weights.gather(indices) }),
      size: indices.length,
      inputNames: this.inputNames,
      ...(this.heads && { targetNames: Object.keys(this.heads) }),
    }
  }
}

/** @throws RangeError when weights are not one number for each sample, or for each place of its target. */
function requireWeights(weights: Column, length: number, targetShape: readonly number[], name: string): void {
  const fits = weights.length === length && weights.shape.every((side, axis) => side === targetShape[axis])
  if (!fits)
    throw rangeError(
      'sample-weights',
      `weights of ${name} are ${weights.length} of shape [${weights.shape}]; expected one number for each of its ${length} samples` +
        `${targetShape.length > 0 ? `, or for each place of its targets, of shape [${targetShape}]` : ''}.`,
    )
  if (weights.dtype !== 'float32')
    throw typeError(
      'sample-weights',
      `weights of ${name} are an int32 column; expected the dtype float32: new Column(weights, { dtype: 'float32' }).`,
    )
  checkWeights(weights.data, name)
  if (!weights.data.some((weight: number) => weight > 0))
    throw rangeError('sample-weights', `All weights of ${name} are 0, so that no sample counts; expected at least one above 0.`)
}

/**
 * Some samples of another data set, in the given order. Shares its memory.
 *
 * @example
 * const firstHundred = new Subset(dataset, Int32Array.from({ length: 100 }, (_, i) => i))
 */
export class Subset<Whole extends Dataset = Dataset> implements Dataset {
  static readonly name: string = 'Subset'
  readonly length: number
  readonly inputShape: number[] | number[][]
  readonly targetShape: number[]
  readonly target: Dataset['target']
  readonly c: number | undefined
  readonly heads: Dataset['heads']
  readonly inputNames: readonly string[] | undefined
  readonly targetName: string | undefined
  readonly weighted: boolean
  readonly asynchronous: boolean
  readonly prefetch: number | undefined
  readonly #dataset: Whole
  readonly #indices: Int32Array

  constructor(dataset: Whole, indices: Int32Array) {
    requireDataset('A Subset', dataset)
    if (!isTypedArray(indices))
      throw typeError('wrong-argument', `The indices of a Subset are ${show(indices)}; expected an Int32Array.`)
    for (const index of indices) checkCount('index', index, 0, dataset.length - 1)
    this.length = indices.length
    this.inputShape = dataset.inputShape
    this.targetShape = dataset.targetShape
    this.target = dataset.target
    this.c = dataset.c
    this.heads = dataset.heads
    this.inputNames = dataset.inputNames
    this.targetName = dataset.targetName
    this.weighted = dataset.weighted ?? false
    this.asynchronous = dataset.asynchronous ?? false
    this.prefetch = dataset.prefetch
    this.#dataset = dataset
    this.#indices = indices
  }

  batch(indices: Int32Array, pass?: number): ReturnType<Whole['batch']> {
    return this.#dataset.batch(this.#of(indices), pass) as ReturnType<Whole['batch']>
  }

  sources(indices: Int32Array): Int32Array {
    const of = this.#of(indices)
    return this.#dataset.sources?.(of) ?? of
  }

  #of(indices: Int32Array): Int32Array {
    if (!isTypedArray(indices))
      throw typeError('wrong-argument', `Samples are gathered by their indices, an Int32Array, but got ${show(indices)}.`)
    return indices.map(index => this.#indices[index]!)
  }
}
