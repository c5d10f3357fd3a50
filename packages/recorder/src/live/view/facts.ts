import type { Story } from '../story.js'
import type { Make } from './make.js'

/** What was run: what the program was told, and what the Learner says of itself; and what was noted in words and pictures. */
export class Facts {
  readonly element: HTMLElement
  readonly #make: Make
  readonly #run: HTMLElement
  readonly #texts: HTMLElement
  readonly #images: HTMLElement
  #shown: readonly unknown[] = []

  constructor(make: Make) {
    this.#make = make
    this.#run = make('div')
    this.#texts = make('div')
    this.#images = make('div')
    this.element = make('div', { class: 'cards' })
  }

  show({ run, texts, images }: Story): void {
    if (run !== this.#shown[0]) this.#place(this.#run, run && this.#runCard(run))
    if (images !== this.#shown[1]) this.#place(this.#images, images.length > 0 && this.#imagesCard(images))
    if (texts !== this.#shown[2]) this.#place(this.#texts, texts.length > 0 && this.#textsCard(texts))
    this.#shown = [run, images, texts]
    for (const part of [this.#images, this.#texts, this.#run]) if (part.childNodes.length) this.element.append(part)
  }

  #place(part: HTMLElement, content: HTMLElement | false | undefined): void {
    part.className = 'card wide'
    part.replaceChildren(...(content ? [content] : []))
    if (!content) part.remove()
  }

  #runCard({ hparams, commit, description = {} }: NonNullable<Story['run']>): HTMLElement {
    const facts = { ...hparams, ...(commit && { commit }), ...description }
    const rows = Object.entries(facts).flatMap(([name, value]) => [
      this.#make('dt', {}, name),
      this.#make('dd', {}, written(value)),
    ])
    return this.#make('details', {}, this.#make('summary', {}, 'What is run'), this.#make('dl', { class: 'facts' }, ...rows))
  }

  #textsCard(texts: Story['texts']): HTMLElement {
    const rows = texts
      .toReversed()
      .flatMap(({ name, text, batch }) => [this.#make('dt', {}, `${name}, batch ${batch}`), this.#make('dd', {}, text)])
    return this.#make('section', {}, this.#make('h2', {}, 'Notes'), this.#make('dl', { class: 'facts' }, ...rows))
  }

  #imagesCard(images: Story['images']): HTMLElement {
    const figures = images.map(({ name, png, width, height, batch }) => {
      const size = { width: String(width), height: String(height) }
      const image = this.#make('img', { src: `data:image/png;base64,${png}`, alt: name, ...size })
      return this.#make('figure', {}, image, this.#make('figcaption', {}, `${name}, batch ${batch}`))
    })
    return this.#make('section', {}, this.#make('h2', {}, 'Pictures'), this.#make('div', { class: 'pictures' }, ...figures))
  }
}

/** Lists of lines as lines; what is deeper as JSON. */
function written(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.every(each => typeof each === 'string')) return value.join('\n')
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return Object.entries(value)
      .map(([name, inner]) => `${name}: ${typeof inner === 'object' ? written(inner).replaceAll('\n', '\n  ') : inner}`)
      .join('\n')
  return JSON.stringify(value) ?? '–'
}
