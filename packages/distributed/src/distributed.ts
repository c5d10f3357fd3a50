import type { Communicator } from '@onecycle/learner'
import { Alone } from './alone.js'

/**
 * The ranks of one training. A process that nothing started together with others is rank 0 of 1, and trains as if nothing were there.
 *
 * @example
 * import { distributed } from '@onecycle/distributed'
 *
 * const comm = await distributed()
 * console.log(`rank ${comm.rank} of ${comm.size}`)
 * await comm.close()
 */
export async function distributed(): Promise<Communicator> {
  return new Alone()
}
