import { checkOptions, type Kinds, kind, orderByName, show, withAnswers } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { BatchStream } from './batch.js'
import { inOrderOf, namesOf, oneTarget } from './by-name.js'
import { DataLoader } from './data-loader.js'
import { ArrayDataset, type Dataset, requireDataset, Subset } from './dataset.js'
import { columnsOfTensors, type TensorInputs, targetOfTensor, weightsOfTensor } from './from-tensors.js'
import { type Inputs, inputColumns, type Shapes, targetColumn, type Values, weightColumn } from './from-values.js'
import type { Parts } from './parts.js'
import type { TfDataBunchOptions } from './source/tf-data-parts.js'
import { randomSplit } from './split.js'

export interface BunchOptions {
  /** Samples in a training batch. Default 64. */
  bs?: number | undefined
  /** Samples in a validation batch. Default `bs`. */
  valid_bs?: number | undefined
  /** Whether training leaves out a last batch that is not full. Default true, as in fastai. */
  drop_last?: boolean | undefined
  /** Names of the classes, in the order of their labels. */
  classes?: readonly string[] | undefined
  /** Decides the order of training batches, and a random split. Default 0. */
  seed?: number | undefined
}

/** Targets of one output, and by its name where it is to be checked. */
type Targets = Values | Readonly<Record<string, Values>>
type TensorTargets = Tensor | Readonly<Record<string, Tensor>>

export interface ArraysOptions extends BunchOptions {
  /** Inputs of all samples. Typed arrays are kept, not copied. Those given by name go to the model's inputs of these names. */
  x: Inputs
  /**
   * Targets: class labels (integer arrays, lists of numbers) or values (float arrays, nested lists). With the name of the model's
   * output: `{ price: values }`.
   */
  y: Targets
  /**
   * How much each sample counts in loss and metrics, one finite number of at least 0 for each: the loss of a batch is the weighted mean
   * `sum(weight * loss) / sum(weight)`, and so is each figure of a pass. Default: all the same.
   */
  weights?: Values | undefined
  /** Shape of one sample of x without the batch axis; for flat arrays, default [1]. */
  shape?: Shapes | undefined
  /** Shape of one target without the batch axis, default []. */
  targetShape?: readonly number[] | undefined
  /** Overrides what the type of y says. */
  target?: 'class' | 'value' | undefined
  /** Factor applied to x while a batch is gathered, such as 1 / 255 for bytes. Default 1. */
  scale?: number | undefined
  /** Samples to validate on. */
  valid?: { x: Inputs; y: Targets; weights?: Values | undefined } | undefined
  /** Part of the samples to validate on, chosen at random: above 0 and below 1. */
  valid_pct?: number | undefined
}

export interface TensorsOptions extends BunchOptions {
  /** Inputs, first axis the samples. Several as a list or by name. */
  x: TensorInputs
  /** Targets, first axis the samples: int32 [n] holds class labels, anything else values. */
  y: TensorTargets
  /** How much each sample counts, [n], as in {@link ArraysOptions}. */
  weights?: Tensor | undefined
  valid?: { x: TensorInputs; y: TensorTargets; weights?: Tensor | undefined } | undefined
  valid_pct?: number | undefined
}

export const bunchKinds: Kinds<BunchOptions> = {
  bs: kind.number,
  valid_bs: kind.number,
  drop_last: kind.boolean,
  classes: kind.listOf(kind.string),
  seed: kind.number,
}
// Samples and shapes are looked at where columns are made of them.
const sampleKinds = { x: kind.any, y: kind.any, weights: kind.any }
const tensorsKinds: Kinds<TensorsOptions> = { ...sampleKinds, valid: kind.any, valid_pct: kind.number, ...bunchKinds }
const arraysKinds: Kinds<ArraysOptions> = {
  ...tensorsKinds,
  ...{ shape: kind.any, targetShape: kind.listOf(kind.number), target: kind.choice('class', 'value'), scale: kind.number },
}

const partKinds: Kinds<Parts> = {
  ...{ train_dl: kind.object, valid_dl: kind.object, train_ds: kind.object, valid_ds: kind.object },
  ...{ inputShape: kind.list, targetShape: kind.list, target: kind.choice('class', 'value'), c: kind.number },
  ...{ classes: kind.listOf(kind.string), inputNames: kind.listOf(kind.string), targetName: kind.string },
  weighted: kind.boolean,
}

/** What fastai's data has, and what it is here; marked so that an editor strikes it out. */
const foreignNames = {
  /** @deprecated */ train: 'data.train_dl',
  /** @deprecated */ valid: 'data.valid_dl',
  /** @deprecated */ trn_dl: 'data.train_dl',
  /** @deprecated */ val_dl: 'data.valid_dl',
  /** @deprecated */ trn_ds: 'data.train_ds',
  /** @deprecated */ val_ds: 'data.valid_ds',
  /** @deprecated */ one_batch: 'the first of data.train_dl: for await (const batch of data.train_dl)',
  /** @deprecated */ bs: 'data.train_dl.batchSize',
  /** @deprecated */ batch_size: 'data.train_dl.batchSize',
  /** @deprecated */ vocab: 'data.classes',
} as const

/**
 * The data of an experiment: batches to train on (shuffled) and batches to validate on (in order, the last one kept
 * although it may be smaller).
 *
 * Source: fastai 1's `DataBunch`.
 *
 * @example
 * const data = DataBunch.from_arrays({
 *   x: [[0, 0], [0, 1], [1, 0], [1, 1]],
 *   y: [0, 1, 1, 0],
 *   bs: 2,
 * })
 */
export class DataBunch extends withAnswers(Object, foreignNames) {
  static override readonly name: string = 'DataBunch'
  readonly train_dl: BatchStream
  readonly valid_dl: BatchStream | undefined
  /** What `train_dl` reads from; undefined for `tf.data` sources. */
  readonly train_ds: Dataset | undefined
  readonly valid_ds: Dataset | undefined
  /** Shape of one sample without the batch axis; a list of shapes when there are several inputs. */
  readonly inputShape: number[] | number[][]
  /** Shape of one target without the batch axis; [] for class labels. */
  readonly targetShape: number[]
  readonly target: 'class' | 'value'
  /** Number of classes; undefined when the targets are values. */
  readonly c: number | undefined
  /** Names of the classes, when known. */
  readonly classes?: readonly string[]
  /** Names of the inputs, in the order of `inputShape`, where they were given by name. */
  readonly inputNames: readonly string[] | undefined
  /** Name of the output that the targets belong to, where they were given by name. */
  readonly targetName: string | undefined
  /** Whether samples of the training or the validation data have weights. */
  readonly weighted: boolean

  constructor(parts: Parts) {
    super()
    checkOptions<Parts>('DataBunch', parts, partKinds)
    requireStream(parts.train_dl)
    const { classes, c } = parts
    if (classes && c !== undefined && classes.length !== c) {
      throw new RangeError(
        `classes names ${classes.length} classes (${show(classes)}), but the data has ${c}; expected one name for each.`,
      )
    }
    if (classes && parts.target === 'value') {
      throw new TypeError('classes is given, but the targets are values. Pass labels as an Int32Array, or leave classes out.')
    }
    this.train_dl = parts.train_dl
    this.valid_dl = parts.valid_dl
    this.train_ds = parts.train_ds
    this.valid_ds = parts.valid_ds
    this.inputShape = parts.inputShape
    this.targetShape = parts.targetShape
    this.target = parts.target
    this.c = c
    this.inputNames = parts.inputNames
    this.targetName = parts.targetName
    this.weighted = parts.weighted ?? false
    if (classes) this.classes = classes
  }

  /**
   * From data sets of the caller's own making, or {@link ArrayDataset}s.
   *
   * @throws RangeError when the two do not have the same shapes and classes, or as {@link DataLoader} does; TypeError for an unknown
   * option, here and below.
   */
  static from_datasets(train: Dataset, valid?: Dataset, options: BunchOptions = {}): DataBunch {
    checkOptions<BunchOptions>('DataBunch.from_datasets', options, bunchKinds)
    requireDataset('DataBunch.from_datasets', train)
    if (valid !== undefined) requireDataset('DataBunch.from_datasets', valid)
    const { bs = 64, valid_bs = bs, drop_last = true, seed = 0, classes } = options
    if (valid) requireSameKind(train, valid)
    const train_dl = new DataLoader(train, { bs, shuffle: true, drop_last, seed })
    const valid_dl = valid && new DataLoader(valid, { bs: valid_bs })
    const { inputShape, targetShape, target, c, inputNames, targetName } = train
    const weighted = Boolean(train.weighted || valid?.weighted)
    const what = { inputShape, targetShape, target, c, classes, inputNames, targetName, weighted }
    return new DataBunch({ train_dl, valid_dl, train_ds: train, valid_ds: valid, ...what })
  }

  /**
   * From arrays in memory. Bytes stay bytes until a batch needs them.
   *
   * @throws RangeError or TypeError when the arrays do not divide into samples, differ in number, are empty, or hold labels that
   * are no classes; when both `valid` and `valid_pct` are given; when the inputs of `valid` have other names; or as
   * {@link DataLoader} does.
   */
  static from_arrays(options: ArraysOptions): DataBunch {
    checkOptions<ArraysOptions>('DataBunch.from_arrays', options, arraysKinds)
    checkValid('DataBunch.from_arrays', options.valid)
    const { x, y, weights, shape, targetShape, target, scale, valid, valid_pct, ...rest } = options
    const read = (name: string, x: Inputs, targets: Targets, weights?: Values, c?: number) => {
      const { y, targetName } = oneTarget(targets)
      const column = targetColumn(y, target, targetShape)
      const columns = { x: inputColumns(x, shape, { scale }), y: named(column, targetName), weights: weightColumn(weights) }
      return new ArrayDataset({ ...columns, name, c })
    }
    const train = read(valid ? 'the training set' : 'the data set', x, y, weights, options.classes?.length)
    if (valid && valid_pct !== undefined)
      throw new TypeError('Both valid and valid_pct are given: choose one way to get a validation set.')
    if (valid_pct !== undefined) {
      const [ours, theirs] = randomSplit(train.length, valid_pct, options.seed)
      return DataBunch.from_datasets(new Subset(train, ours), new Subset(train, theirs), rest)
    }
    const ordered = () => inOrderOf(namesOf(x), valid!.x, 'the validation set', 'the training set')
    return DataBunch.from_datasets(train, valid && read('the validation set', ordered(), valid.y, valid.weights, train.c), rest)
  }

  /** From tensors, whose values are copied into typed arrays; the tensors remain the caller's. Throws as {@link from_arrays}. */
  static from_tensors(options: TensorsOptions): DataBunch {
    checkOptions<TensorsOptions>('DataBunch.from_tensors', options, tensorsKinds)
    checkValid('DataBunch.from_tensors', options.valid)
    const { valid, ...rest } = options
    const read = ({ x, y: targets, weights }: NonNullable<TensorsOptions['valid']>) => {
      const { y, targetName } = oneTarget(targets)
      return { x: columnsOfTensors(x), y: named(targetOfTensor(y), targetName), weights: weightsOfTensor(weights) }
    }
    return DataBunch.from_arrays({ ...rest, ...read(options), valid: valid && read(valid) })
  }

  /**
   * From `tf.data` sources, for data that does not fit in memory: {@link TfDataStream} says at what price. Reads one
   * training batch to learn the shapes.
   *
   * @throws as {@link TfDataStream} does.
   */
  static async from_tfdata(options: TfDataBunchOptions): Promise<DataBunch> {
    const { readParts } = await import('./source/tf-data-parts.js')
    return new DataBunch(await readParts(options))
  }
}

function named<T>(targets: T, name: string | undefined): T | Record<string, T> {
  return name === undefined ? targets : { [name]: targets }
}

function checkValid(owner: string, valid: unknown): void {
  if (valid !== undefined) checkOptions<{ x: Inputs; y: Targets; weights?: Values }>(`valid of ${owner}`, valid, sampleKinds)
}

function requireStream(train_dl: unknown): void {
  if (train_dl !== undefined) return
  throw new TypeError('A DataBunch is made of its parts, train_dl first; from_arrays, from_tensors and from_datasets make them.')
}

function requireSameKind(train: Dataset, given: Dataset): void {
  const valid = { ...kindOf(given), inputShape: shapesInOrder(train, given) }
  for (const [key, ours] of Object.entries(kindOf(train))) {
    const theirs = valid[key as keyof typeof valid]
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      throw new RangeError(
        `Training and validation data do not fit: ${key} is ${show(ours)} in one, ${show(theirs)} in the other.`,
      )
  }
}

function kindOf({ inputShape, targetShape, target, c, targetName }: Dataset) {
  return { inputShape, targetShape, target, c, targetName }
}

/** Where both have names for their inputs, these need not come in the same order. */
function shapesInOrder(train: Dataset, { inputNames, inputShape }: Dataset): Dataset['inputShape'] {
  if (!train.inputNames || !inputNames) return inputShape
  const [ours, theirs] = [
    { who: 'the training set', names: train.inputNames },
    { who: 'the validation set', names: inputNames },
  ]
  return orderByName('inputs', theirs, ours).map(i => inputShape[i] as number[])
}
