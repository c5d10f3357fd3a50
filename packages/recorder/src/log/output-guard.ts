import type { Callback } from '@onecycle/callbacks'
import { nextTurn, type OutputStream, outlive, standardError, standardOutput } from '@onecycle/platform'

/**
 * Lets a fit outlive what it writes to: closed by `| head -2`, or on a full disk, standard output would end the program with the
 * next line that anyone writes, a callback's own too. The Learner always has one.
 */
export class OutputGuard implements Callback {
  static readonly name: string = 'OutputGuard'
  /** Before anyone speaks. */
  readonly order = -100
  readonly #streams: readonly OutputStream[]
  #release: (() => void) | undefined

  /** @param streams default: standard output and standard error */
  constructor(...streams: OutputStream[]) {
    this.#streams = streams.length > 0 ? streams : [standardOutput(), standardError()]
  }

  before_fit(): void {
    this.#release ??= outlive(...this.#streams)
  }

  after_fit(): void {
    // A line that was written last fails a moment later.
    if (this.#release) void nextTurn().then(this.#release)
    this.#release = undefined
  }
}
