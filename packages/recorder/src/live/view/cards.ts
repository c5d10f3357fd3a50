import { type LiveChart, type MountedPlot, Plot } from '@onecycle/plot'
import type { LivePart } from './charts.js'
import type { Make } from './make.js'

/** Milliseconds between two drawings of what is drawn anew as a whole. */
const slowly = 3000

interface Card {
  readonly element: HTMLElement
  readonly mounted: Promise<MountedPlot>
  part: LivePart
  changed: () => void
  drawn: number
}

/** A card for each chart that there is, which follows it. */
export class Cards {
  readonly element: HTMLElement
  readonly #make: Make
  readonly #share: () => number
  readonly #cards = new Map<string, Card>()

  /** @param share see `LiveChart` */
  constructor(make: Make, share: () => number) {
    this.#make = make
    this.#share = share
    this.element = make('div', { class: 'cards' })
  }

  show(parts: readonly LivePart[]): void {
    const ids = parts.map(({ id }) => id)
    for (const [id, card] of this.#cards) if (!ids.includes(id)) this.#remove(id, card)
    for (const [i, part] of parts.entries()) {
      const card = this.#cards.get(part.id) ?? this.#add(part)
      card.part = part
      if (this.element.children[i] !== card.element) this.element.insertBefore(card.element, this.element.children[i] ?? null)
      const now = performance.now()
      if (part.slow && now - card.drawn < slowly) continue
      card.drawn = now
      card.changed()
    }
  }

  close(): void {
    for (const [id, card] of this.#cards) this.#remove(id, card)
  }

  #add(part: LivePart): Card {
    const place = this.#make('div')
    const element = this.#make('section', { class: part.wide ? 'card wide' : 'card', 'data-part': part.id }, place)
    this.element.append(element)
    const [share, cards] = [this.#share, this.#cards]
    const card: Card = {
      element,
      part,
      changed: () => {},
      drawn: performance.now(),
      mounted: Promise.resolve().then(() => new Plot(live).mount(place, { height: part.wide ? 320 : 230 })),
    }
    const live: LiveChart = {
      chart: () => card.part.chart(),
      follow: changed => {
        card.changed = changed
        return () => {
          card.changed = () => {}
        }
      },
      get share() {
        // All of them together.
        const most = share()
        return most < 1 ? most / Math.max(1, cards.size) : most
      },
    }
    this.#cards.set(part.id, card)
    return card
  }

  #remove(id: string, { element, mounted }: Card): void {
    this.#cards.delete(id)
    element.remove()
    void mounted.then(plot => plot.unmount())
  }
}
