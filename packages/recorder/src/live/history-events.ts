import type { History } from '../history.js'
import type { BatchesDone, EpochDone } from '../run/run-event.js'

interface UpTo {
  readonly fit: number
  readonly time: number
  /** Default: all. */
  readonly batches?: number
  readonly epochs?: number
}

/** What was recorded of a fit, as the events that would have told it. */
export function eventsOf(
  history: History,
  { fit, time, batches = Infinity, epochs = Infinity }: UpTo,
): [BatchesDone, ...EpochDone[]] {
  const of = <T>(values: readonly T[]) => values.slice(0, batches)
  const { losses, smooth_losses, lrs, moms, lr_groups, hps } = history
  const columns = {
    ...{ losses: of(losses), smooth_losses: of(smooth_losses), lrs: of(lrs), moms: of(moms) },
    ...(lr_groups && { lr_groups: of(lr_groups) }),
    ...(hps && { hps: Object.fromEntries(Object.entries(hps).map(([name, values]) => [name, of(values)])) }),
  }
  let ended = 0
  const rows = history.epochs.slice(0, epochs).map((row, i): EpochDone => {
    ended += history.nb_batches[i] ?? 0
    return { type: 'epoch', time, fit, batches: ended, row }
  })
  return [{ type: 'batches', time, fit, first: 0, ...columns }, ...rows]
}
