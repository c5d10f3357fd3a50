import { type EventName, events } from '@onecycle/callbacks'
import { batchEvents } from '@onecycle/callbacks/internal'
import { plainError } from '@onecycle/platform'

/** A piece of work that has a Learner for itself, but for the guest whom it waits for in a pause. */
interface Turn {
  readonly what: string
  /** The event that is being told. */
  event: EventName | undefined
  /** Over when the guest has gone; never rejects. */
  guest: Promise<void> | undefined
}

/** Between batches nothing is under way, nor when one is over: whoever measures there disturbs nothing. */
const pauses = events.filter(event => event === 'after_batch' || (event !== 'after_create' && !batchEvents.has(event)))

/**
 * Whose turn it is on a Learner. One works at a time. While it tells an event between two batches a guest may work, whom it waits for
 * before it goes on, whether or not the callback that called the guest does. Who only reads is let in at any time.
 */
export class Turns {
  /** The last one works; those before it wait for their guest. */
  readonly #turns: Turn[] = []
  readonly #readers = new Set<Promise<void>>()

  /** What is being done, by its name. */
  get what(): string {
    return this.#turns.at(-1)?.what ?? ''
  }

  /** Whether the one that works is a guest. */
  get visiting(): boolean {
    return this.#turns.length > 1
  }

  /**
   * Does `work` when nobody else works, or as a guest.
   *
   * @throws Error when somebody works who cannot have this guest now.
   */
  async take<T>(what: string, asGuest: boolean, work: () => Promise<T>): Promise<T> {
    const host = this.#turns.at(-1)
    // A guest has none: its own batches are told of, too, and who measured after each would do so for ever.
    const receives = host?.event && pauses.includes(host.event) && !this.visiting
    if (host && !(asGuest && receives)) throw plainError('learner-busy', refusal(what, asGuest, host))
    const turn: Turn = { what, event: undefined, guest: undefined }
    this.#turns.push(turn)
    const done = this.#inTurn(turn, work)
    if (host) {
      const leave = () => {
        host.guest = undefined
      }
      host.guest = done.then(leave, leave)
    }
    return done
  }

  /**
   * Somebody reads, and whoever changes what is read waits: `while (turns.reading) await turns.reading`, right before the change, so that
   * what is read is of one moment.
   */
  get reading(): Promise<unknown> | undefined {
    return this.#readers.size > 0 ? Promise.all(this.#readers) : undefined
  }

  /** Reads what work changes. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    const done = work()
    const leave = () => void this.#readers.delete(reader)
    const reader = done.then(leave, leave)
    this.#readers.add(reader)
    return done
  }

  /** Tells an event, in a promise only where somebody is to be waited for. */
  during(event: EventName, tell: (event: EventName) => void | Promise<void>): void | Promise<void> {
    const turn = this.#turns.at(-1)
    if (!turn) return tell(event)
    turn.event = event
    let told: void | Promise<void>
    try {
      told = tell(event)
    } catch (error) {
      if (!turn.guest) throw error
      told = Promise.reject(error)
    }
    if (told || turn.guest) return this.#goOn(turn, told)
    turn.event = undefined
  }

  async #inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    try {
      while (this.reading) await this.reading
      return await work()
    } finally {
      this.#turns.splice(this.#turns.indexOf(turn), 1)
    }
  }

  async #goOn(turn: Turn, told: void | Promise<void>): Promise<void> {
    try {
      await told
    } finally {
      while (turn.guest) await turn.guest
      turn.event = undefined
    }
  }
}

function refusal(what: string, asGuest: boolean, { what: other, event }: Turn): string {
  const where = event ? ` (in ${event})` : ''
  const first = event && !asGuest ? `Begin it when ${other} is over.` : 'Await the first call before the second.'
  const inCallback = asGuest ? ` In a callback, ${what} can be awaited between batches: in ${pauses.join(', ')}.` : ''
  return `${what} was called while ${other} is running on this Learner${where}. ${first}${inCallback}`
}
