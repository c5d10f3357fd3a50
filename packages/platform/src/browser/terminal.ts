import type { OutputStream } from '../output-stream.js'

/** The console as a stream: it shows whole lines. */
class ConsoleStream implements OutputStream {
  readonly #show: (line: string) => void
  #begun = ''

  constructor(show: (line: string) => void) {
    this.#show = show
  }

  write(text: string, done?: () => void): void {
    const lines = (this.#begun + text).split('\n')
    this.#begun = lines.pop()!
    for (const line of lines) this.#show(line)
    done?.()
  }
}

const output = new ConsoleStream(line => console.log(line))
const error = new ConsoleStream(sayLine)

/** Where a program's results go: the console. */
export function standardOutput(): OutputStream {
  return output
}

/** Where what is said beside them goes: the console. */
export function standardError(): OutputStream {
  return error
}

/** Says a line beside a program's results. */
export function sayLine(line: string): void {
  console.info(line)
}

/** A console shows no escape codes. */
export function noColor(): boolean {
  return true
}

/** Whether lines that no longer fit go on in the next row. */
export function reflows(): boolean {
  return true
}

/** Whether a stream can be written over, line by line. */
export function canRedraw(stream: OutputStream): boolean {
  return Boolean(stream.isTTY)
}
