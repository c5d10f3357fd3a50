import { checkOptions, type Kinds, kind, listOf, type OneOrMore, rangeError, show, typeError } from '@onecycle/platform'
import { type ItemBunchOptions, ItemDataBunch, itemBunchKinds } from './item-data-bunch.js'
import type { Block, ItemTransform } from './part.js'
import type { Labelled } from './sample-encoder.js'
import { RandomSplitter, type Splitter } from './splitters.js'
import { usedItems } from './used-items.js'

/** What a `DataBlock` is made of: a block for inputs and one for targets, what gets items, x and y, and what splits and transforms them. */
export interface DataBlockOptions<Source, Item> {
  /** Makes numbers of inputs and of targets: `[ImageBlock(), CategoryBlock()]`; of inputs alone for data without targets. */
  blocks: readonly [x: Block, y?: Block]
  /** Finds the items. Default: the source is a list of them. */
  get_items?: ((source: Source) => readonly Item[] | Promise<readonly Item[]>) | undefined
  /** What of an item is its input. Default: all of it. */
  get_x?: ((item: Item) => unknown) | undefined
  /** What of an item is its target, as a label of its path. Needed where there are targets. */
  get_y?: ((item: Item) => unknown) | undefined
  /** Default: a fifth of them at random validates. */
  splitter?: Splitter<Item> | undefined
  /** Transforms of each sample. What is random in them works where samples are trained on. */
  item_tfms?: OneOrMore<ItemTransform> | undefined
  /** Transforms of samples that have one size. They come after the item_tfms, and work on each sample alone too. */
  batch_tfms?: OneOrMore<ItemTransform> | undefined
}

const tfmsKind = kind.either(kind.listOf(kind.object), kind.object)

const blockKinds: Kinds<DataBlockOptions<unknown, unknown>> = {
  ...{ blocks: kind.listOf(kind.object), get_items: kind.function, get_x: kind.function, get_y: kind.function },
  ...{ splitter: kind.function, item_tfms: tfmsKind, batch_tfms: tfmsKind },
}

/**
 * How data of one's own is made of pieces: what the items are, what of each is input and target, how they are divided and changed.
 *
 * Source: fastai's `DataBlock`.
 *
 * @example
 * const words: Block<string> = {
 *   fit: () => ({
 *     kind: undefined,
 *     state: () => null,
 *     load: word => word,
 *     encode: (word: string) => ({ values: Float32Array.of(word.length), shape: [1] }),
 *   }),
 * }
 * const block = new DataBlock({
 *   blocks: [words, CategoryBlock()],
 *   get_x: (row: { word: string; kind: string }) => row.word,
 *   get_y: row => row.kind,
 * })
 * const data = await block.dataloaders([{ word: 'tree', kind: 'noun' }, { word: 'go', kind: 'verb' }], { bs: 1 })
 */
export class DataBlock<Source = unknown, Item = unknown> {
  static readonly name: string = 'DataBlock'
  readonly #options: DataBlockOptions<Source, Item>

  constructor(options: DataBlockOptions<Source, Item>) {
    checkOptions<DataBlockOptions<unknown, unknown>>('DataBlock', options, blockKinds)
    const { blocks, get_y } = options
    const fits = [1, 2].includes(blocks?.length) && blocks.every(block => typeof block?.fit === 'function')
    if (!fits)
      throw typeError(
        'data-block',
        `DataBlock: blocks is ${show(blocks)}; expected one for inputs and one for targets, as [ImageBlock(), CategoryBlock()].`,
      )
    if (Boolean(blocks[1]) !== Boolean(get_y))
      throw typeError(
        'data-block',
        blocks[1]
          ? 'DataBlock: there is a block for targets, but no get_y that says what they are.'
          : 'DataBlock: there is get_y, but no block for targets.',
      )
    this.#options = options
  }

  /**
   * @throws RangeError when there are no items, or none on a side of the split; whatever reading the first item throws
   */
  async dataloaders(source: Source, options: ItemBunchOptions = {}): Promise<ItemDataBunch> {
    checkOptions<ItemBunchOptions>('dataloaders', options, itemBunchKinds)
    const { blocks, get_items, get_x, get_y, splitter = RandomSplitter({ seed: options.seed }) } = this.#options
    const found = get_items ? await get_items(source) : (source as unknown as readonly Item[])
    if (!Array.isArray(found))
      throw typeError(
        'data-block',
        `DataBlock: the items are ${show(found)}; expected a list${get_items ? '' : ', or get_items'}.`,
      )
    if (found.length === 0)
      throw rangeError('empty-data', `DataBlock: there are no items${typeof source === 'string' ? ` in ${source}` : ''}.`)
    const { items: used, split } = usedItems(found as readonly Item[], splitter(found as readonly Item[]))
    const items = used.map((item): Labelled => ({ x: get_x ? get_x(item) : item, ...(get_y && { y: get_y(item) }) }))
    const x = await blocks[0].fit(
      items.map(item => item.x),
      split[0],
    )
    const y = await blocks[1]?.fit(
      items.map(item => item.y),
      split[0],
    )
    const tfms = [...listOf(this.#options.item_tfms), ...listOf(this.#options.batch_tfms)]
    return ItemDataBunch.from_parts({ items, split, x, y, tfms, title: 'the items' }, options)
  }
}
