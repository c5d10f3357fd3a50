import { codeOf, plainError, type Random } from '@onecycle/platform'
import type { EncodedSample, ItemEncoder } from './item-encoder.js'
import { nameOfItem } from './name-of-item.js'

/** Reads the samples of one data set: on this thread or on others. */
export interface SampleReader {
  /**
   * The samples of these indices, in this order; for one that cannot be read an error that names its item.
   *
   * @param items one for each index
   * @param pass undefined where nothing is drawn at random
   */
  read(indices: Int32Array, items: readonly unknown[], pass: number | undefined): Promise<(EncodedSample | Error)[]>
  /** What it gave is used no more: its memory may be used for others. */
  release?(samples: readonly (EncodedSample | Error)[]): void
}

/** Items that are read at the same time: enough to keep a disk busy, few enough that large ones find room. */
const together = 8

/** Reads on this thread. */
export class ItemReader implements SampleReader {
  readonly #encoder: ItemEncoder
  readonly #root: Random
  readonly #load: Load

  /**
   * @param root decides what is drawn at random
   * @param load what an encoder's `load` gives, also where it is remembered. Default: that.
   */
  constructor(encoder: ItemEncoder, root: Random, load: Load = item => encoder.load(item)) {
    this.#encoder = encoder
    this.#root = root
    this.#load = load
  }

  async read(indices: Int32Array, items: readonly unknown[], pass: number | undefined): Promise<(EncodedSample | Error)[]> {
    const samples = new Array<EncodedSample | Error>(indices.length)
    let next = 0
    const reads = Array.from({ length: Math.min(together, indices.length) }, async () => {
      while (next < indices.length) {
        const i = next++
        samples[i] = await this.#sample(items[i], indices[i]!, pass)
      }
    })
    await Promise.all(reads)
    return samples
  }

  async #sample(item: unknown, index: number, pass: number | undefined): Promise<EncodedSample | Error> {
    try {
      const random = pass === undefined ? undefined : this.#root.fork(`augment ${pass} ${index}`)
      return await this.#encoder.encode(await this.#load(item, index), random)
    } catch (cause) {
      const name = nameOfItem(item, index)
      const { message } = cause instanceof Error ? cause : { message: String(cause) }
      return message.includes(name)
        ? (cause as Error)
        : plainError(codeOf(cause, 'item-unreadable'), `${name}: ${message}`, { cause })
    }
  }
}

/** What an encoder's first step gives of an item. */
export type Load = (item: unknown, index: number) => unknown
