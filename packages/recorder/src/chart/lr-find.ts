import { type Chart, formatNumber, type Mark } from '@onecycle/plot'
import type { LrFindRecord } from '../history.js'
import { checkSkips } from './skips.js'

export interface LrFindOptions {
  /** Batches left out at the beginning. Default 10, for a search of less than 30 batches a third of them. */
  skipStart?: number | undefined
  /** Batches left out at the end, where the loss explodes. Default 5, for a search of less than 30 batches a sixth of them. */
  skipEnd?: number | undefined
  /** Whether the suggestions are marked. Default true (fastai 1: false). */
  suggestion?: boolean | undefined
}

/**
 * Smoothed loss against learning rate on a logarithmic axis, with every suggestion marked, the main one foremost; or with the reason
 * why there is none.
 */
export function lrFindChart(record: LrFindRecord | undefined, options: LrFindOptions = {}): Chart {
  if (!record)
    throw new Error('There is no learning rate search to plot. Run `await learn.lr_find()` first, then `learn.recorder.plot()`.')
  const { reason } = record
  const n = record.lrs.length
  if (!record.smooth_losses.some(Number.isFinite))
    throw new Error(
      `Nothing to plot: lr_find recorded no loss that is a number. It suggests no rate: ${reason ?? 'nothing was trained.'}`,
    )
  const { skipStart = Math.min(10, Math.floor(n / 3)), skipEnd = Math.min(5, Math.floor(n / 6)), suggestion = true } = options
  checkSkips(n, skipStart, skipEnd)
  const points = record.lrs.map((lr, i): [number, number] => [lr, record.smooth_losses[i]!]).slice(skipStart, n - skipEnd)
  const marks = Object.entries(record.suggestions).flatMap(([name, found]): Mark[] =>
    found && Number.isFinite(found.loss)
      ? [{ label: `${name}: ${formatNumber(found.lr, 3)}`, x: found.lr, y: found.loss, main: name === record.suggestion }]
      : [],
  )
  return {
    ...(reason && { title: 'Learning rate finder: no suggestion', subtitle: capital(reason) }),
    panels: [
      {
        title: reason ? '' : 'Learning rate finder',
        x: { label: 'Learning rate', log: true },
        y: { label: record.valid ? 'Validation loss (smoothed)' : 'Loss (smoothed)' },
        series: [{ name: 'loss', style: 'line', points }],
        marks: suggestion ? marks : [],
      },
    ],
  }
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
