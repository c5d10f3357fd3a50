import { plainError, type Random } from '@onecycle/platform'
import type { Cache } from '../cache/remembering.js'
import type { ItemEncoder } from '../item-encoder.js'
import { nameOfItem } from '../name-of-item.js'
import { stateOf } from '../restore.js'
import type { ItemAt, SampleReader } from '../sample-reader.js'
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
  readonly #knowsItems: boolean
  /** Buffers of batches that were made: new ones would be memory that has to be cleared, and told to the garbage collector. */
  readonly #spares: ArrayBuffer[] = []

  /**
   * @param root decides what is drawn at random
   * @param items all of the data set
   * @throws TypeError for an encoder that works on this thread alone
   */
  constructor(encoder: ItemEncoder, root: Random, items: readonly unknown[], how: { count: number; cache?: Cache | undefined }) {
    const { count, cache } = how
    this.#knowsItems = areSmall(items)
    const setup = { encoder: stateOf(encoder), root: root.state(), cache, among: count }
    this.#asker = { number: readers++, setup: this.#knowsItems ? { ...setup, items } : setup }
    this.#count = count
    gone.register(this, this.#asker.number)
    while (threads.length < count) threads.push(new ReadingThread())
  }

  async read(indices: Int32Array, itemAt: ItemAt, pass: number | undefined): Promise<Samples> {
    // A part of an array would be sent with the whole of it.
    if (this.#count === 1) return this.#readOn(threads[0]!, { indices: indices.slice(), itemAt, pass })
    const parts = threads.slice(0, this.#count).flatMap((thread, number) => {
      const places = Int32Array.from(indices.keys()).filter(place => indices[place]! % this.#count === number)
      const part = { indices: places.map(place => indices[place]!), itemAt: (i: number) => itemAt(places[i]!), pass }
      return places.length > 0 ? [this.#readOn(thread, part, places)] : []
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
      return unpack(await thread.read(this.#asker, this.#task(part), this.#spares.pop()), places)
    } catch (error) {
      if (!(error instanceof ThreadLost)) throw error
    }
    const [runs, errors]: [Run[], [number, Error][]] = [[], []]
    for (let i = 0; i < part.indices.length; i++) {
      const alone = { indices: part.indices.slice(i, i + 1), itemAt: () => part.itemAt(i), pass: part.pass }
      const read = await this.#readAlone(thread, alone, Int32Array.of(places?.[i] ?? i))
      runs.push(...read.runs)
      errors.push(...read.errors)
    }
    return { count: part.indices.length, runs, errors: new Map(errors) }
  }

  async #readAlone(thread: ReadingThread, part: Part, place: Int32Array): Promise<Samples> {
    try {
      return unpack(await thread.read(this.#asker, this.#task(part)), place)
    } catch (cause) {
      if (!(cause instanceof ThreadLost)) throw cause
      const name = nameOfItem(part.itemAt(0), part.indices[0]!)
      const error = plainError('reading-thread', `${name}: the worker thread that read it ${cause.message}, twice.`, { cause })
      return { count: 1, runs: [], errors: new Map([[place[0]!, error]]) }
    }
  }

  #task({ indices, itemAt, pass }: Part) {
    return { indices, items: this.#knowsItems ? undefined : Array.from(indices.keys(), itemAt), pass }
  }
}

interface Part {
  readonly indices: Int32Array
  readonly itemAt: ItemAt
  readonly pass: number | undefined
}

/** Items that threads may keep: of paths and classes some ten megabytes. */
const MOST = 2 ** 17

/** Whether they are so small that threads can have all of them: to send those of each batch takes longer than to copy its numbers. */
function areSmall(items: readonly unknown[]): boolean {
  return items.length <= MOST && items.every(item => isSmall(item) || isPair(item))
}

function isPair(item: unknown): boolean {
  return (
    typeof item === 'object' &&
    item !== null &&
    Object.getPrototypeOf(item) === Object.prototype &&
    Object.values(item).every(isSmall)
  )
}

function isSmall(value: unknown): boolean {
  return value === undefined || typeof value === 'number' || (typeof value === 'string' && value.length <= 300)
}
