import type { FullTerminal } from '@onecycle/platform'

/** The other screen, which leaves what was there as it was; without a cursor, and lines end where the window does. */
const enter = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const leave = '\x1b[?7h\x1b[?25h\x1b[?1049l'
/** What is drawn between the two is shown at once, by terminals that know it; the others pass over it. */
const [begin, end] = ['\x1b[?2026h', '\x1b[?2026l']

/** A whole screen of lines, of which those are drawn that have changed. */
export class FullScreen {
  readonly #terminal: Pick<FullTerminal, 'write'>
  #shown: string[] | undefined

  constructor(terminal: Pick<FullTerminal, 'write'>) {
    this.#terminal = terminal
  }

  enter(): void {
    this.#shown = []
    this.#terminal.write(enter)
  }

  leave(): void {
    if (this.#shown) this.#terminal.write(leave)
    this.#shown = undefined
  }

  /** Draws everything anew the next time: the window has another size. */
  clear(): void {
    if (!this.#shown) return
    this.#shown = []
    this.#terminal.write('\x1b[2J')
  }

  draw(lines: readonly string[]): void {
    const before = this.#shown
    if (!before) return
    const rows = Math.max(before.length, lines.length)
    const changes = Array.from({ length: rows }, (_, i) =>
      before[i] === lines[i] ? '' : `\x1b[${i + 1};1H${lines[i] ?? ''}\x1b[0m\x1b[K`,
    ).join('')
    this.#shown = [...lines]
    if (changes) this.#terminal.write(`${begin}${changes}${end}`)
  }
}
