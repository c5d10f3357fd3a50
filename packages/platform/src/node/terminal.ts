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

/**
 * Whether a stream can be written over, line by line. `TERM` is about the terminal of this process, and where `CI` is set what looks like one is
 * a log that people read later.
 */
export function canRedraw(stream: OutputStream): boolean {
  const own = stream === process.stdout || stream === process.stderr
  return Boolean(stream.isTTY) && !(own && (process.env['TERM'] === 'dumb' || inCI()))
}

function inCI(): boolean {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '')
}

/** Whether lines that no longer fit go on in the next row when the window becomes narrower: xterm, screen and the console cut them off. */
export function reflows(): boolean {
  const { XTERM_VERSION, STY, TERM } = process.env
  return !XTERM_VERSION && !STY && TERM !== 'linux'
}
