import { plainError, type Random } from '@onecycle/platform'
import type { Cache } from '../cache/remembering.js'
import type { ItemEncoder } from '../item-encoder.js'
import { nameOfItem } from '../name-of-item.js'
import { stateOf } from '../restore.js'
import type { SampleReader } from '../sample-reader.js'
import type { Run, Samples } from '../samples.js'
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

  async read(indices: Int32Array, items: readonly unknown[], pass: number | undefined): Promise<Samples> {
    // A part of an array would be sent with the whole of it.
    if (this.#count === 1) return this.#readOn(threads[0]!, { indices: indices.slice(), items, pass })
    const parts = threads.slice(0, this.#count).flatMap((thread, number) => {
      const places = Int32Array.from(indices.keys()).filter(place => indices[place]! % this.#count === number)
      const part = () => ({
        indices: places.map(place => indices[place]!),
        items: Array.from(places, place => items[place]),
        pass,
      })
      return places.length > 0 ? [this.#readOn(thread, part(), places)] : []
    })
    const read = await Promise.all(parts)
    return {
      count: indices.length,
      runs: read.flatMap(({ runs }) => runs),
      errors: new Map(read.flatMap(({ errors }) => [...errors]).sort(([one], [other]) => one - other)),
    }
  }

  release({ runs }: Samples): void {
    const buffers = new Set(runs.flatMap(({ xs, ys }) => [...xs, ...ys].map(({ values }) => values.buffer)))
    for (const buffer of buffers) this.#spares.push(buffer as ArrayBuffer)
  }

  /** When the thread ends meanwhile, samples are read once more, each by itself: one with which a thread ends again is what ended it. */
  async #readOn(thread: ReadingThread, part: Part, places?: Int32Array): Promise<Samples> {
    try {
      return unpack(await thread.read(this.#asker, part, this.#spares.pop()), places)
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error
    }
    const [runs, errors]: [Run[], [number, Error][]] = [[], []]
    for (const [i, item] of part.items.entries()) {
      const alone = { indices: part.indices.slice(i, i + 1), items: [item], pass: part.pass }
      const read = await this.#readAlone(thread, alone, Int32Array.of(places?.[i] ?? i))
      runs.push(...read.runs)
      errors.push(...read.errors)
    }
    return { count: part.items.length, runs, errors: new Map(errors) }
  }

  async #readAlone(thread: ReadingThread, part: Part, place: Int32Array): Promise<Samples> {
    try {
      return unpack(await thread.read(this.#asker, part), place)
    } catch (cause) {
      if (!(cause instanceof ThreadLost)) throw cause
      const name = nameOfItem(part.items[0], part.indices[0]!)
      const error = plainError('reading-thread', `${name}: the worker thread that read it ${cause.message}, twice.`, { cause })
      return { count: 1, runs: [], errors: new Map([[place[0]!, error]]) }
    }
  }
}

interface Part {
  readonly indices: Int32Array
  readonly items: readonly unknown[]
  readonly pass: number | undefined
}
