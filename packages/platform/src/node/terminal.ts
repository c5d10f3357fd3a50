import type { OutputStream } from '../output-stream.js'

/** Where a program's results go. */
export function standardOutput(): OutputStream {
  return process.stdout
}

/** Where what is said beside them goes. */
export function standardError(): OutputStream {
  return process.stderr
}

/** Says a line beside a program's results. */
export function sayLine(line: string): void {
  console.error(line)
}

/** Whether colours are unwanted (https://no-color.org). */
export function noColor(): boolean {
  return Boolean(process.env['NO_COLOR'])
}

/** Whether a stream can be written over, line by line. `TERM` is about the terminal of this process. */
export function canRedraw(stream: OutputStream): boolean {
  const own = stream === process.stdout || stream === process.stderr
  return Boolean(stream.isTTY) && !(own && process.env['TERM'] === 'dumb')
}
