import type { BatchStream, LoaderState } from '@onecycle/data'

/** Whose order a stream gives. */
const owners = new WeakMap<BatchStream, DataOrder>()

/**
 * The order in which one Learner goes through its training data. Others that are made of the same data have orders of their own: each
 * goes on where it was, whoever worked meanwhile. Where the source decides the order, there is but one.
 */
export class DataOrder {
  readonly #stream: BatchStream
  #place: LoaderState | undefined

  /** @param seed begins the orders that it decides; without one they go on from where the stream is */
  constructor(stream: BatchStream, seed?: number) {
    this.#stream = stream
    this.#own()
    if (seed !== undefined) stream.reseed?.(seed)
  }

  /** From here on the stream gives this order. */
  take(): void {
    if (owners.get(this.#stream) === this || !this.#stream.reseed) return
    this.#own()
    if (this.#place) this.#stream.restore(this.#place)
  }

  #own(): void {
    const owner = owners.get(this.#stream)
    if (owner) owner.#leave()
    owners.set(this.#stream, this)
  }

  #leave(): void {
    // A pass is begun anew: where two work at once, this may be amid one of the other's.
    this.#place = { ...this.#stream.state(), position: 0 }
  }
}
