import { byId, percent } from './dom.js'
import type { Trainer } from './worker.js'

/** Says what is drawn, as the network has it so far: one question at a time. */
export class Recognition {
  #asking = false

  async ask(trainer: Trainer | undefined, pixels: Float32Array | undefined): Promise<void> {
    if (!pixels || !trainer) return this.#tell(undefined)
    if (this.#asking || trainer.state === 'closed') return
    this.#asking = true
    try {
      const { values } = await trainer.predict({ values: inColours(pixels), shape: [1, 28, 28, 3] })
      this.#tell(values)
    } catch {
      // There is no network yet, or none any more: its place says so.
      this.#tell(undefined)
    } finally {
      this.#asking = false
    }
  }

  #tell(shares: ArrayLike<number> | undefined): void {
    for (const [i, digit] of [3, 7].entries()) {
      const share = shares?.[i]
      byId(`share-${digit}`, HTMLMeterElement).value = share ?? 0
      byId(`percent-${digit}`, HTMLOutputElement).value = share === undefined ? '' : percent(share)
    }
    const said = byId('said', HTMLElement)
    const text = shares ? sentence(shares) : 'Draw a 3 or a 7, and start the training.'
    // Said aloud where it changes, and then alone.
    if (said.textContent !== text) said.textContent = text
  }
}

function sentence(shares: ArrayLike<number>): string {
  const [three = 0, seven = 0] = Array.from(shares)
  const sure = Math.max(three, seven)
  const digit = three > seven ? 3 : 7
  if (sure < 0.7) return 'The network cannot tell yet.'
  return sure < 0.95 ? `It looks like a ${digit}.` : `It is a ${digit}.`
}

/** The grey values as red, green and blue: what the network takes. */
function inColours(pixels: Float32Array): Float32Array {
  return Float32Array.from({ length: 3 * pixels.length }, (_, i) => pixels[Math.floor(i / 3)]!)
}
