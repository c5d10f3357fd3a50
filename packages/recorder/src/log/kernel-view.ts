import { escapeHtml } from '@onecycle/plot/internal/html'
import { cellsOf, headings } from './epoch-table.js'
import type { KernelDisplay } from './kernel.js'
import { type Clock, type ProgressNews, type ProgressView, redraw } from './news.js'
import { barLine, shareOf, statusLine } from './status-words.js'

/** Progress below the cell of a notebook: one display, which is drawn over. */
export class KernelView implements ProgressView {
  static readonly name: string = 'KernelView'
  readonly interval = redraw
  readonly waits = false
  readonly clock: Clock = { last: Number.NEGATIVE_INFINITY }
  readonly #newDisplay: () => KernelDisplay
  #display: KernelDisplay | undefined
  /** The table, beginning with its heading. */
  #rows: string[][] = []
  #bar: { share: number; words: string; line: string } | undefined
  #note = ''

  constructor(newDisplay: () => KernelDisplay) {
    this.#newDisplay = newDisplay
  }

  show(news: ProgressNews): void {
    if (news.what === 'begin') {
      this.#display = this.#newDisplay()
      this.#rows = []
      this.#bar = undefined
      this.#note = ''
      void this.#draw()
      return
    }
    if (news.what === 'status')
      this.#bar = { share: shareOf(news.status), words: statusLine(news.status), line: barLine(news.status, 79) }
    else if (news.what === 'epoch') {
      this.#rows[0] = headings(news.metricNames)
      this.#rows.push(cellsOf(news.row, news.metricNames))
    } else if (news.what === 'end') {
      this.#bar = undefined
      this.#note = news.note ?? ''
    } else return
    void this.#draw()
  }

  /** A notebook that is gone is no reason to end a training. */
  async #draw(): Promise<void> {
    try {
      await this.#display?.({ 'text/html': this.#html(), 'text/plain': this.#text() })
    } catch {}
  }

  #html(): string {
    const row = (cells: readonly string[], cell: 'th' | 'td') =>
      `<tr>${cells.map(text => `<${cell} style="text-align: right">${escapeHtml(text)}</${cell}>`).join('')}</tr>`
    const [heading, ...rows] = this.#rows
    const table =
      heading && `<table><thead>${row(heading, 'th')}</thead><tbody>${rows.map(each => row(each, 'td')).join('')}</tbody></table>`
    const bar =
      this.#bar && `<div><progress value="${this.#bar.share}"></progress> <code>${escapeHtml(this.#bar.words)}</code></div>`
    return [table, bar, this.#note && `<div>${escapeHtml(this.#note)}</div>`].filter(Boolean).join('\n')
  }

  #text(): string {
    const widths = (this.#rows[0] ?? []).map((_, i) => Math.max(...this.#rows.map(row => row[i]!.length)))
    const lines = this.#rows.map(row =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    return [...lines, this.#bar?.line, this.#note].filter(Boolean).join('\n')
  }
}
