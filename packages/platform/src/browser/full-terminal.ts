import type { FullTerminal } from '../full-terminal.js'

/** A page has no terminal. */
export function takeTerminal(..._: unknown[]): FullTerminal | undefined {
  return undefined
}
