import { checkCount, checkOptions, type Kinds, kind, type PrettyString, show, typeError } from '@onecycle/platform'
import type { Plot } from '@onecycle/plot'
import { sizeOf } from '../check.js'
import { type BunchOptions, bunchKinds, DataBunch } from '../data-bunch.js'
import { DataLoader } from '../data-loader.js'
import { type Dataset, Subset } from '../dataset.js'
import { inLines } from '../in-lines.js'
import type { Parts } from '../parts.js'
import type { Split } from '../random-split.js'
import { Table } from '../table/table.js'
import { ItemDataset } from './item-dataset.js'
import type { ItemTransform, Part } from './part.js'
import { type ReadingOptions, readingKinds } from './reader-of.js'
import { type Labelled, SampleEncoder, type SampleEncoderState } from './sample-encoder.js'
import { SampleInputs } from './sample-inputs.js'

/** What a bunch of items is given: batch sizes, threads and caches that read them, and what is done with unreadable ones. */
export interface ItemBunchOptions extends Omit<BunchOptions, 'classes'>, ReadingOptions {
  /** What becomes of items that cannot be read: as of {@link ItemDataset}. Default 'refuse'. */
  badItems?: 'refuse' | 'skip' | undefined
}

const { classes: _, ...kindsOfBunch } = bunchKinds
export const itemBunchKinds: Kinds<ItemBunchOptions> = {
  ...{ ...kindsOfBunch, ...readingKinds, badItems: kind.choice('refuse', 'skip') },
}

/** What an {@link ItemDataBunch} is made of. */
export interface ItemParts {
  readonly items: readonly Labelled[]
  readonly split: Split
  readonly x: Part
  readonly y?: Part | undefined
  /** Transforms of the samples to train on. */
  readonly tfms: readonly ItemTransform[]
  /** Transforms of the samples to validate on. Default: the same, with nothing drawn at random. */
  readonly valid_tfms?: readonly ItemTransform[] | undefined
  /** How messages call the data. */
  readonly title: string
}

/**
 * The data of items that are read one at a time. Made by a {@link DataBlock}, and by what stands on it.
 *
 * @example
 * const data = await new DataBlock({ blocks: [ImageBlock(), CategoryBlock()], get_items: get_image_files, get_y: parent_label }).dataloaders('pets')
 * console.log(data.items.length, data.split[1].length)
 */
export class ItemDataBunch extends DataBunch {
  static override readonly name: string = 'ItemDataBunch'
  override readonly inputs: SampleInputs
  readonly items: readonly Labelled[]
  /** Indices of the items to train on, and of those to validate on. */
  readonly split: Split
  /** Makes samples to validate on, and of new items. */
  readonly encoder: SampleEncoder
  readonly title: string
  readonly #sets: readonly [train: ItemDataset<Labelled>, valid: ItemDataset<Labelled>]

  /** What it was made of. */
  protected readonly made: { readonly what: ItemParts; readonly options: ItemBunchOptions }

  constructor(
    parts: Parts,
    what: ItemParts,
    options: ItemBunchOptions,
    sets: readonly [ItemDataset<Labelled>, ItemDataset<Labelled>],
  ) {
    if (!(sets?.[0] instanceof ItemDataset))
      throw typeError('not-by-new', 'An ItemDataBunch is made by a DataBlock: new DataBlock(...).dataloaders(source).')
    super(parts)
    const { items, split, title } = what
    this.items = items
    this.split = split
    this.title = title
    this.encoder = sets[1].encoder as SampleEncoder
    this.inputs = new SampleInputs(this.encoder)
    this.made = { what, options }
    this.#sets = sets
  }

  /** What a DataBlock and the kinds of data call. */
  static async from_parts<Made extends ItemDataBunch>(
    this: new (
      parts: Parts,
      what: ItemParts,
      options: ItemBunchOptions,
      sets: readonly [ItemDataset<Labelled>, ItemDataset<Labelled>],
    ) => Made,
    what: ItemParts,
    options: ItemBunchOptions = {},
  ): Promise<Made> {
    const { badItems, num_workers, cache, ...rest } = options
    const { items, x, y, tfms, valid_tfms, title, split } = what
    // Each has the part of the memory that its items have of all.
    const setOf = (tfms: readonly ItemTransform[], part = 1) =>
      ItemDataset.from_items({
        ...{ items, encoder: new SampleEncoder(x, y, tfms), seed: rest.seed, name: title },
        ...{ badItems, num_workers, cache: cache?.bytes ? { ...cache, bytes: cache.bytes * part } : cache },
      })
    const validates = valid_tfms ? split[1].length / items.length : 0
    const train = await setOf(tfms, 1 - validates)
    const valid = valid_tfms ? (await setOf(valid_tfms, validates)).plain() : train.plain()
    const { classes } = y?.head ?? {}
    const prefetch = rest.prefetch ?? aheadOf(train, rest.bs)
    const how = { ...rest, prefetch, classes }
    const bunch = DataBunch.from_datasets(new Subset(train, split[0]), new Subset(valid, split[1]), how)
    return new this(bunch, what, options, [train, valid])
  }

  /** Items that could not be read, by their indices in {@link items}, and why: where they are skipped. */
  get skipped(): ReadonlyMap<number, string> {
    return new Map(this.#sets.flatMap(set => [...set.skipped]))
  }

  /**
   * New items as batches to predict: in the order they come, without targets, nothing drawn at random.
   *
   * @param options.bs items in a batch. Default as in validation.
   */
  async test_dl(items: readonly unknown[], options: { bs?: number | undefined } = {}): Promise<DataLoader> {
    checkOptions<{ bs?: number }>('test_dl', options, { bs: kind.number })
    if (!Array.isArray(items)) throw typeError('wrong-argument', `test_dl takes a list of items, but got ${show(items)}.`)
    const { bs = (this.valid_dl ?? this.train_dl).batchSize } = options
    const labelled = items.map((x): Labelled => ({ x }))
    const how = { encoder: this.encoder.unlabelled(), num_workers: this.made.options.num_workers }
    return new DataLoader(await ItemDataset.from_items({ ...how, items: labelled, augment: false, name: 'the new items' }), {
      bs,
    })
  }

  /**
   * The samples to validate on, as those to train on are made: what is random is drawn for each by the number of the pass. For test-time augmentation.
   *
   * @throws TypeError where nothing changes the samples to train on
   */
  augmented(pass: number): Dataset {
    if (this.made.what.tfms.length === 0)
      throw typeError(
        'nothing-random',
        'Nothing is drawn at random for samples of this data: give it transforms, such as ds_tfms: get_transforms().',
      )
    const all = new Subset(this.#sets[0], this.split[1])
    return { ...all, batch: (indices: Int32Array) => all.batch(indices, pass) }
  }

  /** Items of each class: to train on, to validate on, and their part of all. Undefined where no single class is predicted. */
  get classBalance(): Table | undefined {
    const { classes, split, items } = this
    if (this.target !== 'class' || !classes || this.targetShape.length > 0) return undefined
    const numbers = new Map(classes.map((name, i) => [name, i]))
    const count = (side: Int32Array) => {
      const counts = new Float64Array(classes.length)
      for (const i of side) counts[numbers.get(String(items[i]!.y))!]!++
      return counts
    }
    const [train, valid] = split.map(count) as [Float64Array, Float64Array]
    const all = split[0].length + split[1].length
    return Table.from_columns({
      ...{ class: [...classes], train, valid },
      part: Float64Array.from(train, (n, i) => (n + valid[i]!) / all),
    })
  }

  /**
   * Some samples to train on as a model gets them, with what is drawn at random for them in a first pass, made visible again.
   *
   * @param options.rows how many. Default 9.
   */
  async show_batch(options: { rows?: number | undefined } = {}): Promise<Plot> {
    checkOptions<{ rows?: number }>('show_batch', options, { rows: kind.number })
    const { rows = 9 } = options
    checkCount('rows', rows, 1)
    const { showItems } = await import('./show-items.js')
    return showItems(this.train_ds!, this.encoder, rows, this.title)
  }

  /** What becomes of an item on its way into a batch: each stage, with shapes and types, for a person to read. */
  async summary(): Promise<PrettyString> {
    const { items, split, train_dl, inputShape, targetShape, target, classes, classBalance } = this
    const { batchSize } = train_dl
    const [train, valid] = this.#sets
    const tfms = (set: ItemDataset<Labelled>) =>
      (set.encoder as SampleEncoder).tfms.map(tfm => tfm.kind ?? 'one of its own').join(', ')
    const balance = [...(classBalance?.rows() ?? [])].map(
      ({ class: name, part }) => `${name} ${Math.round(1000 * Number(part)) / 10} %`,
    )
    const labels = target === 'class' ? 'one of' : 'some of'
    const stages = [
      ['items', `${items.length} of ${this.title}: ${split[0].length} to train on, ${split[1].length} to validate on`],
      ['input', this.encoder.x.kind ?? 'of its own'],
      ...(tfms(train) ? [['trains', tfms(train)]] : []),
      ...(tfms(valid) ? [['validates', tfms(valid)]] : []),
      ...(target === 'none'
        ? []
        : [
            [
              'target',
              classes ? `${labels} ${classes.length} classes: ${(balance.length > 0 ? balance : classes).join(', ')}` : 'values',
            ],
          ]),
      [
        'batch',
        `xs float32 [${[batchSize, ...inputShape.flat()].join(', ')}]` +
          (target === 'none'
            ? ''
            : `, ys ${target === 'class' ? 'int32' : 'float32'} [${[batchSize, ...targetShape].join(', ')}]`),
      ],
    ]
    return inLines(stages)
  }

  /** What makes inputs of new items and labels of predictions: plain JSON. */
  state(): SampleEncoderState {
    return this.encoder.state()
  }
}

/** Bytes of batches that threads prepare ahead, where they may be more than two. */
const AHEAD = 2 ** 23

/** Batches that threads prepare ahead: small ones are used up before a thread has had its turn, and there are more of them, up to eight. */
function aheadOf({ num_workers, inputShape }: ItemDataset<Labelled>, bs = 64): number | undefined {
  if (num_workers === 0) return undefined
  const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][]
  const numbers = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)
  return Math.max(2, Math.min(8, Math.floor(AHEAD / (4 * bs * numbers))))
}
