import { kind, show, typeError } from '@onecycle/platform'
import { elementKind } from './element-kind.js'
import { cellsOf, headings } from './epoch-table.js'
import { type Clock, type ProgressNews, type ProgressView, redraw } from './news.js'
import { placeName, shareOf, statusLine } from './status-words.js'

/** Any rule of the page's own comes before these. */
const style = `
:where(.onecycle-progress) { font-variant-numeric: tabular-nums; overflow-x: auto }
:where(.onecycle-progress-bar) { display: flex; flex-wrap: wrap; align-items: center; gap: .25em 1em; min-height: 1.5em }
:where(.onecycle-progress progress) { flex: 1; min-width: 6em; max-width: 24em }
:where(.onecycle-progress-bar span) { white-space: pre-wrap }
:where(.onecycle-progress table) { border-collapse: collapse }
:where(.onecycle-progress) :where(th, td) { padding: .25em .75em; text-align: right; font-weight: inherit; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
:where(.onecycle-progress thead th) { font-weight: bold }
:where(.onecycle-progress) :where(tr > :first-child) { text-align: left; padding-left: 0 }
`

/** Progress in an element of a page: a bar that is there while something runs, and the table of the last fit's epochs. */
export class ElementView implements ProgressView {
  static readonly name: string = 'ElementView'
  readonly interval = redraw
  readonly waits = false
  readonly clock: Clock = { last: Number.NEGATIVE_INFINITY }
  readonly #page: Document
  readonly #bar: HTMLElement
  readonly #progress: HTMLProgressElement
  readonly #words: HTMLElement
  readonly #table: HTMLTableElement
  readonly #note: HTMLElement
  #columns = ''
  #news: ProgressNews[] = []
  #shown = Number.NEGATIVE_INFINITY
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(element: HTMLElement) {
    this.#page = element.ownerDocument
    const root = this.#make('div', 'onecycle-progress')
    const sheet = this.#make('style')
    sheet.textContent = style
    this.#bar = this.#make('div', 'onecycle-progress-bar')
    this.#progress = this.#make('progress')
    this.#words = this.#make('span')
    this.#table = this.#make('table')
    this.#note = this.#make('div', 'onecycle-progress-note')
    this.#note.setAttribute('role', 'status')
    this.#bar.append(this.#progress, this.#words)
    this.#table.hidden = true
    this.#showBar(false)
    root.append(sheet, this.#table, this.#bar, this.#note)
    element.replaceChildren(root)
  }

  /** Ten times a second at most, however short epochs are. */
  show(news: ProgressNews): void {
    this.#news.push(news)
    const wait = this.#shown + redraw - performance.now()
    if (wait <= 0 || news.what === 'end') this.#flush()
    else this.#timer ??= setTimeout(() => this.#flush(), wait)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#shown = performance.now()
    const all = this.#news.splice(0)
    const last = all.findLastIndex(({ what }) => what === 'status')
    all.forEach((news, i) => {
      if (news.what !== 'status' || i === last) this.#draw(news)
    })
  }

  #draw(news: ProgressNews): void {
    if (news.what === 'begin') {
      this.#note.textContent = ''
      if (!news.lr_finding) this.#clearTable()
    } else if (news.what === 'status') {
      this.#progress.value = shareOf(news.status)
      this.#progress.setAttribute('aria-label', placeName(news.status))
      this.#words.textContent = statusLine(news.status)
      this.#showBar(true)
    } else if (news.what === 'epoch') this.#addRow(news)
    else if (news.what === 'end') {
      this.#showBar(false)
      this.#note.textContent = news.note ?? ''
    }
  }

  #showBar(shown: boolean): void {
    this.#bar.style.display = shown ? '' : 'none'
  }

  #clearTable(): void {
    this.#table.replaceChildren()
    this.#table.hidden = true
    this.#columns = ''
  }

  #addRow({ row, metricNames }: Extract<ProgressNews, { what: 'epoch' }>): void {
    const columns = headings(metricNames)
    if (this.#columns !== columns.join()) {
      this.#clearTable()
      this.#columns = columns.join()
      this.#table.createTHead().append(
        this.#row(
          columns,
          columns.map(() => 'col'),
        ),
      )
      this.#table.createTBody()
      this.#table.hidden = false
    }
    this.#table.tBodies[0]!.append(this.#row(cellsOf(row, metricNames), ['row']))
  }

  /** Texts as cells; one with a scope is a heading. */
  #row(texts: readonly string[], scopes: readonly string[]): HTMLElement {
    const row = this.#make('tr')
    texts.forEach((text, i) => {
      const cell = this.#make(scopes[i] ? 'th' : 'td')
      cell.textContent = text
      if (scopes[i]) cell.setAttribute('scope', scopes[i])
      row.append(cell)
    })
    return row
  }

  #make<Name extends keyof HTMLElementTagNameMap>(name: Name, className = ''): HTMLElementTagNameMap[Name] {
    const element = this.#page.createElement(name)
    if (className) element.className = className
    return element
  }
}

/**
 * Shows in an element of a page what a ProgressBar tells elsewhere, in a worker, say, by its option `hear`.
 *
 * @throws TypeError for what is no element
 * @example
 * // the worker: new Learner(data, model, { progress: { hear: news => postMessage(news) } })
 * const show = progressIn(element)
 * process.on('message', news => show(news as ProgressNews)) // a page: worker.onmessage = ({ data }) => show(data)
 */
export function progressIn(element: HTMLElement): (news: ProgressNews) => void {
  if (!elementKind.fits(element))
    throw typeError('not-an-element', `progressIn takes ${elementKind.expected}, but got ${show(element)}.`)
  const view = new ElementView(element)
  return news => {
    if (!kind.object.fits(news) || typeof news.what !== 'string')
      throw typeError('wrong-argument', `What is shown is what a ProgressBar tells, { what, ... }, but this is ${show(news)}.`)
    view.show(news)
  }
}
