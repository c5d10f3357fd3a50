import { nextTurn, type ProcessSignal } from '@onecycle/platform'
import { Interruption } from './interrupt.js'

/** Says what is being done, and how far it got. */
type Where = () => string

/** How work goes on from batch to batch: it lets others run in between, and ends when it is interrupted. */
export class Pace {
  #interruption: Interruption | undefined
  #lastTurn = 0
  /** Of several ranks none ends by itself: what is to end goes on until all have agreed where. */
  held = false

  /** Work that Ctrl-C ends, or `signal`. Within other work it ends with that. */
  async interruptible<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#interruption) return work()
    const interruption = new Interruption(signal)
    this.#interruption = interruption
    try {
      return await work()
    } finally {
      this.#interruption = undefined
      interruption.release()
    }
  }

  /** Ends what is being done, if anything is, as an aborted signal does. */
  interrupt(reason: unknown): void {
    this.#interruption?.abort(reason)
  }

  /** Whether what is being done is to end. */
  get ending(): boolean {
    return !this.held && this.heard !== undefined
  }

  /** What asked for the end: a signal's name, or what aborts; undefined as long as nothing did. */
  get heard(): ProcessSignal | 'abort' | undefined {
    return this.#interruption?.heard
  }

  /** Lets others run, and throws when the work is to end: after each batch. A promise only where others are let in. */
  goOn(where: Where): void | Promise<void> {
    const others = this.letOthersRun()
    if (others) return others.then(() => this.check(where))
    this.check(where)
  }

  /**
   * Lets signals, timers and other work in after 10 ms: awaiting what is already there does not. The tsx command takes a program for
   * hung, and kills it, that has not heard a signal within 60.
   */
  letOthersRun(): void | Promise<void> {
    if (performance.now() - this.#lastTurn >= 10) return this.#nextTurn()
  }

  /** Throws when the work is to end. */
  check(where: Where): void {
    if (this.ending) throw this.#interruption!.error(where)
  }

  /** The last {@link check}: hears a Ctrl-C that came since others were let in, which is lost once nobody listens. */
  async end(where: Where): Promise<void> {
    await nextTurn()
    this.check(where)
  }

  /** Whether this is what an interruption threw. */
  threw(error: unknown): boolean {
    return this.#interruption?.threw(error) ?? false
  }

  async #nextTurn(): Promise<void> {
    await nextTurn()
    this.#lastTurn = performance.now()
  }
}
