import { codeOf, isPromise, plainError, type Random } from '@onecycle/platform'
import type { EncodedSample, ItemEncoder } from './item-encoder.js'
import { nameOfItem } from './name-of-item.js'
import { type Samples, samplesOf } from './samples.js'

/** Reads the samples of one data set: on this thread or on others. */
export interface SampleReader {
  /**
   * The samples of these indices, in this order; for one that cannot be read an error that names its item.
   *
   * @param itemAt which item is at a place among these
   * @param pass undefined where nothing is drawn at random
   */
  read(indices: Int32Array, itemAt: ItemAt, pass: number | undefined): Promise<Samples>
  /** What it gave is used no more: its memory may be used for others. */
  release?(samples: Samples): void
}

export type ItemAt = (place: number) => unknown

/** Items that are read at the same time: enough to keep a disk busy, few enough that large ones find room. */
const together = 8

type Sample = EncodedSample | Error

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

  async read(indices: Int32Array, itemAt: ItemAt, pass: number | undefined): Promise<Samples> {
    const samples = new Array<Sample>(indices.length)
    let next = 0
    const reads = Array.from({ length: Math.min(together, indices.length) }, async () => {
      while (next < indices.length) {
        const i = next++
        const sample = this.#sample(itemAt(i), indices[i]!, pass)
        // What is there at once is not waited for, which would take as long as to read a small file.
        samples[i] = isPromise(sample) ? await sample : sample
      }
    })
    await Promise.all(reads)
    return samplesOf(samples)
  }

  #sample(item: unknown, index: number, pass: number | undefined): Sample | Promise<Sample> {
    const encode = (loaded: unknown) =>
      this.#encoder.encode(loaded, pass === undefined ? undefined : this.#root.fork(`augment ${pass} ${index}`))
    const failed = (cause: unknown): Error => {
      const name = nameOfItem(item, index)
      const { message } = cause instanceof Error ? cause : { message: String(cause) }
      return message.includes(name)
        ? (cause as Error)
        : plainError(codeOf(cause, 'item-unreadable'), `${name}: ${message}`, { cause })
    }
    try {
      const loaded = this.#load(item, index)
      const sample = isPromise(loaded) ? Promise.resolve(loaded).then(encode) : encode(loaded)
      return isPromise(sample) ? Promise.resolve(sample).catch(failed) : sample
    } catch (cause) {
      return failed(cause)
    }
  }
}

/** What an encoder's first step gives of an item. */
export type Load = (item: unknown, index: number) => unknown
