import type { Act } from '../pulse.js'
import type { Story } from '../story.js'
import type { StoryFit } from '../story-fit.js'
import { Cards } from './cards.js'
import { partsOf } from './charts.js'
import { Controls } from './controls.js'
import { Epochs } from './epochs.js'
import { Facts } from './facts.js'
import { Figures } from './figures.js'
import { type Make, maker, say } from './make.js'
import { style } from './style.js'
import { placeOf } from './words.js'

/** Milliseconds between two drawings. */
const redraw = 100

/** Milliseconds that an answer stays. */
const answered = 8000

/** Milliseconds without a word after which nobody can say that a fit runs, where nobody says so ten times a second. */
const silence = 30_000

export interface LiveViewOptions {
  /** Does what a button says. */
  act(what: Act): Promise<string>
  /** Most of the thread's time that drawing may take. */
  share(): number
}

/** A story of a run in an element of a page: the same on a page that is served, and on one that trains. */
export class LiveView {
  /** Where one who has several runs puts what chooses among them, and what is shown in place of one. */
  readonly above: HTMLElement
  readonly #element: HTMLElement
  readonly #make: Make
  readonly #name: HTMLElement
  readonly #state: HTMLElement
  readonly #place: HTMLElement
  readonly #share: HTMLElement
  readonly #error: HTMLElement
  readonly #bar: HTMLElement
  readonly #fits: HTMLSelectElement
  readonly #link: HTMLElement
  readonly #controls: Controls
  readonly #figures: Figures
  readonly #cards: Cards
  readonly #epochs: Epochs
  readonly #facts: Facts
  #story: Story | undefined
  /** Which fit was chosen; the last one where none was. */
  #chosen: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #answered: ReturnType<typeof setTimeout> | undefined
  #drawn = 0
  #over = false

  constructor(element: HTMLElement, { act, share }: LiveViewOptions) {
    const make = maker(element.ownerDocument)
    this.#make = make
    this.#element = element
    this.#name = make('h1')
    this.#state = make('span', { class: 'state' })
    this.#place = make('span')
    this.#share = make('span')
    this.#error = make('p', { class: 'error', role: 'alert' })
    this.#bar = make('div')
    this.#fits = make('select', { 'aria-label': 'Which fit' })
    this.#link = make('p', { class: 'link', role: 'status', 'aria-live': 'polite' })
    this.#controls = new Controls(make, act, text => this.#answer(text))
    this.#figures = new Figures(make)
    this.#cards = new Cards(make, share)
    this.#epochs = new Epochs(make)
    this.#facts = new Facts(make)
    this.above = make('div', { class: 'above' })
    this.#fits.addEventListener('change', () => {
      this.#chosen = this.#fits.selectedIndex === this.#fits.options.length - 1 ? undefined : Number(this.#fits.value)
      this.#draw()
    })
    const bar = make('div', { class: 'bar', role: 'progressbar', 'aria-label': 'Of the fit' }, this.#bar)
    const sheet = make('style')
    sheet.textContent = style
    const root = make('div', { class: 'onecycle-live' }, sheet, this.#inside(bar))
    element.replaceChildren(root)
  }

  /** Shows a story as it is now, ten times a second at most. */
  show(story: Story): void {
    this.#story = story
    if (this.#over || this.#timer !== undefined) return
    const wait = this.#drawn + redraw - performance.now()
    if (wait <= 0) this.#draw()
    else this.#timer = setTimeout(() => this.#draw(), wait)
  }

  /** Says how the page is connected with who trains; `lost` where it is not. */
  link(text: string, lost = false): void {
    say(this.#link, text)
    this.#link.toggleAttribute('data-lost', lost)
    if (lost) this.#controls.show([])
  }

  /** Shows nothing of the run but what is above. */
  aside(on: boolean): void {
    this.above.parentElement!.classList.toggle('aside', on)
  }

  close(): void {
    this.#over = true
    clearTimeout(this.#timer)
    clearTimeout(this.#answered)
    this.#controls.close()
    this.#cards.close()
    this.#element.replaceChildren()
  }

  #answer(text: string): void {
    this.link(text)
    clearTimeout(this.#answered)
    this.#answered = setTimeout(() => {
      if (this.#link.textContent === text) this.link('')
    }, answered)
  }

  #inside(bar: HTMLElement): HTMLElement {
    const make = this.#make
    const top = make('header', { class: 'top' }, this.#name, this.#state, this.#fits, this.#controls.element)
    const place = make('div', { class: 'place' }, this.#place, this.#share)
    const cards = make('div', { class: 'cards' }, this.#epochs.element)
    return make(
      'div',
      { class: 'inside' },
      ...[this.above, top, make('div', {}, place, bar), this.#error, this.#figures.element],
      ...[this.#cards.element, cards, this.#facts.element, this.#link],
    )
  }

  #draw(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const story = this.#story
    if (!story || this.#over) return
    this.#drawn = performance.now()
    const fit = story.fits.find(({ begins }) => begins.fit === this.#chosen) ?? story.fits.at(-1)
    const isLast = fit === story.fits.at(-1)
    const pulse = isLast ? story.pulse : undefined
    const state = stateOf(story, fit, isLast)
    say(this.#name, story.run?.name ?? 'Run')
    say(this.#state, state)
    this.#state.dataset['state'] = state
    say(this.#place, placeOf(fit, pulse))
    this.#showShare(story, fit, isLast)
    say(this.#error, fit?.end?.error ?? '')
    this.#error.hidden = !fit?.end?.error
    this.#controls.show(story.pulse?.can ?? [])
    this.#showFits(story)
    this.#figures.show(story, fit)
    this.#cards.show(partsOf(story, fit))
    this.#epochs.show(fit)
    this.#facts.show(story)
  }

  #showShare({ pulse }: Story, fit: StoryFit | undefined, isLast: boolean): void {
    const { n_epoch = 0, n_train_iter = 0 } = fit?.begins ?? {}
    const searching = isLast && pulse?.lr_finding === true && pulse.state !== 'idle'
    const [done, all] = searching ? [pulse.train_iter, pulse.batches] : [fit?.batches ?? 0, n_epoch * n_train_iter]
    const share = all > 0 && Number.isFinite(all) ? Math.min(1, done / all) : 0
    const percent = `${Math.floor(share * 100)} %`
    this.#bar.style.width = `${share * 100}%`
    const bar = this.#bar.parentElement!
    bar.setAttribute('aria-valuenow', String(Math.floor(share * 100)))
    bar.setAttribute('aria-valuetext', percent)
    say(this.#share, share > 0 ? percent : '')
  }

  #showFits({ fits }: Story): void {
    this.#fits.hidden = fits.length < 2
    const numbers = fits.map(({ begins }) => String(begins.fit))
    if (numbers.join() !== [...this.#fits.options].map(({ value }) => value).join())
      this.#fits.replaceChildren(...numbers.map(value => this.#make('option', { value }, `Fit ${Number(value) + 1}`)))
    const chosen = String(this.#chosen ?? numbers.at(-1) ?? '')
    if (this.#fits.value !== chosen) this.#fits.value = chosen
  }
}

/** `running`, `paused`, how it ended, or that nobody knows. */
function stateOf({ pulse }: Story, fit: StoryFit | undefined, isLast: boolean): string {
  if (isLast && pulse && pulse.state !== 'idle') return pulse.state
  if (fit?.end) return fit.end.reason
  if (!fit) return 'waiting'
  return Date.now() - fit.changed < silence ? 'running' : 'no news'
}
