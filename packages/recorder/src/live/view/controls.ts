import type { Act } from '../pulse.js'
import { type Make, say } from './make.js'

/** Milliseconds within which stop is to be pressed once more. */
const sureWithin = 4000

const words: Readonly<Record<Act, string>> = { pause: 'Pause', resume: 'Go on', checkpoint: 'Keep a checkpoint', stop: 'Stop' }

/** Buttons for what can be asked of a fit, and what came of it. */
export class Controls {
  readonly element: HTMLElement
  readonly #act: (what: Act) => Promise<string>
  readonly #say: (text: string) => void
  readonly #still: HTMLButtonElement
  readonly #keep: HTMLButtonElement
  readonly #stop: HTMLButtonElement
  #still_: Act = 'pause'
  #sure: ReturnType<typeof setTimeout> | undefined

  constructor(make: Make, act: (what: Act) => Promise<string>, say: (text: string) => void) {
    this.#act = act
    this.#say = say
    const button = (what: Act, press: () => void) => {
      const made = make('button', { type: 'button', 'data-act': what }, words[what])
      made.addEventListener('click', press)
      return made
    }
    this.#still = button('pause', () => this.#press(this.#still, this.#still_))
    this.#keep = button('checkpoint', () => this.#press(this.#keep, 'checkpoint'))
    this.#stop = button('stop', () => this.#pressStop())
    this.element = make(
      'div',
      { class: 'buttons', role: 'group', 'aria-label': 'Steer the fit' },
      this.#still,
      this.#keep,
      this.#stop,
    )
    this.show([])
  }

  show(can: readonly Act[]): void {
    this.#still_ = can.includes('resume') ? 'resume' : 'pause'
    say(this.#still, words[this.#still_])
    this.#still.setAttribute('aria-pressed', String(this.#still_ === 'resume'))
    this.#still.hidden = !can.includes(this.#still_)
    this.#keep.hidden = !can.includes('checkpoint')
    this.#stop.hidden = !can.includes('stop')
    if (this.#stop.hidden) this.#forget()
  }

  close(): void {
    clearTimeout(this.#sure)
  }

  async #press(button: HTMLButtonElement, what: Act): Promise<void> {
    button.disabled = true
    try {
      this.#say(await this.#act(what))
    } catch (error) {
      this.#say((error as Error).message)
    } finally {
      button.disabled = false
    }
  }

  /** Twice, for nothing takes it back. */
  #pressStop(): void {
    if (this.#sure !== undefined) {
      this.#forget()
      void this.#press(this.#stop, 'stop')
      return
    }
    this.#stop.dataset['sure'] = ''
    say(this.#stop, 'Press again to stop')
    this.#sure = setTimeout(() => this.#forget(), sureWithin)
  }

  #forget(): void {
    clearTimeout(this.#sure)
    this.#sure = undefined
    delete this.#stop.dataset['sure']
    say(this.#stop, words.stop)
  }
}
