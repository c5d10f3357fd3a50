import { kind, plainError, rangeError, show } from '@onecycle/platform'

/** What the options of a plot whose ends can be left out may be, before their values are looked at. */
export const skipKinds = { skipStart: kind.any, skipEnd: kind.any }

/** Refuses skips that are no counts or leave nothing of `n` batches. */
export function checkSkips(n: number, skipStart: number, skipEnd: number): void {
  if (n === 0)
    throw plainError('nothing-to-plot', 'Nothing to plot: no training batch has been recorded yet. Train with `fit` first.')
  for (const [name, skip] of Object.entries({ skipStart, skipEnd })) {
    if (!Number.isInteger(skip) || skip < 0)
      throw rangeError('plot-skips', `${name} is ${show(skip)}, and must be a number of batches: 0, 1, 2, ...`)
  }
  if (skipStart + skipEnd >= n) {
    throw rangeError(
      'plot-skips',
      `skipStart ${skipStart} and skipEnd ${skipEnd} leave nothing of ${n} batches. Together they must be less than ${n}.`,
    )
  }
}
