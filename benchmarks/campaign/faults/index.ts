import { useBackend } from '@onecycle/backend'
import { aborts } from './aborts.js'
import { failingWrites, fullDisks, readOnlyFolders, spoiledFolders } from './disks.js'
import type { Outcome } from './lab.js'
import { type SignalOptions, signalled } from './signals.js'
import { throwingCallbacks, throwingSources } from './throws.js'

/** All faults that are put into a training of this process, on the cpu backend, which repeats itself anywhere. */
export async function* faults(): AsyncGenerator<Outcome> {
  await useBackend({ prefer: 'cpu', log: false })
  for (const some of [throwingCallbacks, throwingSources, failingWrites, fullDisks, readOnlyFolders, spoiledFolders, aborts])
    yield* some()
}

/** Those, and what is done to processes. */
export async function* allFaults(options: SignalOptions): AsyncGenerator<Outcome> {
  yield* faults()
  yield* signalled(options)
}
