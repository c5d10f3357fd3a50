import { formatBytes } from '../../log/figure.js'
import type { Story } from '../story.js'
import { named, type StoryFit } from '../story-fit.js'
import { type Make, say } from './make.js'
import { count, duration, figure } from './words.js'

/** The figures of a fit as they are now, side by side. */
export class Figures {
  readonly element: HTMLElement
  readonly #make: Make
  readonly #shown = new Map<string, { readonly element: HTMLElement; readonly value: HTMLElement }>()

  constructor(make: Make) {
    this.#make = make
    this.element = make('dl', { class: 'figures' })
  }

  show(story: Story, fit: StoryFit | undefined): void {
    const figures = fit ? figuresOf(story, fit) : {}
    this.element.hidden = Object.keys(figures).length === 0
    for (const [name, { element }] of this.#shown)
      if (!(name in figures)) {
        element.remove()
        this.#shown.delete(name)
      }
    for (const [name, text] of Object.entries(figures)) say((this.#shown.get(name) ?? this.#add(name)).value, text)
  }

  #add(name: string) {
    const value = this.#make('dd')
    const element = this.#make('div', {}, this.#make('dt', { title: name }, name), value)
    this.element.append(element)
    this.#shown.set(name, { element, value })
    return { element, value }
  }
}

export function figuresOf(story: Story, fit: StoryFit): Record<string, string> {
  const last = (name: string) => {
    const value = fit.curves.get(name)?.last
    return Number.isFinite(value) ? value : undefined
  }
  const [speed, used, momentum] = [last('speed'), last('memory'), last('mom')]
  const left = fit.end || story.fits.at(-1) !== fit ? undefined : leftOf(story, fit)
  return {
    'Training loss': figure(last('smooth_loss')),
    ...(fit.curves.has('valid_loss') && { 'Validation loss': figure(last('valid_loss')) }),
    ...Object.fromEntries(
      fit.begins.metricNames
        .filter(name => fit.curves.has(`${named.metric}${name}`))
        .slice(0, 6)
        .map(name => [name, figure(last(`${named.metric}${name}`))]),
    ),
    'Learning rate': figure(last('lr')),
    ...(momentum !== undefined && { Momentum: figure(momentum) }),
    ...(speed !== undefined && { 'Samples/s': speed < 10 ? figure(speed) : count(speed) }),
    ...(used !== undefined && { Memory: formatBytes(used * 1e6) }),
    Time: duration(fit.seconds),
    ...(left !== undefined && { Left: duration(left) }),
  }
}

/** Seconds until the fit is over, as fast as it has been so far. */
function leftOf({ pulse }: Story, { begins, batches, seconds }: StoryFit): number | undefined {
  const all = begins.n_epoch * begins.n_train_iter
  if (batches === 0 || !(all > batches) || !Number.isFinite(all) || pulse?.state === 'paused') return undefined
  return ((all - batches) * seconds) / batches
}
