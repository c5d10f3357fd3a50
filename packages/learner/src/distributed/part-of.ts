import type { BatchStream } from '@onecycle/data'
import { show, typeError } from '@onecycle/platform'
import type { Communicator } from './communicator.js'

/** The ranks that somebody trains with; undefined where there is but one. Throws TypeError for what is no Communicator. */
export function severalOf(comm: Communicator | undefined): Communicator | undefined {
  if (comm && !(comm.rank < comm.size))
    throw typeError(
      'not-a-communicator',
      `distributed is ${show(comm)}; expected what distributed() of @onecycle/distributed gives.`,
    )
  return comm && comm.size > 1 ? comm : undefined
}

const parts = new WeakMap<BatchStream, BatchStream>()

/** A rank's part of a stream, one and the same for all that it trains. Throws TypeError for a stream that cannot be divided. */
export function partOf(stream: BatchStream, { rank, size }: Communicator): BatchStream {
  const part = parts.get(stream) ?? stream.divided?.({ rank, size })
  if (!part) throw typeError('undivided-data', `${show(stream)} cannot be divided among ranks: use a DataLoader.`)
  parts.set(stream, part)
  return part
}
