import { canRedraw, type OutputStream, writeTo } from '@onecycle/platform'
import { tableHeader, tableRow } from './epoch-table.js'
import { type ProgressNews, type ProgressView, redraw } from './news.js'
import { OutputGuard } from './output-guard.js'
import { barLine, statusLine } from './status.js'

/** Where progress is written; `process.stdout` is one. It may close or fill up: the training goes on. */
export interface ProgressStream extends OutputStream {
  /** Whether it has more than it can take; a bar is not drawn then. */
  writableNeedDrain?: boolean
}

/** Progress in characters: a bar that is drawn over, where that can be, and lines elsewhere. */
export class StreamView implements ProgressView {
  static readonly name: string = 'StreamView'
  readonly interval: number
  readonly waits: boolean
  readonly #stream: ProgressStream
  readonly #redraws: boolean
  readonly #guard: OutputGuard
  #barShown = false
  #header = ''

  /** @param every seconds between two lines, where nothing can be drawn over */
  constructor(stream: ProgressStream, every: number) {
    this.#stream = stream
    this.#redraws = canRedraw(stream)
    this.#guard = new OutputGuard(stream)
    this.interval = this.#redraws ? redraw : every * 1000
    this.waits = !this.#redraws
  }

  show(news: ProgressNews): void {
    if (news.what === 'begin') {
      this.#header = ''
      this.#guard.before_fit()
    } else if (news.what === 'status') {
      if (!this.#redraws) this.#line(statusLine(news.status))
      else if (!this.#stream.writableNeedDrain) {
        writeTo(this.#stream, `\r${barLine(news.status, this.#width)}\x1b[K`)
        this.#barShown = true
      }
    } else {
      this.#clear()
      if (news.what === 'epoch') {
        const header = tableHeader(news.metricNames, this.#width)
        if (header !== this.#header) this.#line(header)
        this.#header = header
        this.#line(tableRow(news.row, news.metricNames, this.#width))
      } else if (news.what === 'end') {
        if (news.note) this.#line(news.note)
        this.#guard.after_fit()
      }
    }
  }

  /** Characters that a line may have: the last column stays free, for some terminals go on to the next line with it. */
  get #width(): number {
    return this.#stream.isTTY ? (this.#stream.columns || 80) - 1 : Number.POSITIVE_INFINITY
  }

  #line(text: string): void {
    writeTo(this.#stream, `${text}\n`)
  }

  #clear(): void {
    if (this.#barShown) writeTo(this.#stream, '\r\x1b[K')
    this.#barShown = false
  }
}
