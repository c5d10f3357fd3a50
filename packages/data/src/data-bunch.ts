import { checkOptions, type Kinds, kind, orderByName, rangeError, show, typeError, withAnswers } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import { bunchText } from '#data/bunch-text.js'
import type { BatchStream, Shard } from './batch.js'
import { inOrderOf, namesOf } from './by-name.js'
import { DataLoader } from './data-loader.js'
import { type Dataset, requireDataset, Subset } from './dataset.js'
import { columnsOfTensors, type TensorInputs, targetOfTensor, weightsOfTensor } from './from-tensors.js'
import type { Inputs, Shapes, Values } from './from-values.js'
import type { ItemInputs } from './item-inputs.js'
import type { Parts } from './parts.js'
import { randomSplit } from './random-split.js'
import { readSamples, type Samples, type Targets } from './read-samples.js'
import type { TfDataBunchOptions } from './source/tf-data-parts.js'
import type { TargetKind } from './target.js'

/** What every DataBunch is given: batch sizes, the seed of the order, classes, batches made ahead, and a part of several. */
export interface BunchOptions {
  /** Samples in a training batch. Default 64. */
  bs?: number | undefined
  /** Samples in a validation batch. Default `bs`. */
  valid_bs?: number | undefined
  /** Whether training leaves out a last batch that is not full. Default true, as in fastai. */
  drop_last?: boolean | undefined
  /** Names of the classes, in the order of their labels; of several targets by name. */
  classes?: readonly string[] | Readonly<Record<string, readonly string[]>> | undefined
  /** Decides the order of training batches, and a random split. Default 0. */
  seed?: number | undefined
  /** Batches that are prepared while the one before them is used. Default as the data set says: 2 where worker threads read, 1 for others that answer with promises, else 0. */
  prefetch?: number | undefined
  /** The part of each batch that one of several processes trains and validates on, as {@link DataLoader} says. */
  shard?: Shard | undefined
}

type TensorTargets = Tensor | Readonly<Record<string, Tensor>> | 'x'

/** What `DataBunch.from_arrays` is given: values of all samples in one array each, shapes, weights, and what validates. */
export interface ArraysOptions extends BunchOptions {
  /** Inputs of all samples. Typed arrays are kept, not copied. Those given by name go to the model's inputs of these names. */
  x: Inputs
  /**
   * Targets: class labels (integer arrays, lists of numbers) or values (float arrays, nested lists); with `targetShape` a label for each step
   * or pixel of a sample. With the name of the model's output: `{ price: values }`, and so those of several outputs. `'x'` is the input
   * itself, for a model that is to give it back.
   */
  y: Targets
  /**
   * How much each sample counts in loss and metrics, one finite number of at least 0 for each, or for each step or pixel of its target: the loss of a batch is the weighted mean
   * `sum(weight * loss) / sum(weight)`, and so is each figure of a pass. Default: all the same.
   */
  weights?: Values | undefined
  /** Shape of one sample of x without the batch axis; for flat arrays, default [1]. */
  shape?: Shapes | undefined
  /** Shape of one target without the batch axis, default []; of several by name. */
  targetShape?: readonly number[] | Readonly<Record<string, readonly number[]>> | undefined
  /**
   * Overrides what the type of y says; of several by name. `multilabel` is a 0 or a 1 for each of several labels: so is y with as many numbers
   * a sample as `classes` has names.
   */
  target?: TargetKind | Readonly<Record<string, TargetKind>> | undefined
  /** The label of steps, pixels or samples that do not count, such as 255 or -100: they get the weight 0. */
  ignore_index?: number | undefined
  /** Factor applied to x while a batch is gathered, such as 1 / 255 for bytes. Default 1. */
  scale?: number | undefined
  /** Samples to validate on. */
  valid?: Samples | undefined
  /** Part of the samples to validate on, chosen at random: above 0 and below 1. */
  valid_pct?: number | undefined
}

/** What `DataBunch.from_tensors` is given: inputs and targets, a sample along the first axis, weights, and what validates. */
export interface TensorsOptions extends BunchOptions {
  /** Inputs, first axis the samples. Several as a list or by name. */
  x: TensorInputs
  /** Targets, first axis the samples: int32 holds class labels, anything else values. Of several outputs by name; `'x'` is the input itself. */
  y: TensorTargets
  target?: ArraysOptions['target']
  ignore_index?: number | undefined
  /** How much each sample counts, [n], or each place of its target, as in {@link ArraysOptions}. */
  weights?: Tensor | undefined
  valid?: { x: TensorInputs; y: TensorTargets; weights?: Tensor | undefined } | undefined
  valid_pct?: number | undefined
}

/** What values are that are predicted, as far as data knows. */
export interface ValuesMeaning {
  /** Names of several. */
  readonly values?: readonly string[] | undefined
  /** What they are to be multiplied by, and what is to be added then, for them to be in the units of the data. */
  readonly scale?: { readonly means: readonly number[]; readonly stds: readonly number[] } | undefined
}

export const bunchKinds: Kinds<BunchOptions> = {
  bs: kind.number,
  valid_bs: kind.number,
  drop_last: kind.boolean,
  classes: kind.either(kind.listOf(kind.string), kind.object),
  seed: kind.number,
  prefetch: kind.number,
  shard: kind.object,
}
// Samples and shapes are looked at where columns are made of them.
const sampleKinds = { x: kind.any, y: kind.any, weights: kind.any }
const targetKind = kind.either(kind.choice('class', 'multilabel', 'value'), kind.object)
const tensorsKinds: Kinds<TensorsOptions> = {
  ...{ ...sampleKinds, valid: kind.any, valid_pct: kind.number, target: targetKind, ignore_index: kind.number, ...bunchKinds },
}
const arraysKinds: Kinds<ArraysOptions> = {
  ...tensorsKinds,
  ...{ shape: kind.any, targetShape: kind.either(kind.listOf(kind.number), kind.object), scale: kind.number },
}

const partKinds: Kinds<Parts> = {
  ...{ train_dl: kind.object, valid_dl: kind.object, train_ds: kind.object, valid_ds: kind.object },
  ...{ inputShape: kind.list, targetShape: kind.list, c: kind.number },
  ...{ target: kind.choice('class', 'multilabel', 'value', 'heads', 'none'), heads: kind.object },
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
  /** @deprecated */ vocab: 'data.classes, or of texts data.inputs.vocab',
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
  /** Shape of one target without the batch axis; [] for one class, and where there are several targets or none. */
  readonly targetShape: number[]
  /** What the targets are; `heads` where there are several, of which {@link heads} tells, and `none` for samples that are only predicted. */
  readonly target: Dataset['target']
  /** Number of classes, or of labels; undefined when the targets are values. */
  readonly c: number | undefined
  /** What the targets of each output are, where there are several. */
  readonly heads: Dataset['heads']
  /** Names of the classes, when known. */
  readonly classes?: readonly string[]
  /** Names of the inputs, in the order of `inputShape`, where they were given by name. */
  readonly inputNames: readonly string[] | undefined
  /** Name of the output that the targets belong to, where they were given by name. */
  readonly targetName: string | undefined
  /** Whether samples of the training or the validation data have weights. */
  readonly weighted: boolean
  /** What makes inputs of new items, where the data is of such as people have: rows of a table, pictures, texts. */
  declare readonly inputs?: ItemInputs

  constructor(parts: Parts) {
    super()
    checkOptions<Parts>('DataBunch', parts, partKinds)
    requireStream(parts.train_dl)
    const { classes, c } = parts
    if (classes && c !== undefined && classes.length !== c) {
      throw rangeError(
        'class-names',
        `classes names ${classes.length} classes (${show(classes)}), but the data has ${c}; expected one name for each.`,
      )
    }
    if (classes && parts.target === 'heads')
      throw typeError(
        'class-names',
        `classes names those of one target, but there are ${Object.keys(parts.heads ?? {}).join(', ')}: classes: { name: [...] }.`,
      )
    if (classes && parts.target === 'value') {
      throw typeError(
        'class-names',
        'classes is given, but the targets are values. Pass labels as an Int32Array, or leave classes out.',
      )
    }
    this.train_dl = parts.train_dl
    this.valid_dl = parts.valid_dl
    this.train_ds = parts.train_ds
    this.valid_ds = parts.valid_ds
    this.inputShape = parts.inputShape
    this.targetShape = parts.targetShape
    this.target = parts.target
    this.c = c
    this.heads = parts.heads
    this.inputNames = parts.inputNames
    this.targetName = parts.targetName
    this.weighted = parts.weighted ?? false
    if (classes) this.classes = classes
  }

  /** What consoles and notebooks show. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return bunchText(this)
  }

  /** What values are that are predicted, of the one output or of the one of that name. */
  valuesOf(_output?: string): ValuesMeaning {
    return {}
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
    const { bs = 64, valid_bs = bs, drop_last = true, seed = 0, prefetch, shard } = options
    if (valid) requireSameKind(train, valid)
    const train_dl = new DataLoader(train, { bs, shuffle: true, drop_last, seed, prefetch, shard })
    const valid_dl = valid && new DataLoader(valid, { bs: valid_bs, prefetch, shard })
    const { inputShape, targetShape, target, c, inputNames, targetName } = train
    const { classes, heads } = namedClasses(train, options.classes)
    const weighted = Boolean(train.weighted || valid?.weighted)
    const what = { inputShape, targetShape, target, c, heads, classes, inputNames, targetName, weighted }
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
    const { x, y, weights, shape, targetShape, target, scale, ignore_index, valid, valid_pct, ...rest } = options
    const how = { shape, targetShape, target, scale, ignore_index, classes: rest.classes }
    const train = readSamples(valid ? 'the training set' : 'the data set', { x, y, weights }, how)
    if (valid && valid_pct !== undefined)
      throw typeError('one-or-other', 'Both valid and valid_pct are given: choose one way to get a validation set.')
    if (valid_pct !== undefined) {
      const [ours, theirs] = randomSplit(train.length, valid_pct, options.seed)
      return DataBunch.from_datasets(new Subset(train, ours), new Subset(train, theirs), rest)
    }
    const ordered = () => inOrderOf(namesOf(x), valid!.x, 'the validation set', 'the training set')
    const read = () => readSamples('the validation set', { ...valid!, x: ordered() }, how, train)
    return DataBunch.from_datasets(train, valid && read(), rest)
  }

  /** From tensors, whose values are copied into typed arrays; the tensors remain the caller's. Throws as {@link from_arrays}. */
  static from_tensors(options: TensorsOptions): DataBunch {
    checkOptions<TensorsOptions>('DataBunch.from_tensors', options, tensorsKinds)
    checkValid('DataBunch.from_tensors', options.valid)
    const { valid, ...rest } = options
    const { target } = rest
    const of = (name: string) =>
      namesOf(target) ? (target as Record<string, TargetKind>)[name] : (target as TargetKind | undefined)
    const read = ({ x, y, weights }: NonNullable<TensorsOptions['valid']>) => {
      const names = namesOf(y)
      const column = (given: Tensor, name = '') => targetOfTensor(given, of(name))
      const columns = names?.map(name => [name, column((y as Record<string, Tensor>)[name]!, name)] as const)
      const targets = columns ? Object.fromEntries(columns) : y === 'x' ? y : column(y as Tensor)
      return { x: columnsOfTensors(x), y: targets, weights: weightsOfTensor(weights) }
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

/** Names of classes where they belong: to the data, or to each of its targets. */
function namedClasses(
  { heads, target }: Dataset,
  given: BunchOptions['classes'],
): { classes?: readonly string[]; heads: Dataset['heads'] } {
  const names = namesOf(given)
  if (!names) return { ...(given && { classes: given as readonly string[] }), heads }
  const classes = given as Readonly<Record<string, readonly string[]>>
  for (const name of names) {
    const [expected, found] = [heads?.[name]?.c, classes[name]]
    if (!Array.isArray(found) || found.some(each => typeof each !== 'string') || found.length !== expected) {
      const there = heads ? `the targets ${Object.keys(heads).join(', ')}` : `one target, ${target}`
      throw typeError(
        'class-names',
        `classes has ${show(found)} for ${name}; expected names for its ${expected ?? ''} classes, of data that has ${there}.`,
      )
    }
  }
  const withNames = Object.entries(heads ?? {}).map(
    ([name, head]) => [name, { ...head, ...(names.includes(name) && { classes: classes[name] }) }] as const,
  )
  return { heads: heads && Object.fromEntries(withNames) }
}

function checkValid(owner: string, valid: unknown): void {
  if (valid !== undefined) checkOptions<Samples>(`valid of ${owner}`, valid, sampleKinds)
}

function requireStream(train_dl: unknown): void {
  if (train_dl !== undefined) return
  throw typeError(
    'not-by-new',
    'A DataBunch is made of its parts, train_dl first; from_arrays, from_tensors and from_datasets make them.',
  )
}

function requireSameKind(train: Dataset, given: Dataset): void {
  const valid = { ...kindOf(given), inputShape: shapesInOrder(train, given) }
  for (const [key, ours] of Object.entries(kindOf(train))) {
    const theirs = valid[key as keyof typeof valid]
    if (JSON.stringify(ours) !== JSON.stringify(theirs))
      throw rangeError(
        'sides-differ',
        `Training and validation data do not fit: ${key} is ${show(ours)} in one, ${show(theirs)} in the other.`,
      )
  }
}

function kindOf({ inputShape, targetShape, target, c, heads, targetName }: Dataset) {
  return { inputShape, targetShape, target, c, heads, targetName }
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
