import type { Chart, Series } from '@onecycle/plot'
import type { History } from '../history.js'
import { atEpochEnds, epochRules, overBatches } from './over-batches.js'
import { checkSkips } from './skips.js'

/** What a plot of losses leaves out at either end, and whether it is smoothed and logarithmic. */
export interface LossesOptions {
  /** Training losses left out at the beginning; those of validation stay. Default 0. */
  skipStart?: number | undefined
  /** Training losses left out at the end. Default 0. */
  skipEnd?: number | undefined
  /** Whether the smoothed training loss is drawn, over the raw one in pale; false draws the raw loss alone. Default true. */
  smooth?: boolean | undefined
  /** Whether losses stand on a logarithmic axis. Default false. */
  log?: boolean | undefined
}

/** Training loss of each batch, and validation loss where each epoch ended, which is ruled off. */
export function lossesChart(history: History, options: LossesOptions = {}): Chart {
  const { skipStart = 0, skipEnd = 0, smooth = true, log = false } = options
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
  return {
    panels: [
      { title: 'Losses', x: { label: 'Batches', integer: true, ...epochRules(history) }, y: { label: 'Loss', log }, series },
    ],
  }
}
