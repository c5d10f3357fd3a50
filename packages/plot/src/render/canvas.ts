/**
 * A drawing surface of braille characters: each character cell holds 2 x 4 dots and one colour. A glyph, such as a
 * marker, takes its whole cell.
 */
export class BrailleCanvas {
  /** Size in dots. */
  readonly width: number
  readonly height: number
  readonly #columns: number
  readonly #dots: Uint8Array
  readonly #colors: (string | undefined)[]
  readonly #glyphs: (string | undefined)[]

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.width = columns * 2
    this.height = rows * 4
    this.#dots = new Uint8Array(columns * rows)
    this.#colors = new Array(columns * rows)
    this.#glyphs = new Array(columns * rows)
  }

  /** Sets the dot at (x, y), counted from the top left; outside the canvas nothing happens. */
  dot(x: number, y: number, color?: string): void {
    const cell = this.#cell(x, y)
    if (cell === undefined) return
    this.#dots[cell]! |= bits[Math.round(y) % 4]![Math.round(x) % 2]!
    this.#colors[cell] = color
  }

  /** A straight line of dots, or of every so many of them. */
  line(x0: number, y0: number, x1: number, y1: number, color?: string, every = 1): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))))
    for (let i = 0; i <= steps; i += every) this.dot(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps, color)
  }

  /** Puts a character over the cell that holds the dot (x, y). */
  glyph(x: number, y: number, character: string, color?: string): void {
    const cell = this.#cell(x, y)
    if (cell === undefined) return
    this.#glyphs[cell] = character
    this.#colors[cell] = color
  }

  /** The rows of characters, each run of one colour passed through `paint`. */
  rows(paint: (text: string, color: string | undefined) => string): string[] {
    const rows: string[] = []
    for (let start = 0; start < this.#dots.length; start += this.#columns) {
      let row = ''
      for (let i = start, end: number; i < start + this.#columns; i = end) {
        let run = ''
        for (end = i; end < start + this.#columns && this.#colors[end] === this.#colors[i]; end++) run += this.#character(end)
        row += paint(run, this.#colors[i])
      }
      rows.push(row)
    }
    return rows
  }

  #character(cell: number): string {
    return this.#glyphs[cell] ?? (this.#dots[cell] ? String.fromCharCode(0x2800 + this.#dots[cell]!) : ' ')
  }

  #cell(x: number, y: number): number | undefined {
    const column = Math.round(x) >> 1
    const row = Math.round(y) >> 2
    const inside = column >= 0 && column < this.#columns && row >= 0 && row * 4 < this.height
    return inside ? row * this.#columns + column : undefined
  }
}

/** Unicode's numbering of the eight dots, by row and column. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]
