import { checkCount, checkOptions, type Kinds, kind, rangeError, show, typeError } from '@onecycle/platform'
import { Tensor, tensor2d } from '@tensorflow/tfjs-core'
import { type BunchOptions, bunchKinds, DataBunch } from '../data-bunch.js'
import { Category, classesOf } from '../item/targets.js'
import type { EncodedItems, ItemInputs } from '../item-inputs.js'
import type { Parts } from '../parts.js'

/** Makes a vector of each item, all of one length: a list of them, or a tensor [items, numbers]. */
export type Embed<Item> = (items: readonly Item[]) => Vectors | Promise<Vectors>
type Vectors = Tensor | readonly ArrayLike<number>[]

/** What `EmbeddedDataBunch` is given: items, what makes numbers of them, where those are kept, targets, and what validates. */
export interface EmbeddedOptions<Item> extends Omit<BunchOptions, 'classes'> {
  /** Texts, paths of pictures, anything. */
  items: readonly Item[]
  /** A class for each, by name or number; a Float32Array holds values. */
  y: readonly (string | number)[] | Int32Array | Float32Array
  /** The foreign model: it is asked once for each item, some at a time. */
  embed: Embed<Item>
  /** Items that it is asked for at a time. Default 32. */
  embedBatch?: number | undefined
  /**
   * Address of a file that keeps the vectors: those of items that are in it are not computed again. One file for one model. Default: none is kept.
   */
  cache?: string | undefined
  /** What tells items apart in the cache. Default: strings by themselves, others by their JSON. */
  key?: ((item: Item) => string) | undefined
  /** Names of the classes, in the order of their numbers. Default: all that there are, sorted. */
  classes?: readonly string[] | undefined
  /** Part of the items to validate on, chosen at random. Default 0.2. */
  valid_pct?: number | undefined
}

const embeddedKinds: Kinds<EmbeddedOptions<never>> = {
  ...{ ...bunchKinds, items: kind.list, y: kind.any, embed: kind.function, embedBatch: kind.number, cache: kind.string },
  ...{ key: kind.function, classes: kind.listOf(kind.string), valid_pct: kind.number },
}

/** What a vector is made by. */
class EmbeddedInputs<Item> implements ItemInputs {
  readonly #embed: Embed<Item>
  readonly #size: number

  constructor(embed: Embed<Item>, size: number) {
    this.#embed = embed
    this.#size = size
  }

  takes(given: unknown): boolean {
    const isItem = (each: unknown) => typeof each === 'string' || (typeof each === 'object' && each !== null && !isNumbers(each))
    return Array.isArray(given) && !isNumbers(given) ? given.length > 0 && given.every(isItem) : isItem(given)
  }

  async of(given: Item | readonly Item[]): Promise<EncodedItems> {
    const one = !Array.isArray(given)
    const items = one ? [given as Item] : (given as readonly Item[])
    const vectors = await vectorsOf(this.#embed, items, this.#size)
    return { xs: tensor2d(whole(vectors), [items.length, this.#size]), one }
  }

  /** The model is a function of this program. */
  state(): undefined {
    return undefined
  }
}

/**
 * Data whose inputs are what another model makes of items: computed once, and kept. Inputs are [batch, numbers], for a head such as `mlp`.
 *
 * @example
 * const embed = async (texts: readonly string[]) => texts.map(text => [text.length, text.split('a').length - 1])
 * const data = await EmbeddedDataBunch.from_items({ items: ['banana', 'plum', 'papaya', 'fig'], y: [1, 0, 1, 0], embed, valid_pct: 0.5, bs: 2 })
 */
export class EmbeddedDataBunch extends DataBunch {
  static override readonly name: string = 'EmbeddedDataBunch'
  override readonly inputs: ItemInputs

  private constructor(parts: Parts, inputs: ItemInputs) {
    if (!(inputs instanceof EmbeddedInputs))
      throw typeError('not-by-new', 'An EmbeddedDataBunch is made by EmbeddedDataBunch.from_items.')
    super(parts)
    this.inputs = inputs
  }

  /**
   * Asks the model for the vectors that are not in the cache, writes this anew when they are there, and divides the items at random.
   *
   * @throws RangeError for vectors that are not of one length, not finite or not as many as items; TypeError for an unknown option; Error for a cache
   * that cannot be read; as {@link DataBunch.from_arrays}
   */
  static async from_items<Item>(options: EmbeddedOptions<Item>): Promise<EmbeddedDataBunch> {
    checkOptions<EmbeddedOptions<Item>>('EmbeddedDataBunch.from_items', options, embeddedKinds)
    const { items, y, embed, embedBatch = 32, cache: address, key = keyOf, classes, valid_pct = 0.2, ...rest } = options
    if (typeof embed !== 'function' || !Array.isArray(items) || items.length === 0)
      throw typeError(
        'wrong-argument',
        `EmbeddedDataBunch.from_items takes items, a list, and embed, a function, but got ${show(items)} and ${show(embed)}.`,
      )
    checkCount('embedBatch', embedBatch)
    const given = typeof y?.[0] === 'string' ? (y as readonly string[]) : undefined
    const names = given ? (classes ?? classesOf(given)) : classes
    const category = given && new Category({ classes: names! })
    // Before anything is embedded, which may be dear.
    const labels = category ? Int32Array.from(given, label => category.load(label)) : y
    const cache = address === undefined ? undefined : await (await import('./embedding-cache.js')).EmbeddingCache.open(address)
    const vectors = items.map(item => cache?.get(key(item)))
    const missing = vectors.flatMap((vector, i) => (vector ? [] : [i]))
    let size = vectors.find(Boolean)?.length
    for (let start = 0; start < missing.length; start += embedBatch) {
      const places = missing.slice(start, start + embedBatch)
      const made = await vectorsOf(embed, places.map(i => items[i]!), size) // biome-ignore format: short
      size = made[0]!.length
      for (const [i, place] of places.entries()) {
        vectors[place] = made[i]!
        cache?.set(key(items[place]!), made[i]!)
      }
    }
    if (missing.length > 0) await cache?.write()
    const parts = DataBunch.from_arrays({
      ...{ x: whole(vectors as Float32Array[]), shape: [size!], y: labels as Int32Array, valid_pct },
      ...{ ...rest, ...(names && { classes: names }) },
    })
    return new EmbeddedDataBunch(parts, new EmbeddedInputs(embed, size!))
  }
}

/** @throws RangeError for vectors that are not of one length, not finite or not as many as items */
async function vectorsOf<Item>(embed: Embed<Item>, items: readonly Item[], size?: number): Promise<Float32Array[]> {
  const given = await embed(items)
  let lists: readonly ArrayLike<number>[]
  if (given instanceof Tensor) {
    lists = (await given.array()) as number[][]
    given.dispose()
  } else lists = given
  if (!Array.isArray(lists) || lists.length !== items.length)
    throw rangeError('embed-answer', `embed gave ${show(given)} for ${items.length} items; expected a list of as many vectors.`)
  const vectors = lists.map(list => Float32Array.from(Object(list)))
  const expected = size ?? vectors[0]!.length
  const wrong = vectors.findIndex(vector => vector.length === 0 || vector.length !== expected || !vector.every(Number.isFinite))
  if (wrong === -1) return vectors
  const why =
    vectors[wrong]!.length === expected && expected > 0 ? 'a number that is not finite' : `${vectors[wrong]!.length} numbers`
  throw rangeError(
    'embed-answer',
    `embed gave a vector of ${why} for ${show(items[wrong])}; expected ${expected || 'some'} finite numbers, as for the others.`,
  )
}

function whole(vectors: readonly Float32Array[]): Float32Array {
  const size = vectors[0]!.length
  const all = new Float32Array(vectors.length * size)
  for (const [i, vector] of vectors.entries()) all.set(vector, i * size)
  return all
}

/** Whether something is inputs as the head has them. */
function isNumbers(given: unknown): boolean {
  if (given instanceof Tensor || (ArrayBuffer.isView(given) && !(given instanceof Uint8Array))) return true
  return Array.isArray(given) && given.every(each => typeof each === 'number' || isNumbers(each))
}

function keyOf(item: unknown): string {
  return typeof item === 'string' ? item : JSON.stringify(item)
}
