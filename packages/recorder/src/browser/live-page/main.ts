import type { Act, LiveMessage } from '../../live/message.js'
import { Story } from '../../live/story.js'
import { LiveView } from '../../live/view/live-view.js'

/** Milliseconds without a word after which nobody is there; who serves says something every five seconds. */
const silence = 20_000

/** Milliseconds to wait before it is tried again, longer each time. */
const waits = [500, 1000, 2000, 4000, 8000]

/** The page that is served: hears a run, shows it, and comes again when the connection is lost. */
class LivePage {
  readonly #view: LiveView
  #story = new Story()
  #source: EventSource | undefined
  #lost = 0
  #heard = performance.now()

  constructor(element: HTMLElement) {
    this.#view = new LiveView(element, { act: what => this.#act(what), share: () => 1 })
    this.#connect()
    setInterval(() => this.#look(), 2000)
  }

  #connect(): void {
    this.#heard = performance.now()
    const source = new EventSource('events')
    this.#source = source
    source.onmessage = ({ data }) => this.#hear(JSON.parse(data) as LiveMessage[])
    source.onerror = () => this.#lose()
  }

  #hear(messages: readonly LiveMessage[]): void {
    this.#heard = performance.now()
    for (const message of messages) {
      if (message.type === 'story') {
        this.#story = Story.from(message.story)
        this.#lost = 0
        this.#view.link('')
      } else this.#story.take(message)
    }
    this.#view.show(this.#story)
    const { run, pulse, fits } = this.#story
    const begins = fits.at(-1)?.begins
    const share =
      begins && pulse?.state !== 'idle' ? Math.floor((100 * fits.at(-1)!.batches) / (begins.n_epoch * begins.n_train_iter)) : NaN
    document.title = `${Number.isFinite(share) ? `${share} % ` : ''}${run?.name ?? 'onecycle'}`
  }

  /** What ended is ended: the page keeps what it knows, and looks whether somebody goes on with it. */
  #lose(): void {
    if (!this.#source) return
    this.#source.close()
    this.#source = undefined
    const over = this.#story.fits.at(-1)?.end !== undefined
    this.#view.link(over ? 'The program has ended. This is what it did.' : 'The connection is lost. Trying again…', true)
    const wait = waits[Math.min(this.#lost, waits.length - 1)]!
    this.#lost++
    setTimeout(() => this.#connect(), wait)
  }

  #look(): void {
    if (this.#source && performance.now() - this.#heard > silence) this.#lose()
  }

  async #act(what: Act): Promise<string> {
    const response = await fetch(what, { method: 'POST' })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text
  }
}

/** Begins where the script of the page runs. */
export function start(): void {
  new LivePage(document.querySelector('main')!)
}
