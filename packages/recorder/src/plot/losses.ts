import type { History } from '../history.js'
import { type Chart, overBatches, type Series } from './chart.js'
import { checkSkips } from './lr-find.js'

export interface LossesOptions {
  /** Training batches left out at the beginning. Default 0. */
  skipStart?: number | undefined
  /** Training batches left out at the end. Default 0. */
  skipEnd?: number | undefined
  /** Whether the smoothed training loss is drawn, over the raw one in pale; false draws the raw loss alone. Default true. */
  smooth?: boolean | undefined
}

/** Training loss of each batch, and validation loss where each epoch ended. */
export function lossesChart(history: History, options: LossesOptions = {}): Chart {
  const { skipStart = 0, skipEnd = 0, smooth = true } = options
  checkSkips(history.losses.length, skipStart, skipEnd)
  const raw = overBatches(history.losses, skipStart, skipEnd)
  const series: Series[] = smooth
    ? [
        { name: 'training', style: 'faint', points: raw },
        { name: 'training', style: 'line', points: overBatches(history.smooth_losses, skipStart, skipEnd) },
      ]
    : [{ name: 'training', style: 'line', points: raw }]
  const valid = atEpochEnds(history, history.val_losses)
  if (valid.length) series.push({ name: 'validation', style: 'points', points: valid })
  return { panels: [{ title: 'Losses', x: { label: 'Batches', integer: true }, y: { label: 'Loss' }, series }] }
}

/** `[training batches so far, value]` of each epoch that has a value. */
export function atEpochEnds(history: History, values: readonly (number | null)[]): [number, number][] {
  let batches = 0
  return history.nb_batches.flatMap((n, epoch): [number, number][] => {
    batches += n
    const value = values[epoch] ?? null
    return value === null ? [] : [[batches, value]]
  })
}
