import {
  checkCount,
  checkOptions,
  codeOf,
  type Kinds,
  kind,
  plainError,
  Random,
  rangeError,
  show,
  typeError,
} from '@onecycle/platform'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import type { Batch } from '../batch.js'
import type { Dataset } from '../dataset.js'
import type { Head } from '../target.js'
import type { EncodedSample, ItemEncoder } from './item-encoder.js'
import { nameOfItem } from './name-of-item.js'
import { type ReadingOptions, readerOf, readingKinds, usualThreads } from './reader-of.js'
import { ItemReader, type SampleReader } from './sample-reader.js'
import { apart, type Run, type Samples } from './samples.js'
import { dtypeOf, placed, Stack } from './stack.js'

/** What an `ItemDataset` is given: items, what makes numbers of one, and the seed of what is random. */
export interface ItemDatasetOptions<Item = unknown> extends ReadingOptions {
  /** Paths, Blobs, rows, strings, anything: one a sample. */
  items: readonly Item[]
  /** Makes numbers of an item. */
  encoder: ItemEncoder<Item>
  /** Decides, with the pass and a sample's index, what is drawn at random for it. Default 0. */
  seed?: number | undefined
  /** Whether anything is drawn at random for samples. Default true. */
  augment?: boolean | undefined
  /**
   * What becomes of an item that cannot be read: an error with its name, or a sample of zeros with weight 0, which counts nowhere, and a place in
   * {@link ItemDataset.skipped}. Default 'refuse'.
   */
  badItems?: 'refuse' | 'skip' | undefined
  /** Shape of one input, or of each, where the first item is not to be read for it. */
  inputShape?: number[] | number[][] | undefined
  /** How messages call the data set. */
  name?: string | undefined
}

const datasetKinds: Kinds<ItemDatasetOptions> = {
  ...{ items: kind.list, encoder: kind.object, seed: kind.number, augment: kind.boolean },
  ...{ badItems: kind.choice('refuse', 'skip'), inputShape: kind.list, name: kind.string },
  ...readingKinds,
}

/**
 * Samples that are read one at a time when a batch wants them, each made of an item by an encoder. What is drawn at random for a sample is decided by
 * the seed, the pass and its index here alone: batches of other sizes, in another order or made by worker threads hold the same.
 *
 * @example
 * const encoder = { load: (text: string) => text, encode: (text: string) => ({ xs: [{ values: Float32Array.of(text.length), shape: [1] }], ys: [] }) }
 * const lengths = await ItemDataset.from_items({ items: ['a', 'word'], encoder })
 * lengths.inputShape // [1]
 */
export class ItemDataset<Item = unknown> implements Dataset {
  static readonly name: string = 'ItemDataset'
  readonly asynchronous = true
  readonly length: number
  readonly inputShape: number[] | number[][]
  readonly targetShape: number[]
  readonly target: Dataset['target']
  readonly c: number | undefined
  readonly inputNames: readonly string[] | undefined
  readonly weighted: boolean
  readonly prefetch: number
  /** Worker threads that read. */
  readonly num_workers: number
  readonly items: readonly Item[]
  readonly encoder: ItemEncoder<Item>
  readonly head: Head | undefined
  /** Items that could not be read, by their indices, and why. */
  readonly skipped: ReadonlyMap<number, string>
  readonly #skipped = new Map<number, string>()
  readonly #options: ItemDatasetOptions<Item>
  readonly #reader: SampleReader
  readonly #xs: readonly Stack[]
  readonly #ys: readonly Stack[]

  /** Made by {@link from_items}, which knows a sample. */
  private constructor(options: ItemDatasetOptions<Item>, first: EncodedSample, reader: SampleReader) {
    if (!Array.isArray(options?.items)) throw typeError('not-by-new', 'An ItemDataset is made by ItemDataset.from_items.')
    const { items, encoder } = options
    const shapes = first.xs.map(({ shape }) => [...shape])
    this.items = items
    this.encoder = encoder
    this.length = items.length
    this.inputShape = options.inputShape ?? (shapes.length === 1 ? shapes[0]! : shapes)
    this.inputNames = encoder.inputNames
    this.head = encoder.head
    this.target = this.head?.target ?? 'none'
    // A mask is as large as its picture, which transforms decide.
    this.targetShape = encoder.collate ? (this.head?.targetShape ?? []) : [...(first.ys[0]?.shape ?? [])]
    this.c = this.head?.c
    this.weighted = options.badItems === 'skip'
    this.num_workers = options.num_workers ?? 0
    this.prefetch = this.num_workers > 0 ? 2 : 1
    this.skipped = this.#skipped
    this.#options = options
    this.#reader = reader
    const stacks = (of: 'xs' | 'ys') => first[of].map(each => new Stack(each.shape, dtypeOf(each), encoder.collate !== undefined))
    this.#xs = stacks('xs')
    this.#ys = stacks('ys')
  }

  /**
   * Reads the first item, or the first that can be read where others are skipped, to learn the shapes.
   *
   * @throws RangeError for no items; Error that names the item when it cannot be read; TypeError for worker threads or a folder with an encoder that
   * has no kind
   */
  static async from_items<Item>(options: ItemDatasetOptions<Item>): Promise<ItemDataset<Item>> {
    checkOptions<ItemDatasetOptions<Item>>('ItemDataset.from_items', options, datasetKinds)
    const { items, encoder, name = 'the data set', seed = 0, badItems, cache } = options
    if (typeof encoder?.load !== 'function' || typeof encoder.encode !== 'function')
      throw typeError(
        'wrong-argument',
        `encoder of ${name} is ${show(encoder)}; expected an object with load(item) and encode(loaded).`,
      )
    if (!Array.isArray(items)) throw typeError('wrong-argument', `items of ${name} is ${show(items)}; expected a list.`)
    if (items.length === 0) throw rangeError('empty-data', `There are no items in ${name}; expected at least one.`)
    checkCount('seed', seed, 0, 2 ** 32 - 1)
    const root = new Random(seed)
    const { num_workers = usualThreads(encoder as ItemEncoder, items.length) } = options
    const reader = await readerOf(encoder as ItemEncoder, root, items, { num_workers, cache })
    // Here, where what is wrong shows at once.
    const here = new ItemReader(encoder as ItemEncoder, root)
    let failure: Error | undefined
    for (let i = 0; i < (badItems === 'skip' ? items.length : 1); i++) {
      const read = await here.read(Int32Array.of(i), () => items[i], undefined)
      const [sample] = apart(read)
      if (sample) {
        const [shaped] = encoder.collate?.([sample]) ?? [sample]
        return new ItemDataset({ ...options, num_workers }, shaped!, reader)
      }
      failure ??= read.errors.get(0)
    }
    throw badItems === 'skip' && items.length > 1
      ? plainError(
          codeOf(failure, 'item-unreadable'),
          `None of the ${items.length} items of ${name} can be read. The first: ${failure!.message}`,
          { cause: failure },
        )
      : failure
  }

  /** The same items and shapes, where nothing is drawn at random: to validate on. */
  plain(): ItemDataset<Item> {
    const { xs, ys } = { xs: this.#xs, ys: this.#ys }
    const first = { xs: xs.map(stack => stack.sample()), ys: ys.map(stack => stack.sample()) }
    return new ItemDataset({ ...this.#options, augment: false }, first, this.#reader)
  }

  async batch(indices: Int32Array, pass?: number): Promise<Batch> {
    const read = await this.#read(indices, pass)
    const { count, errors } = read
    if (!this.weighted) for (const error of errors.values()) throw error
    for (const [i, error] of errors) this.#skipped.set(indices[i]!, error.message)
    const runs = this.encoder.collate ? this.#collated(read) : read.runs
    const name = (i: number) => nameOfItem(this.items[indices[i]!], indices[i]!)
    const made: Tensor[] = []
    const column = (stacks: readonly Stack[], of: 'xs' | 'ys') => {
      const tensors = stacks.map((stack, part) => {
        made.push(stack.tensor(count, placed(runs, of, part), name))
        return made.at(-1)!
      })
      return tensors.length === 1 ? tensors[0]! : tensors
    }
    try {
      const [xs, ys] = [column(this.#xs, 'xs'), column(this.#ys, 'ys')]
      const weights = this.weighted ? Stack.flags(Array.from({ length: count }, (_, i) => !errors.has(i))) : undefined
      return { xs, ys, size: indices.length, ...(weights && { weights }) }
    } catch (error) {
      dispose(made)
      throw error
    } finally {
      this.#reader.release?.(read)
    }
  }

  #read(indices: Int32Array, pass: number | undefined): Promise<Samples> {
    const itemAt = (place: number) => this.items[indices[place]!]
    return this.#reader.read(indices, itemAt, this.#options.augment === false ? undefined : pass)
  }

  /** Only those that were read go through the encoder's collate. */
  #collated(read: Samples): Run[] {
    const samples = apart(read)
    const places = [...samples.keys()].filter(place => samples[place])
    const done = this.encoder.collate!(places.map(place => samples[place]!))
    return done.map(({ xs, ys }, i) => ({ places: [places[i]!], xs, ys }))
  }
}
