import { CancelFit } from '@onecycle/callbacks'
import type { BatchStream } from '@onecycle/data'
import { isPromise, plainError } from '@onecycle/platform'
import type { Metric } from '../metric/metric.js'
import type { Communicator } from './communicator.js'
import { type Ending, endingOf, errorOf, interruptionOf, told, toldAtOnce } from './ending.js'
import type { RankedLearner } from './ranked-learner.js'
import { shareState } from './share-state.js'

/** Where ranks meet, told apart by a number that all must give. */
export const meetings = { begin: 0, train: 1, validate: 2, figures: 3, load: 4, room: 5, amid: 6, beside: 7 } as const

/** Meetings amid one training batch, by which their numbers are told apart from those of the next. */
export const mostAmid = 2 ** 16

/** Numbers that are said at each meeting beside those that are brought. */
const head = 6

/** Numbers that may be brought to any meeting. */
const usualRoom = 7

/** Two numbers for a whole one, by whose sums all ranks find alike whether they have the same. */
export function toCompare(number: number): [number: number, square: number] {
  const rest = number % 1_000_003
  return [rest, rest * rest]
}

/** Whether so many ranks have the same number, by the sums of what {@link toCompare} gave. */
export function haveTheSame(ranks: number, sum: number, squares: number): boolean {
  return ranks * squares === sum * sum
}

/**
 * What the ranks of one training agree on. They meet at each batch, and where what they have measured is put together: there each says what
 * the others are to know, so that all go on, or none.
 */
export class Ranks {
  readonly comm: Communicator
  readonly #learn: RankedLearner
  /** Whether work is under way that all do. */
  #inside = false
  /** Whether the work of some rank has ended, of which all have heard. */
  #left = false
  /** Milliseconds on the clock of the first rank, when they met last: what goes by time is to go by it. */
  now = 0
  /** Whether the communicator answers with promises. */
  waits = false
  /** Whether gradients are times what this rank's part counts when the ranks meet. */
  weighed = false
  /** What has batch norms normalize with all ranks, where that is asked for. */
  norms: Beside | undefined
  /** Steps of this work. */
  steps = 0
  /** How many numbers can be brought: as many for all, so that whoever ends is heard by others wherever they are. */
  #room = usualRoom

  constructor(learn: RankedLearner, comm: Communicator) {
    this.#learn = learn
    this.comm = comm
  }

  /**
   * Does what all ranks do, with the weights of the first. It ends on all of them when it ends on one.
   *
   * @throws what the work throws; Error with what it threw on another rank
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside) return work()
    const { pace } = this.#learn
    this.#inside = pace.held = true
    this.#left = false
    this.steps = 0
    try {
      await this.meet(meetings.begin)
      await shareState(this.#learn, this.comm)
      const result = await work()
      await this.#leave()
      return result
    } catch (error) {
      // What this rank threw says more than that nobody could be told of it.
      await this.#leave(error).catch(() => {})
      throw error
    } finally {
      this.#inside = pace.held = false
      this.#room = usualRoom
    }
  }

  /**
   * Waits for all ranks, and gives the sums of what they bring.
   *
   * @param where one of {@link meetings}, and a number that is the same on all ranks
   * @throws Error when the work has ended on another rank, or ranks do different things; CancelFit when it was stopped there
   */
  async meet(where: number, number = 0, brought: readonly number[] = []): Promise<readonly number[]> {
    const { pace } = this.#learn
    const heard = pace.held && pace.heard !== undefined
    const { ended, done, interrupted, places, sums } = await this.#say({ heard, place: placeOf(where, number) }, brought)
    if (ended) throw errorOf(await told(this.comm))
    if (done) throw new CancelFit()
    if (!places) throw this.differing(`is at ${whereIs(where, number)}, and others are elsewhere`)
    if (interrupted) await this.#interrupt(heard)
    return sums
  }

  /**
   * As {@link meet}, on ranks that wait in their calls, amid what is synchronous. Of an interruption they hear later.
   *
   * @param brought at most as many numbers as {@link makeRoom} was given
   */
  meetAtOnce(where: number, number: number, brought: ArrayLike<number>): readonly number[] {
    const all = this.#message({ place: placeOf(where, number) }, brought)
    void this.comm.allreduce(all)
    const { ended, done, places, sums } = this.#hear(all)
    if (ended) throw errorOf(toldAtOnce(this.comm))
    if (done) throw new CancelFit()
    if (!places) throw this.differing(`is at ${whereIs(where, number)}, and others are elsewhere`)
    return sums
  }

  /** What this rank is, in words, where others are not. */
  differing(what: string): Error {
    return plainError(
      'ranks-differ',
      `The ranks do different things: rank ${this.comm.rank} ${what}. All have to call the same, in the same order.`,
    )
  }

  /** Has so many numbers fit into a meeting until the work is over. All ranks ask for the same. */
  async makeRoom(numbers: number): Promise<void> {
    await this.meet(meetings.room, numbers)
    this.#room = Math.max(this.#room, numbers)
  }

  /** Makes the figures of this rank's part of a pass those of the whole. */
  async together(figures: readonly Metric[]): Promise<void> {
    if (!this.#inside) return
    await this.meet(meetings.figures)
    for (const figure of figures) await figure.together!(own => this.#gather(own))
  }

  /** Waits for all ranks before what is read that the first wrote, where all are at work. */
  async beforeReading(): Promise<void> {
    if (this.#inside) await this.meet(meetings.load)
  }

  async #say(what: Said, brought: readonly number[] = []): Promise<Heard> {
    const all = this.#message(what, brought)
    const waiting = this.comm.allreduce(all)
    this.waits = isPromise(waiting)
    await waiting
    return this.#hear(all)
  }

  #message({ ended = false, done = false, heard = false, place = 0 }: Said, brought: ArrayLike<number>): Float64Array {
    const clock = this.comm.rank === 0 ? performance.now() : 0
    const all = new Float64Array(head + this.#room)
    all.set([Number(ended), Number(done), Number(heard), clock, ...toCompare(place)])
    all.set(brought, head)
    return all
  }

  #hear(all: Float64Array): Heard {
    const [ended, done, heard, now, place, squares] = all as unknown as [number, number, number, number, number, number]
    this.now = now
    this.#left = ended + done > 0
    const places = haveTheSame(this.comm.size, place, squares)
    return { ended: ended > 0, done: done > 0, interrupted: heard > 0, places, sums: [...all.subarray(head)] }
  }

  /** Ends this rank's work, unless that of another has ended it. */
  async #leave(error?: unknown): Promise<void> {
    if (this.#left) return
    const ending: Ending | undefined = error === undefined ? undefined : endingOf(error)
    const { ended } = await this.#say({ ended: ending !== undefined, done: ending === undefined })
    if (!ended) return
    const first = await told(this.comm, ending)
    if (!ending) throw errorOf(first)
  }

  /** After the batch under way, on all ranks. */
  async #interrupt(heard: boolean): Promise<void> {
    const { pace } = this.#learn
    const ending = heard ? { name: 'interrupted', message: pace.heard! } : undefined
    const first = await told(this.comm, ending)
    if (!heard) pace.interrupt(interruptionOf(first))
    pace.held = false
  }

  async #gather(own: Float64Array): Promise<Float64Array[]> {
    const lengths = new Int32Array(this.comm.size)
    lengths[this.comm.rank] = own.length
    await this.comm.allreduce(lengths)
    const all: Float64Array[] = []
    for (const [rank, length] of lengths.entries()) {
      const numbers = rank === this.comm.rank ? own.slice() : new Float64Array(length)
      if (length > 0) await this.comm.broadcast(numbers, rank)
      all.push(numbers)
    }
    return all
  }
}

/** What runs a model on batches beside those that train, as one pass of all ranks. */
export interface Beside {
  /** Has the next forward pass be one of all ranks. Gives how many samples its batch has on all. */
  beside(dl: BatchStream, batch: number, samples: number): Promise<number>
  /** Has forward passes be of this rank alone again. */
  apart(): void
}

/** What a rank says of itself. */
interface Said {
  readonly ended?: boolean
  readonly done?: boolean
  readonly heard?: boolean
  readonly place?: number
}

/** What all have said together. */
interface Heard {
  readonly ended: boolean
  readonly done: boolean
  readonly interrupted: boolean
  /** Whether they are at the same place. */
  readonly places: boolean
  readonly sums: readonly number[]
}

function placeOf(where: number, number: number): number {
  return where + 8 * number
}

function whereIs(where: number, number: number): string {
  if (where === meetings.train) return `training batch ${number >> 1}`
  if (where === meetings.amid) return `a batch norm of training batch ${Math.floor(number / mostAmid)}`
  if (where === meetings.room) return 'the beginning of a fit with SyncBatchNorm'
  if (where === meetings.beside) return `batch ${number} of a pass for running statistics`
  if (where === meetings.validate) return `validation batch ${number}`
  return where === meetings.figures ? 'the end of a validation' : 'the beginning of its work'
}
