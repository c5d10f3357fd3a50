import { plainError } from '@onecycle/platform'
import { notedAddress } from './noted.js'
import type { Act, Pulse } from './pulse.js'

/** Milliseconds in which one that lives answers. */
const patience = 2000

/** Milliseconds in which what a button asks for is done: a checkpoint of a large model takes a while, and waits for its batch. */
const patienceOfButtons = 60_000

/** The fit that writes a run, where it lives and has a page of its own: from elsewhere it is looked at and steered by that page's address. */
export class LivingFit {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  /** Where it is; undefined where it does not answer. */
  async pulse(): Promise<Pulse | undefined> {
    const noted = await notedAddress(this.#dir)
    if (!noted) return undefined
    const response = await fetch(`${noted.address}state`, { signal: AbortSignal.timeout(patience) }).catch(() => undefined)
    return response?.ok ? ((await response.json().catch(() => undefined)) ?? undefined) : undefined
  }

  /** Presses a button there. @throws Error where nobody answers, or it cannot be done */
  async act(what: Act): Promise<string> {
    const noted = await notedAddress(this.#dir)
    if (!noted) return 'No fit is under way.'
    const { origin } = new URL(noted.address)
    const request = { method: 'POST', headers: { origin }, signal: AbortSignal.timeout(patienceOfButtons) }
    const answer = fetch(noted.address + what, request).then(async response => ({ ok: response.ok, text: await response.text() }))
    const { ok, text } = await answer.catch((cause: Error) => {
      throw plainError('live-fit', unanswered(cause, origin), { cause })
    })
    if (!ok) throw plainError('live-fit', text)
    return text
  }
}

function unanswered({ name }: Error, origin: string): string {
  if (name !== 'TimeoutError') return `Nobody answers at ${origin}: the fit is over, or its process has ended.`
  return `The fit has not answered for ${patienceOfButtons / 1000} seconds: it may yet do what was asked, after its batch.`
}
