import type { MpiEngine, Request } from './engine.js'

/** The place where a rank calls nothing more. */
export const theEnd = 'its end'

/** Bytes of what ranks tell each other: the place that one waits at, in words. */
const messageBytes = 96

/**
 * Says which rank the others wait for. A rank that waits for longer than usual tells all others the place where it does: whoever has not told
 * theirs has not come. In a training that goes well nothing is ever sent.
 */
export class RollCall {
  readonly #engine: MpiEngine
  /** Where each rank waited last. */
  readonly #places: (Place | undefined)[]
  readonly #message = new Uint8Array(messageBytes)
  /** MPI reads what is sent until it says that it is done. */
  #underWay: { message: Uint8Array; request: Request }[] = []

  constructor(engine: MpiEngine) {
    this.#engine = engine
    this.#places = Array.from({ length: engine.size }, () => undefined)
  }

  /** Tells all others where this rank waits. */
  tell(place: Place): void {
    const engine = this.#engine
    this.#underWay = this.#underWay.filter(({ request }) => !engine.test(request))
    const message = new Uint8Array(messageBytes)
    new TextEncoder().encodeInto(`${place.count} ${place.what}`, message)
    for (let to = 0; to < engine.size; to++) {
      if (to === engine.rank) continue
      const request = new BigInt64Array(1)
      engine.send(message, to, request)
      this.#underWay.push({ message, request })
    }
  }

  /** Takes in what others have told. */
  listen(): void {
    for (let from = 0; from < this.#engine.size; from++)
      while (from !== this.#engine.rank && this.#engine.receive(this.#message, from)) {
        const [, count = '0', what = ''] = /^(\d+) ([^\0]*)/.exec(new TextDecoder().decode(this.#message)) ?? []
        this.#places[from] = { count: Number(count), what }
      }
  }

  /** Others that are as far; those that have not come so far; and one that is, or has come to its end, and does something else there. */
  compare(place: Place): { there: number[]; missing: number[]; astray: [rank: number, what: string] | undefined } {
    const ranks = this.#places.map((told, rank) => ({ told, rank })).filter(({ rank }) => rank !== this.#engine.rank)
    const asFar = ranks.filter(({ told }) => told && told.count >= place.count)
    const other = ranks.find(
      ({ told }) => told && (told.count === place.count || told.what === theEnd) && told.what !== place.what,
    )
    return {
      there: asFar.map(({ rank }) => rank),
      missing: ranks.filter(each => !asFar.includes(each)).map(({ rank }) => rank),
      astray: other && [other.rank, other.told!.what],
    }
  }
}

/** Where a rank is: the number of what it calls, from 1, and what that is. */
export interface Place {
  count: number
  what: string
}
