import { writeTo } from '@onecycle/platform'
import type { Clock, ProgressNews, ProgressView } from './news.js'
import { OutputGuard } from './output-guard.js'
import type { ProgressStream } from './progress-stream.js'

/** Progress for programs: a line of JSON for each news, with its `time` in milliseconds. */
export class JsonView implements ProgressView {
  static readonly name: string = 'JsonView'
  readonly interval: number
  readonly waits = false
  readonly clock: Clock = { last: Number.NEGATIVE_INFINITY }
  readonly #stream: ProgressStream
  readonly #guard: OutputGuard

  /** @param every seconds between two statuses */
  constructor(stream: ProgressStream, every: number) {
    this.#stream = stream
    this.#guard = new OutputGuard(stream)
    this.interval = every * 1000
  }

  show(news: ProgressNews): void {
    if (news.what === 'begin') this.#guard.before_fit()
    writeTo(this.#stream, `${JSON.stringify({ time: Date.now(), ...news })}\n`)
    if (news.what === 'end') this.#guard.after_fit()
  }
}
