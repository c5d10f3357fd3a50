import type { Random } from '@onecycle/platform'
import type { EncodedSample, ItemEncoder } from './item-encoder.js'
import { nameOfItem } from './name-of-item.js'

/** Reads samples: on this thread or on others. */
export interface SampleReader {
  /**
   * The samples of these indices, in this order; for one that cannot be read an error that names its item.
   *
   * @param pass undefined where nothing is drawn at random
   */
  read(indices: Int32Array, pass: number | undefined): Promise<(EncodedSample | Error)[]>
}

/** Items that are read at the same time: enough to keep a disk busy, few enough that large ones find room. */
const together = 8

/** Reads on this thread. */
export class ItemReader<Item, Loaded> implements SampleReader {
  readonly #items: readonly Item[]
  readonly #encoder: ItemEncoder<Item, Loaded>
  readonly #root: Random

  constructor(items: readonly Item[], encoder: ItemEncoder<Item, Loaded>, root: Random) {
    this.#items = items
    this.#encoder = encoder
    this.#root = root
  }

  async read(indices: Int32Array, pass: number | undefined): Promise<(EncodedSample | Error)[]> {
    const samples = new Array<EncodedSample | Error>(indices.length)
    let next = 0
    const reads = Array.from({ length: Math.min(together, indices.length) }, async () => {
      while (next < indices.length) {
        const i = next++
        const index = indices[i]!
        samples[i] = await readSample(this.#encoder, this.#items[index]!, index, streamOf(this.#root, pass, index))
      }
    })
    await Promise.all(reads)
    return samples
  }
}

/** What decides what is drawn for a sample in a pass; undefined where nothing is. */
export function streamOf(root: Random, pass: number | undefined, index: number): Random | undefined {
  return pass === undefined ? undefined : root.fork(`augment ${pass} ${index}`)
}

/** One sample, or an error that names its item. */
export async function readSample<Item, Loaded>(
  encoder: ItemEncoder<Item, Loaded>,
  item: Item,
  index: number,
  random: Random | undefined,
): Promise<EncodedSample | Error> {
  try {
    return await encoder.encode(await encoder.load(item), random)
  } catch (cause) {
    const name = nameOfItem(item, index)
    const { message } = cause instanceof Error ? cause : { message: String(cause) }
    return message.includes(name) ? (cause as Error) : new Error(`${name}: ${message}`, { cause })
  }
}
