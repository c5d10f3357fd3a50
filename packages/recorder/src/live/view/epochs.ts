import type { EpochRow } from '../../history.js'
import { cellsOf, headings } from '../../log/epoch-table.js'
import type { StoryFit } from '../story-fit.js'
import { type Make, say, scrolling } from './make.js'

/** Most rows that are shown: the last ones. */
const most = 200

/** The table of epochs, which grows at its end. */
export class Epochs {
  readonly element: HTMLElement
  readonly #make: Make
  readonly #scroll: HTMLElement
  readonly #table: HTMLTableElement
  readonly #note: HTMLElement
  #fit: StoryFit | undefined
  #rows: readonly EpochRow[] = []

  constructor(make: Make) {
    this.#make = make
    this.#table = make('table')
    this.#note = make('p', { class: 'link' })
    this.#scroll = scrolling(make, 'Epochs', this.#table)
    this.element = make(
      'section',
      { class: 'card wide', 'data-part': 'epochs' },
      make('h2', {}, 'Epochs'),
      this.#note,
      this.#scroll,
    )
    this.element.hidden = true
  }

  show(fit: StoryFit | undefined): void {
    this.element.hidden = !fit?.rows.length
    if (!fit || fit.rows === this.#rows) return
    const grows = fit === this.#fit && this.#rows.length > 0 && fit.rows[this.#rows.length - 1] === this.#rows.at(-1)
    const atEnd = this.#scroll.scrollTop + this.#scroll.clientHeight >= this.#scroll.scrollHeight - 4
    const { metricNames } = fit.begins
    if (!grows) this.#begin(headings(metricNames))
    const added = grows ? fit.rows.slice(this.#rows.length) : fit.rows.slice(-most)
    const body = this.#table.tBodies[0]!
    for (const row of added) body.append(this.#row(cellsOf(row, metricNames)))
    while (body.rows.length > most) body.rows[0]!.remove()
    const left = fit.epochs - body.rows.length
    this.#note.hidden = left === 0
    say(this.#note, left === 0 ? '' : `The last ${body.rows.length} of ${fit.epochs}.`)
    this.#fit = fit
    this.#rows = fit.rows
    if (atEnd) this.#scroll.scrollTop = this.#scroll.scrollHeight
  }

  #begin(names: readonly string[]): void {
    const cells = names.map(name => this.#make('th', { scope: 'col' }, name))
    this.#table.replaceChildren(this.#make('thead', {}, this.#make('tr', {}, ...cells)), this.#make('tbody'))
  }

  #row(texts: readonly string[]): HTMLElement {
    const cells = texts.map((text, i) => this.#make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, text))
    return this.#make('tr', {}, ...cells)
  }
}
