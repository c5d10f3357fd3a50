import { plainError, type Random } from '@onecycle/platform'
import type { Cache } from '../cache/remembering.js'
import type { EncodedSample, ItemEncoder } from '../item-encoder.js'
import { nameOfItem } from '../name-of-item.js'
import { stateOf } from '../restore.js'
import type { SampleReader } from '../sample-reader.js'
import { unpack } from './packed.js'
import { type Asker, ReadingThread, ThreadLost } from './reading-thread.js'

/** All threads of the program that read: whoever wants some has the first of them. */
const threads: ReadingThread[] = []

let readers = 0

/** Threads need not remember for whom is gone. */
const gone = new FinalizationRegistry<number>(number => {
  for (const thread of threads) thread.forget(number)
})

/**
 * Reads on other threads. A sample is always read by the same one, which so finds again what it remembers, and what is drawn at random for it does not
 * depend on which.
 */
export class ThreadedReader implements SampleReader {
  readonly #asker: Asker
  readonly #count: number
  /** Buffers of batches that were made: new ones would be memory that has to be cleared, and told to the garbage collector. */
  readonly #spares: ArrayBuffer[] = []

  /**
   * @param root decides what is drawn at random
   * @throws TypeError for an encoder that works on this thread alone
   */
  constructor(encoder: ItemEncoder, root: Random, count: number, cache?: Cache) {
    this.#asker = { number: readers++, setup: { encoder: stateOf(encoder), root: root.state(), cache, among: count } }
    this.#count = count
    gone.register(this, this.#asker.number)
    while (threads.length < count) threads.push(new ReadingThread())
  }

  async read(indices: Int32Array, items: readonly unknown[], pass: number | undefined): Promise<(EncodedSample | Error)[]> {
    const samples = new Array<EncodedSample | Error>(indices.length)
    const parts = threads.slice(0, this.#count).map(async (thread, number) => {
      const places = [...indices.keys()].filter(place => indices[place]! % this.#count === number)
      if (places.length === 0) return
      const part = { indices: Int32Array.from(places, place => indices[place]!), items: places.map(place => items[place]), pass }
      const read = await this.#readOn(thread, part)
      for (const [i, place] of places.entries()) samples[place] = read[i]!
    })
    await Promise.all(parts)
    return samples
  }

  release(samples: readonly (EncodedSample | Error)[]): void {
    const numbers = samples.flatMap(sample => (sample instanceof Error ? [] : [...sample.xs, ...sample.ys]))
    for (const buffer of new Set(numbers.map(({ values }) => values.buffer))) this.#spares.push(buffer as ArrayBuffer)
  }

  /** When the thread ends meanwhile, samples are read once more, each by itself: one with which a thread ends again is what ended it. */
  async #readOn(thread: ReadingThread, part: Part): Promise<(EncodedSample | Error)[]> {
    try {
      return unpack(await thread.read(this.#asker, part, this.#spares.pop()))
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error
    }
    const samples: (EncodedSample | Error)[] = []
    for (const [i, item] of part.items.entries()) samples.push(await this.#readAlone(thread, part.indices[i]!, item, part.pass))
    return samples
  }

  async #readAlone(
    thread: ReadingThread,
    index: number,
    item: unknown,
    pass: number | undefined,
  ): Promise<EncodedSample | Error> {
    try {
      const [sample] = unpack(await thread.read(this.#asker, { indices: Int32Array.of(index), items: [item], pass }))
      return sample!
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error
      return plainError('reading-thread', `${nameOfItem(item, index)}: the worker thread that read it ${error.message}, twice.`, {
        cause: error,
      })
    }
  }
}

interface Part {
  readonly indices: Int32Array
  readonly items: readonly unknown[]
  readonly pass: number | undefined
}
