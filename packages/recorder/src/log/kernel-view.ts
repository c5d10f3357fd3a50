import { escapeHtml } from '@onecycle/plot'
import { cellsOf, headings } from './epoch-table.js'
import { type Clock, type ProgressNews, type ProgressView, redraw } from './news.js'
import { barLine, shareOf, statusLine } from './status-words.js'

/** What a kernel of Deno's offers the program in its cells. */
interface Kernel {
  broadcast(kind: 'display_data' | 'update_display_data', content: object): unknown
}

/** The kernel whose cell this program is; undefined elsewhere, where asking throws. */
export function kernel(): Kernel | undefined {
  try {
    const { jupyter } = (globalThis as { Deno?: { jupyter?: Partial<Kernel> } }).Deno ?? {}
    return typeof jupyter?.broadcast === 'function' ? (jupyter as Kernel) : undefined
  } catch {
    return undefined
  }
}

let displays = 0

/** Progress below the cell of a notebook: one display, which is drawn over. */
export class KernelView implements ProgressView {
  static readonly name: string = 'KernelView'
  readonly interval = redraw
  readonly waits = false
  readonly clock: Clock = { last: Number.NEGATIVE_INFINITY }
  readonly #kernel: Kernel
  #id = ''
  /** The table, beginning with its heading. */
  #rows: string[][] = []
  #bar: { share: number; words: string; line: string } | undefined
  #note = ''

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  show(news: ProgressNews): void {
    if (news.what === 'begin') {
      this.#id = `onecycle-progress-${++displays}-${Date.now()}`
      this.#rows = []
      this.#bar = undefined
      this.#note = ''
      this.#draw('display_data')
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
    this.#draw('update_display_data')
  }

  #draw(kind: 'display_data' | 'update_display_data'): void {
    const data = { 'text/html': this.#html(), 'text/plain': this.#text() }
    const content = { data, metadata: {}, transient: { display_id: this.#id } }
    void this.#say(kind, content)
  }

  /** A notebook that is gone is no reason to end a training. */
  async #say(kind: 'display_data' | 'update_display_data', content: object): Promise<void> {
    try {
      await this.#kernel.broadcast(kind, content)
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
