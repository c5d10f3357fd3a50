import { EventEmitter } from 'node:events'

/** What is written to a terminal: single characters, and sequences that begin with an escape character. */
const parts = new RegExp(`${String.fromCharCode(27)}\\[([?\\d;]*)([A-Za-z])|[\\s\\S]`, 'gu')

/** A terminal that is written to, and what it shows: enough of one for bars and for full screens. It keeps all rows, none scrolls away. */
export class FakeTerminal extends EventEmitter {
  readonly isTTY = true
  columns: number
  rows: number
  readonly writes: string[] = []
  /** Modes that are switched on: 1049 is the other screen, 25 the cursor, 7 lines that go on in the next row. */
  readonly modes = new Set(['7', '25'])
  #lines: string[] = ['']
  /** The lines of the screen that is not shown. */
  #other: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns: number, rows = 24) {
    super()
    this.columns = columns
    this.rows = rows
  }

  write(text: string): true {
    this.writes.push(text)
    for (const [part, values = '', command] of text.matchAll(parts)) {
      if (command) this.#obey(command, values)
      else this.#put(part)
    }
    return true
  }

  /** Makes the window narrower: what no longer fits goes on in the next row. */
  narrow(columns: number): void {
    this.columns = columns
    const wrapped = this.#lines.map(line => line.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])
    this.#row = wrapped.slice(0, this.#row + 1).flat().length - 1
    this.#lines = wrapped.flat()
    this.#column = this.#lines[this.#row]!.length
  }

  /** What is to be read, without what is empty at the end. */
  get shown(): string[] {
    const last = this.#lines.findLastIndex(line => line.trimEnd() !== '')
    return this.#lines.slice(0, last + 1).map(line => line.trimEnd())
  }

  #obey(command: string, values: string): void {
    const line = this.#lines[this.#row]!
    const [first = 1, second = 1] = values.split(';').filter(Boolean).map(Number)
    if (command === 'A') this.#row = Math.max(0, this.#row - first)
    else if (command === 'B') this.#row += first
    else if (command === 'H') this.#goTo(first - 1, second - 1)
    else if (command === 'K') this.#lines[this.#row] = line.slice(0, this.#column)
    else if (command === 'J' && values === '2') this.#lines = this.#lines.map(() => '')
    else if (command === 'h' || command === 'l') this.#switch(values.slice(1), command === 'h')
  }

  #switch(mode: string, on: boolean): void {
    if (mode === '1049' && on !== this.modes.has(mode)) {
      ;[this.#lines, this.#other] = [this.#other, this.#lines]
      if (on) this.#lines = ['']
      this.#row = this.#lines.length - 1
      this.#column = 0
    }
    if (on) this.modes.add(mode)
    else this.modes.delete(mode)
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0
    else if (character === '\n') this.#goTo(this.#row + 1, 0)
    else {
      if (this.#column >= this.columns) this.#goTo(this.#row + 1, 0)
      const line = this.#lines[this.#row]!
      this.#lines[this.#row] = line.padEnd(this.#column).slice(0, this.#column) + character + line.slice(this.#column + 1)
      this.#column++
    }
  }

  #goTo(row: number, column: number): void {
    this.#row = row
    this.#column = column
    while (this.#lines.length <= row) this.#lines.push('')
  }
}
