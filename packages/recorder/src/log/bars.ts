import { beforeSaying, reflows, writeTo } from '@onecycle/platform'
import type { Clock } from './news.js'
import type { ProgressStream } from './progress-stream.js'

/** Draws a line of at most so many characters. */
type Draw = (width: number) => string

const shared = new WeakMap<ProgressStream, Bars>()

/**
 * The bars of all fits that write to one terminal, a line each, in the order in which they began: a fit inside another, or beside it. What stays is
 * written above them.
 */
export class Bars implements Clock {
  last = Number.NEGATIVE_INFINITY
  /** Which table wrote its heading last: after another one's rows it is written again. */
  heading: { owner: object; text: string } | undefined
  readonly #stream: ProgressStream
  readonly #owners: object[] = []
  readonly #bars = new Map<object, Draw>()
  /** Lengths of the lines that stand there. */
  #drawn: number[] = []
  #release: (() => void) | undefined
  /** Who ran when something else took the whole terminal: they write nothing. */
  #covered: ReadonlySet<object> | undefined

  /** Those of a stream. */
  static of(stream: ProgressStream): Bars {
    const there = shared.get(stream) ?? new Bars(stream)
    shared.set(stream, there)
    return there
  }

  private constructor(stream: ProgressStream) {
    this.#stream = stream
  }

  /** Characters that a line may have: the last column stays free, for some terminals go on to the next line with it. */
  get width(): number {
    return this.#stream.isTTY ? this.#columns - 1 : Number.POSITIVE_INFINITY
  }

  get #columns(): number {
    return this.#stream.getWindowSize?.()[0] || this.#stream.columns || 80
  }

  /** @returns inside how many others it begins */
  begin(owner: object): number {
    if (!this.#owners.includes(owner)) this.#owners.push(owner)
    return this.#owners.indexOf(owner)
  }

  end(owner: object): void {
    this.hide(owner)
    const at = this.#owners.indexOf(owner)
    if (at >= 0) this.#owners.splice(at, 1)
  }

  /**
   * Has nobody draw bars while something else has the whole terminal, and those that run now write nothing: it shows them. What others write it gets
   * as it gets all that the program does.
   *
   * @returns what ends it
   */
  cover(): () => void {
    for (const owner of this.#owners) this.hide(owner)
    this.#covered = new Set(this.#owners)
    return () => {
      this.#covered = this.heading = undefined
    }
  }

  show(owner: object, draw: Draw): void {
    if (this.#covered) return
    this.#bars.set(owner, draw)
    this.#redraw()
  }

  hide(owner: object): void {
    if (!this.#bars.delete(owner)) return
    this.#erase()
    if (this.#bars.size > 0) this.#redraw()
  }

  /** Writes what stays. The bars are drawn again with the next status: lines come in a row. */
  line(owner: object, text: string): void {
    if (this.#covered?.has(owner)) return
    this.#erase()
    this.#write(`${text}\n`)
  }

  #redraw(): void {
    if (this.#stream.writableNeedDrain) return
    const lines = this.#owners.flatMap(owner => this.#bars.get(owner)?.(this.width) ?? [])
    const rows = this.#rows
    const start = rows > lines.length || rows > this.#drawn.length ? erasing(rows) : toStart(rows)
    this.#drawn = lines.map(line => line.length)
    this.#write(`${start}${lines.join('\x1b[K\n')}\x1b[K`)
    this.#release = beforeSaying(() => this.#erase())
  }

  #erase(): void {
    if (this.#drawn.length === 0) return
    this.#write(erasing(this.#rows))
    this.#drawn = []
  }

  #write(text: string): void {
    this.#release?.()
    this.#release = undefined
    writeTo(this.#stream, text)
  }

  /** Rows that it takes now: more than lines, where the window has become too narrow for them. */
  get #rows(): number {
    const columns = this.#columns
    return this.#drawn.reduce((rows, length) => rows + (reflows() ? Math.max(1, Math.ceil(length / columns)) : 1), 0)
  }
}

/** From the last row to the beginning of the first. */
function toStart(rows: number): string {
  return rows > 1 ? `\r\x1b[${rows - 1}A` : '\r'
}

/** Row by row: tmux keeps what is erased with the whole screen among what scrolled by. */
function erasing(rows: number): string {
  return `${toStart(rows)}${Array(Math.max(1, rows)).fill('\x1b[K').join('\x1b[B')}${toStart(rows)}`
}
