import { plainError } from '@onecycle/platform'
import type { Monitor } from './monitor.js'

/** What a saved model's file says of the epoch it was saved at. */
export interface Note {
  /** The monitored figure. */
  readonly value: number
  /** From 0. */
  readonly epoch: number
}

type Watched = Pick<Monitor, 'monitor' | 'better'>

/** A note as metadata of the file, where every value is a string. */
export function writeNote({ monitor, better }: Watched, { value, epoch }: Note): Record<string, string> {
  return { monitor, better: better!, value: String(value), epoch: String(epoch) }
}

/**
 * Reads what {@link writeNote} wrote.
 *
 * @throws Error when the file says nothing of a best value, or is of another figure or direction than is watched now.
 */
export function readNote(fname: string, metadata: Readonly<Record<string, string>>, now: Watched): Note {
  const { monitor, better } = metadata
  const [value, epoch] = [Number(metadata['value'] ?? Number.NaN), Number(metadata['epoch'] ?? Number.NaN)]
  const wayOut = 'Give another fname, the best value so far (best: 0.25), or let this fit begin anew (reset_on_fit: true).'
  if (!monitor || !Number.isFinite(value))
    throw plainError(
      'best-unknown',
      `reset_on_fit is false, but the file ${fname} does not say how good its model is: SaveModel did not write it. ${wayOut}`,
    )
  if (monitor !== now.monitor || better !== now.better)
    throw plainError(
      'best-unknown',
      `reset_on_fit is false, but the file ${fname} holds the best model by ${monitor} (${better} is better), and now ${now.monitor} ` +
        `is watched (${now.better} is better). ${wayOut}`,
    )
  return { value, epoch }
}
