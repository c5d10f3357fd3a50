import { canRedraw } from '@onecycle/platform'
import { Bars } from './bars.js'
import { tableHeader, tableRow } from './epoch-table.js'
import { type Clock, type ProgressNews, type ProgressView, redraw } from './news.js'
import { OutputGuard } from './output-guard.js'
import type { ProgressStream } from './progress-stream.js'
import { barLine, statusLine } from './status-words.js'

/** Progress in characters: a bar that is drawn over, where that can be, and lines elsewhere. What a fit inside another one writes is indented. */
export class StreamView implements ProgressView {
  static readonly name: string = 'StreamView'
  readonly interval: number
  readonly waits: boolean
  readonly clock: Clock
  readonly #bars: Bars
  readonly #redraws: boolean
  readonly #guard: OutputGuard
  #indent = ''

  /**
   * @param every seconds between two lines, where nothing can be drawn over
   * @param plain whether nothing is, wherever it can be
   */
  constructor(stream: ProgressStream, every: number, plain = false) {
    this.#bars = Bars.of(stream)
    this.#redraws = !plain && canRedraw(stream)
    this.#guard = new OutputGuard(stream)
    this.interval = this.#redraws ? redraw : every * 1000
    this.waits = !this.#redraws
    this.clock = this.#redraws ? this.#bars : { last: 0 }
  }

  show(news: ProgressNews): void {
    if (news.what === 'begin') {
      this.#guard.before_fit()
      this.#indent = '  '.repeat(this.#bars.begin(this))
      if (!news.lr_finding) this.#bars.heading = undefined
    } else if (news.what === 'status') {
      const { status } = news
      if (this.#redraws) this.#bars.show(this, width => this.#indent + barLine(status, width - this.#indent.length))
      else this.#line(statusLine(status))
    } else if (news.what === 'pass') this.#bars.hide(this)
    else if (news.what === 'epoch') this.#addRow(news)
    else {
      if (news.note) this.#line(news.note)
      this.#bars.end(this)
      this.#guard.after_fit()
    }
  }

  #addRow({ row, metricNames }: Extract<ProgressNews, { what: 'epoch' }>): void {
    const width = this.#bars.width - this.#indent.length
    const heading = { owner: this, text: tableHeader(metricNames, width) }
    if (heading.owner !== this.#bars.heading?.owner || heading.text !== this.#bars.heading.text) this.#line(heading.text)
    this.#bars.heading = heading
    this.#line(tableRow(row, metricNames, width))
  }

  #line(text: string): void {
    this.#bars.line(this, text.replace(/^/gm, this.#indent))
  }
}
