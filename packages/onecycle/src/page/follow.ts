import type { EpochRow, History } from '@onecycle/recorder'
import type { Batches, Begin, End } from '../bridge/events.js'

/** Before the first fit. */
export function nothingYet(metricNames: readonly string[] = []): History {
  const metrics = Object.fromEntries(metricNames.map(name => [name, []]))
  return {
    ...{ lrs: [], moms: [], losses: [], smooth_losses: [], val_losses: [] },
    ...{ metrics, nb_batches: [], epochs: [], metricNames: [...metricNames] },
  }
}

/** What is recorded after an event: the same object, grown, or a new one where a fit begins. A search leaves it alone. */
export function follow(history: History, name: string, content: unknown): History {
  if (name === 'begin') return begin(history, content as Begin)
  if (name === 'batches') addBatches(history, content as Batches)
  if (name === 'epoch') addEpoch(history, content as EpochRow)
  // All of it: also what is not told batch by batch.
  if (name === 'end') Object.assign(history, (content as End).history)
  return history
}

function begin(history: History, { lr_finding, metricNames }: Begin): History {
  return lr_finding ? history : nothingYet(metricNames)
}

function addBatches(history: History, { lr_finding, ...batches }: Batches): void {
  if (lr_finding) return
  for (const name of ['losses', 'smooth_losses', 'lrs', 'moms'] as const)
    for (const value of batches[name]) history[name].push(value)
}

function addEpoch(history: History, row: EpochRow): void {
  const before = history.nb_batches.reduce((sum, n) => sum + n, 0)
  history.epochs.push(row)
  history.nb_batches.push(history.losses.length - before)
  history.val_losses.push(row.valid_loss)
  for (const name of history.metricNames) history.metrics[name]!.push(row[name]!)
}
