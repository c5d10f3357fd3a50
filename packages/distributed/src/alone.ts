import type { Communicator } from '@onecycle/learner'
import { plainError } from '@onecycle/platform'

/** One process by itself: there is nobody to wait for, and a sum over all ranks is what it was. */
export class Alone implements Communicator {
  readonly rank = 0
  readonly size = 1

  allreduce(): void {}
  broadcast(): void {}
  barrier(): void {}
  abort(reason: string): never {
    throw plainError('training-aborted', reason)
  }
  close(): void {}
}
