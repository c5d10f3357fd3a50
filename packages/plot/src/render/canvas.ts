/**
 * A drawing surface of braille characters: each character cell holds 2 x 4 dots and one colour. What is drawn on an upper layer takes the cell
 * from a lower one, so that a curve stands out from noise. A glyph, such as a marker, takes its whole cell.
 */
export class BrailleCanvas {
  /** Size in dots. */
  readonly width: number
  readonly height: number
  readonly #columns: number
  readonly #dots: Uint8Array
  readonly #layers: Uint8Array
  readonly #colors: (string | undefined)[]
  readonly #glyphs: (string | undefined)[]

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.width = columns * 2
    this.height = rows * 4
    this.#dots = new Uint8Array(columns * rows)
    this.#layers = new Uint8Array(columns * rows)
    this.#colors = new Array(columns * rows)
    this.#glyphs = new Array(columns * rows)
  }

  /** Sets the dot at (x, y), counted from the top left; outside the canvas nothing happens. */
  dot(x: number, y: number, color?: string, layer = 1): void {
    const cell = this.#take(x, y, color, layer)
    if (cell !== undefined) this.#dots[cell]! |= bits[Math.round(y) % 4]![Math.round(x) % 2]!
  }

  /** A straight line of dots, or of every so many of them. */
  line(x0: number, y0: number, x1: number, y1: number, color?: string, every = 1, layer = 1): void {
    for (const [x, y] of between(x0, y0, x1, y1, every)) this.dot(x, y, color, layer)
  }

  /** A straight line of characters, where nothing is on an upper layer. */
  glyphs(x0: number, y0: number, x1: number, y1: number, character: string, color: string | undefined, layer: number): void {
    for (const [x, y] of between(x0, y0, x1, y1, 1)) this.glyph(x, y, character, color, layer)
  }

  /** Puts a character over the cell that holds the dot (x, y). */
  glyph(x: number, y: number, character: string, color?: string, layer = 2): void {
    const cell = this.#take(x, y, color, layer)
    if (cell !== undefined) this.#glyphs[cell] = character
  }

  /** The layer of what is in the cell that holds the dot (x, y); 0 where there is nothing. */
  layerAt(x: number, y: number): number {
    return this.#layers[this.#cell(x, y) ?? -1] ?? 0
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

  /** The cell, for something on that layer; undefined where there is none, or something on an upper one. */
  #take(x: number, y: number, color: string | undefined, layer: number): number | undefined {
    const cell = this.#cell(x, y)
    if (cell === undefined || this.#layers[cell]! > layer) return undefined
    if (this.#layers[cell]! < layer) {
      this.#layers[cell] = layer
      this.#dots[cell] = 0
      this.#glyphs[cell] = undefined
    }
    this.#colors[cell] = color
    return cell
  }

  #cell(x: number, y: number): number | undefined {
    const column = Math.round(x) >> 1
    const row = Math.round(y) >> 2
    const inside = column >= 0 && column < this.#columns && row >= 0 && row * 4 < this.height
    return inside ? row * this.#columns + column : undefined
  }
}

/** Places on a straight line, one or less from each other, or every so many of them. */
function* between(x0: number, y0: number, x1: number, y1: number, every: number): Generator<[number, number]> {
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))))
  for (let i = 0; i <= steps; i += every) yield [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps]
}

/** Unicode's numbering of the eight dots, by row and column. */
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]
