import { plainError } from '@onecycle/platform'
import type { Comparison, LiveMessage, RunInList } from '../../live/message.js'
import type { Act } from '../../live/pulse.js'
import { Story } from '../../live/story.js'
import { LiveView } from '../../live/view/live-view.js'
import { maker } from '../../live/view/make.js'
import { RunsView } from '../../live/view/runs-view.js'

/** Milliseconds without a word after which nobody is there; who serves says something every five seconds. */
const silence = 20_000

/** Milliseconds to wait before it is tried again, longer each time. */
const waits = [500, 1000, 2000, 4000, 8000]

/** Milliseconds between two looks which runs there are. */
const lookForRuns = 5000

/** The page that is served: hears a run, shows it, and comes again when the connection is lost. */
class LivePage {
  readonly #view: LiveView
  #story = new Story()
  #source: EventSource | undefined
  /** When it is tried again. */
  #again: ReturnType<typeof setTimeout> | undefined
  #lost = 0
  #runs: RunsView | undefined
  #heard = performance.now()

  constructor(element: HTMLElement) {
    this.#view = new LiveView(element, { act: what => this.#act(what), share: () => 1 })
    this.#connect()
    setInterval(() => this.#look(), 2000)
    void this.#lookForRuns()
  }

  /** Where several runs are served, they are chosen from and compared. */
  async #lookForRuns(): Promise<void> {
    const runs = await fetch('runs').then(
      async response => (response.ok ? ((await response.json()) as readonly RunInList[] | null) : undefined),
      () => undefined,
    )
    if (runs === null) return
    if (runs) {
      this.#runs ??= this.#addRuns()
      this.#runs.show(runs, this.#run ?? runs.find(({ first }) => first)?.id)
    }
    setTimeout(() => void this.#lookForRuns(), lookForRuns)
  }

  #addRuns(): RunsView {
    const runs = new RunsView(maker(document), {
      choose: id => this.#choose(id),
      compare: async ids => {
        const response = await fetch(`compare?${new URLSearchParams(ids.map(id => ['run', id]))}`)
        if (!response.ok) throw plainError('live-fit', await response.text())
        return (await response.json()) as Comparison
      },
      aside: on => {
        runs.aside.hidden = !on
        this.#view.aside(on)
      },
    })
    runs.aside.hidden = true
    this.#view.above.append(runs.bar, runs.aside)
    return runs
  }

  #choose(id: string): void {
    history.replaceState(null, '', `?${new URLSearchParams({ run: id })}`)
    this.#connect()
  }

  get #run(): string | undefined {
    return new URLSearchParams(location.search).get('run') ?? undefined
  }

  /** What is asked for of the run that is shown. */
  #of(what: string): string {
    return this.#run === undefined ? what : `${what}?${new URLSearchParams({ run: this.#run })}`
  }

  #connect(): void {
    clearTimeout(this.#again)
    this.#source?.close()
    this.#heard = performance.now()
    const source = new EventSource(this.#of('events'))
    this.#source = source
    source.onmessage = ({ data }) => this.#source === source && this.#hear(JSON.parse(data) as LiveMessage[])
    source.onerror = () => this.#source === source && this.#lose()
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
    this.#again = setTimeout(() => this.#connect(), wait)
  }

  #look(): void {
    if (this.#source && performance.now() - this.#heard > silence) this.#lose()
  }

  async #act(what: Act): Promise<string> {
    const response = await fetch(this.#of(what), { method: 'POST' })
    const text = await response.text()
    if (!response.ok) throw plainError('live-fit', text)
    return text
  }
}

/** Begins where the script of the page runs. */
export function start(): void {
  new LivePage(document.querySelector('main')!)
}
