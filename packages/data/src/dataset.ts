import { checkCount, checkOptions, kind, show } from '@onecycle/platform'
import type { Tensor1D } from '@tensorflow/tfjs-core'
import type { Batch } from './batch.js'
import { type ByName, namesOf, oneTarget } from './by-name.js'
import { Column, isTypedArray } from './column.js'
import { checkLabels, checkValues, checkWeights } from './target.js'

/** Samples by index, and how a batch of them becomes tensors. */
export interface Dataset {
  /** Number of samples. */
  readonly length: number
  /** Shape of one sample without the batch axis; a list of shapes when there are several inputs. */
  readonly inputShape: number[] | number[][]
  /** Shape of one target without the batch axis; [] for class labels. */
  readonly targetShape: number[]
  /** Whether the targets are labels of classes (int32) or values to predict (float32). */
  readonly target: 'class' | 'value'
  /** Number of classes; undefined when the targets are values. */
  readonly c: number | undefined
  /** Names of the inputs, in the order of `inputShape`: the model's inputs of these names get them. Without names, order decides. */
  readonly inputNames?: readonly string[] | undefined
  /** Name of the output that the targets belong to, where they were given by name. */
  readonly targetName?: string | undefined
  /** Whether batches say how much each sample counts. Default false. */
  readonly weighted?: boolean | undefined
  /** The samples of these indices, in this order, as new tensors. */
  batch(indices: Int32Array): Batch
  /** For a part of another data set: the indices of these samples there, or where that is a part in turn, in what it is of. */
  sources?(indices: Int32Array): Int32Array
}

/** What an {@link ArrayDataset} is made of. */
interface ArrayColumns {
  x: Column | Column[] | ByName<Column>
  y: Column | ByName<Column>
  weights?: Column | undefined
  c?: number | undefined
  name?: string | undefined
}

const columnKinds = { x: kind.any, y: kind.any, weights: kind.any, c: kind.number, name: kind.string }

/** @throws TypeError for what is no {@link Dataset} */
export function requireDataset(what: string, dataset: unknown): void {
  if (typeof dataset === 'object' && dataset !== null && 'length' in dataset && 'batch' in dataset) return
  throw new TypeError(`${what} takes a data set, such as an ArrayDataset, but got ${show(dataset)}.`)
}

/**
 * A data set in memory: a column for each input and one for the targets. An int32 column of single numbers holds class
 * labels; any other holds values. Labels, target values and weights are checked here, inputs are not: a NaN among them shows in
 * the loss.
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
  readonly target: 'class' | 'value'
  readonly c: number | undefined
  readonly inputNames: readonly string[] | undefined
  readonly targetName: string | undefined
  readonly weighted: boolean
  readonly #inputs: Column | Column[]
  readonly #targets: Column
  readonly #weights: Column | undefined

  /**
   * @param columns.x one input, or several: as a list, or by the names of the model's inputs.
   * @param columns.y the targets, and by the name of their output where it is to be checked.
   * @param columns.weights how much each sample counts, one number of at least 0 for each; without them all count the same.
   * @param columns.c number of classes; by default one more than the highest label.
   * @param columns.name how messages call the data set.
   */
  constructor(columns: ArrayColumns) {
    checkOptions<ArrayColumns>('ArrayDataset', columns, columnKinds)
    const { x, y: targets, weights, c, name = 'the data set' } = columns
    const { y, targetName } = oneTarget(targets)
    const own = x instanceof Column || Array.isArray(x) ? x : Object.values(Object(x) as ByName<Column>)
    const inputs = [own].flat()
    for (const column of [...inputs, y, ...(weights ? [weights] : [])])
      if (!(column instanceof Column))
        throw new TypeError(`x, y and weights of ${name} are columns, but one is ${show(column)}: make a new Column(values).`)
    if (inputs.length === 0) throw new RangeError(`x of ${name} is an empty list; expected at least one input.`)
    for (const input of inputs) {
      if (input.length !== y.length) {
        const several = input.shape[0] === y.length ? ' Several inputs go by name: x: { first: ..., second: ... }.' : ''
        throw new RangeError(
          `x and y of ${name} differ in length: ${input.length} inputs of shape [${input.shape}], but ${y.length} targets of ` +
            `shape [${y.shape}].${several}`,
        )
      }
    }
    if (y.length === 0) throw new RangeError(`There are no samples in ${name}; expected at least one.`)
    if (weights) requireOneEach(weights, y.length, name)
    this.length = y.length
    this.inputShape = Array.isArray(own) ? own.map(input => input.shape) : own.shape
    this.targetShape = y.shape
    this.target = y.dtype === 'int32' && y.shape.length === 0 ? 'class' : 'value'
    this.c = this.target === 'class' ? checkLabels(y.data, c, name) : checkValues(y.data, name)
    this.inputNames = namesOf(x)
    this.targetName = targetName
    this.#inputs = own
    this.weighted = weights !== undefined
    this.#targets = y
    this.#weights = weights
  }

  batch(indices: Int32Array): Batch {
    const inputs = this.#inputs
    return {
      xs: Array.isArray(inputs) ? inputs.map(input => input.gather(indices)) : inputs.gather(indices),
      ys: this.#targets.gather(indices),
      ...(this.#weights && { weights: this.#weights.gather(indices) as Tensor1D }),
      size: indices.length,
      inputNames: this.inputNames,
    }
  }
}

/** @throws RangeError when weights are not one number for each sample. */
function requireOneEach(weights: Column, length: number, name: string): void {
  if (weights.length !== length || weights.shape.length > 0)
    throw new RangeError(
      `weights of ${name} are ${weights.length} of shape [${weights.shape}]; expected one number for each of its ${length} samples.`,
    )
  if (weights.dtype !== 'float32')
    throw new TypeError(
      `weights of ${name} are an int32 column; expected the dtype float32: new Column(weights, { dtype: 'float32' }).`,
    )
  checkWeights(weights.data, name)
  if (!weights.data.some((weight: number) => weight > 0))
    throw new RangeError(`All weights of ${name} are 0, so that no sample counts; expected at least one above 0.`)
}

/** Some samples of another data set, in the given order. Shares its memory. */
export class Subset implements Dataset {
  static readonly name: string = 'Subset'
  readonly length: number
  readonly inputShape: number[] | number[][]
  readonly targetShape: number[]
  readonly target: 'class' | 'value'
  readonly c: number | undefined
  readonly inputNames: readonly string[] | undefined
  readonly targetName: string | undefined
  readonly weighted: boolean
  readonly #dataset: Dataset
  readonly #indices: Int32Array

  constructor(dataset: Dataset, indices: Int32Array) {
    requireDataset('A Subset', dataset)
    if (!isTypedArray(indices)) throw new TypeError(`The indices of a Subset are ${show(indices)}; expected an Int32Array.`)
    for (const index of indices) checkCount('index', index, 0, dataset.length - 1)
    this.length = indices.length
    this.inputShape = dataset.inputShape
    this.targetShape = dataset.targetShape
    this.target = dataset.target
    this.c = dataset.c
    this.inputNames = dataset.inputNames
    this.targetName = dataset.targetName
    this.weighted = dataset.weighted ?? false
    this.#dataset = dataset
    this.#indices = indices
  }

  batch(indices: Int32Array): Batch {
    return this.#dataset.batch(this.#of(indices))
  }

  sources(indices: Int32Array): Int32Array {
    const of = this.#of(indices)
    return this.#dataset.sources?.(of) ?? of
  }

  #of(indices: Int32Array): Int32Array {
    if (!isTypedArray(indices))
      throw new TypeError(`Samples are gathered by their indices, an Int32Array, but got ${show(indices)}.`)
    return indices.map(index => this.#indices[index]!)
  }
}
