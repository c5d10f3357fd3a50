import { formatNumber } from '@onecycle/plot/internal'
import type { Comparison, RunInList } from '../message.js'
import { Cards } from './cards.js'
import { comparedParts } from './compared.js'
import { type Make, say, scrolling } from './make.js'
import { figure } from './words.js'

export interface RunsViewOptions {
  /** Shows another run. */
  choose(id: string): void
  compare(ids: readonly string[]): Promise<Comparison>
  /** Shows runs side by side in place of one, or no longer. */
  aside(on: boolean): void
}

/** Chooses among runs, and shows several side by side: their curves, and in what they differ. */
export class RunsView {
  /** What chooses. */
  readonly bar: HTMLElement
  /** What shows several. */
  readonly aside: HTMLElement
  readonly #make: Make
  readonly #options: RunsViewOptions
  readonly #select: HTMLSelectElement
  readonly #compare: HTMLButtonElement
  readonly #list: HTMLTableSectionElement
  readonly #differences: HTMLElement
  readonly #said: HTMLElement
  readonly #cards: Cards
  readonly #chosen = new Set<string>()
  #runs: readonly RunInList[] = []
  #on = false

  constructor(make: Make, options: RunsViewOptions) {
    this.#make = make
    this.#options = options
    this.#select = make('select', { 'aria-label': 'Which run' })
    this.#compare = make('button', { type: 'button', 'aria-pressed': 'false' }, 'Compare runs')
    this.bar = make('nav', { class: 'top', 'aria-label': 'Runs' }, this.#select, this.#compare)
    this.#list = make('tbody')
    this.#said = make('p', { class: 'link', role: 'status' })
    this.#differences = make('section', { class: 'card wide' })
    this.#cards = new Cards(make, () => 1)
    const names = ['', 'run', 'begun', 'state', 'epochs', 'valid_loss'].map(name => make('th', { scope: 'col' }, name))
    const table = make('table', { class: 'choice' }, make('thead', {}, make('tr', {}, ...names)), this.#list)
    const scrolled = scrolling(make, 'Runs to compare', table)
    const choice = make('section', { class: 'card wide' }, make('h2', {}, 'Runs'), scrolled, this.#said)
    this.aside = make(
      'div',
      { class: 'inside' },
      make('div', { class: 'cards' }, choice),
      this.#cards.element,
      make('div', { class: 'cards' }, this.#differences),
    )
    this.#select.addEventListener('change', () => options.choose(this.#select.value))
    this.#compare.addEventListener('click', () => this.#switch(!this.#on))
    this.#differences.hidden = true
  }

  /** @param shown the run that is shown */
  show(runs: readonly RunInList[], shown: string | undefined): void {
    this.#runs = runs
    const options = runs.map(({ id, name, state }) => ({ id, text: `${name === id ? id : `${id} (${name})`}, ${state}` }))
    if (options.map(({ text }) => text).join('\n') !== [...this.#select.options].map(({ text }) => text).join('\n'))
      this.#select.replaceChildren(...options.map(({ id, text }) => this.#make('option', { value: id }, text)))
    this.#select.value = shown ?? ''
    this.bar.hidden = runs.length < 2
    this.#showList()
  }

  #switch(on: boolean): void {
    this.#on = on
    this.#compare.setAttribute('aria-pressed', String(on))
    this.#options.aside(on)
    this.#select.disabled = on
    if (on && this.#chosen.size === 0) for (const { id } of this.#runs.slice(0, 2)) this.#chosen.add(id)
    this.#showList()
    if (on) void this.#showCompared()
  }

  #showList(): void {
    const rows = this.#runs.map(({ id, begun, state, epochs, n_epoch, valid_loss }) => {
      const texts = [id, when(begun), state, n_epoch > 0 ? `${epochs} of ${n_epoch}` : '–', figure(valid_loss)]
      return { id, texts, key: texts.join() }
    })
    const there = [...this.#list.rows]
    const isSame = rows.length === there.length && rows.every(({ key }, i) => there[i]!.dataset['key'] === key)
    if (!isSame) this.#list.replaceChildren(...rows.map(row => this.#row(row)))
    for (const [i, row] of [...this.#list.rows].entries()) row.querySelector('input')!.checked = this.#chosen.has(rows[i]!.id)
  }

  #row({ id, texts, key }: { id: string; texts: readonly string[]; key: string }): HTMLElement {
    const box = this.#make('input', { type: 'checkbox', 'aria-label': `Compare ${id}` })
    box.addEventListener('change', () => {
      if (box.checked) this.#chosen.add(id)
      else this.#chosen.delete(id)
      void this.#showCompared()
    })
    const cells = texts.map((text, i) => this.#make(i === 0 ? 'th' : 'td', i === 0 ? { scope: 'row' } : {}, text))
    return this.#make('tr', { 'data-key': key }, this.#make('td', {}, box), ...cells)
  }

  /** Those that are chosen, in the order of the list. */
  get #ids(): string[] {
    return this.#runs.map(({ id }) => id).filter(id => this.#chosen.has(id))
  }

  async #showCompared(): Promise<void> {
    const ids = this.#ids
    if (ids.length === 0) {
      this.#cards.show([])
      this.#differences.hidden = true
      return say(this.#said, 'Choose some.')
    }
    try {
      const comparison = await this.#options.compare(ids)
      // Another choice was made meanwhile.
      if (ids.join() !== this.#ids.join()) return
      this.#cards.show(comparedParts(comparison))
      this.#showDifferences(comparison)
      say(this.#said, '')
    } catch (error) {
      say(this.#said, (error as Error).message)
    }
  }

  #showDifferences({ runs, differences }: Comparison): void {
    const make = this.#make
    const names = ['', ...runs.map(({ id }) => id)].map(name => make('th', { scope: 'col' }, name))
    const rows = differences.map(({ what, of }) => {
      const cells = of.map(value => make('td', {}, inWords(value)))
      return make('tr', {}, make('th', { scope: 'row' }, what.replace(/^hparams\./, '')), ...cells)
    })
    const table = make('table', { class: 'differences' }, make('thead', {}, make('tr', {}, ...names)), make('tbody', {}, ...rows))
    const none = make(
      'p',
      {},
      runs.length < 2 ? 'Choose another one to compare with.' : 'They differ in nothing that is known of them.',
    )
    const shown = rows.length > 0 ? scrolling(make, 'Differences', table) : none
    this.#differences.replaceChildren(make('h2', {}, 'In what they differ'), shown)
    this.#differences.hidden = false
  }
}

function when(time: number): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
}

/** What is long is cut: a line of a model's layers says all that it was made with. */
function inWords(value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return formatNumber(value, 6)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const plain = text.replaceAll('"', '').replace(/[,:](?=[^\s/\\])/g, '$& ')
  return plain.length > 200 ? `${plain.slice(0, 199)}…` : plain
}
