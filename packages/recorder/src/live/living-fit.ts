import { read } from '@onecycle/platform'
import type { Act, Pulse } from './message.js'
import { addressIn, type NotedAddress, notedName } from './noted.js'

/** Milliseconds in which one that lives answers. */
const patience = 2000

/** The fit that writes a run, where it lives and has a page of its own: from elsewhere it is looked at and steered by that page's address. */
export class LivingFit {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Where it is; undefined where it does not answer. */
  async pulse(): Promise<Pulse | undefined> {
    const noted = await this.#noted()
    if (!noted) return undefined
    const response = await fetch(`${noted.address}state`, { signal: AbortSignal.timeout(patience) }).catch(() => undefined)
    return response?.ok ? ((await response.json().catch(() => undefined)) ?? undefined) : undefined
  }

  /** Presses a button there. @throws Error where nobody answers, or it cannot be done */
  async act(what: Act): Promise<string> {
    const noted = await this.#noted()
    if (!noted) return 'No fit is under way.'
    const response = await fetch(noted.address + what, { method: 'POST', headers: { origin: new URL(noted.address).origin } })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text
  }

  async #noted(): Promise<NotedAddress | undefined> {
    const bytes = await read(`${this.#dir}/${notedName}`).catch(() => undefined)
    return bytes && addressIn(new TextDecoder().decode(bytes))
  }
}
