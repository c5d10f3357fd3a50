import { InterruptedError, type ProcessSignal, plainError } from '@onecycle/platform'
import type { Communicator } from './communicator.js'

/** How the work of a rank ended. */
export interface Ending {
  readonly name: string
  readonly message: string
}

/** An ending, and whose it is. */
export type Told = Ending & { readonly rank: number }

const longest = 2000

export function endingOf(error: unknown): Ending {
  if (error instanceof InterruptedError) return { name: 'interrupted', message: error.signal }
  if (error instanceof Error) return { name: error.name === 'AbortError' ? 'interrupted' : error.name, message: error.message }
  return { name: 'Error', message: String(error) }
}

/** The ending of the first rank that has one. All ranks ask for it together. */
export async function told(comm: Communicator, ending?: Ending): Promise<Told> {
  const first = Int32Array.of(ending ? comm.rank : comm.size)
  await comm.allreduce(first, 'min')
  const rank = first[0]!
  const bytes = new Uint8Array(longest)
  if (rank === comm.rank) {
    const { name, message } = ending!
    new TextEncoder().encodeInto(JSON.stringify({ name, message: message.slice(0, longest / 4) }), bytes)
  }
  await comm.broadcast(bytes, rank)
  return readFrom(bytes, rank)
}

/** The same at once, on a rank that has none itself and waits in its calls. */
export function toldAtOnce(comm: Communicator): Told {
  const first = Int32Array.of(comm.size)
  comm.allreduce(first, 'min')
  const rank = first[0]!
  const bytes = new Uint8Array(longest)
  comm.broadcast(bytes, rank)
  return readFrom(bytes, rank)
}

function readFrom(bytes: Uint8Array, rank: number): Told {
  const text = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))
  return { ...(JSON.parse(text) as Ending), rank }
}

/** What the work of this rank is to reject with, as it ended on another. */
export function errorOf(told: Told): unknown {
  const { rank, name, message } = told
  if (name === 'interrupted') return interruptionOf(told)
  return Object.assign(plainError('another-rank', `Rank ${rank} ended the work of all: ${message}`), { name, rank })
}

/** What an interruption of another rank is here. */
export function interruptionOf({ rank, message }: Told): unknown {
  if (/^SIG/.test(message)) return new InterruptedError(message as ProcessSignal, `rank ${rank} heard it, and all ranks end`)
  return new DOMException(`Rank ${rank} was interrupted, and all ranks end with it.`, 'AbortError')
}
