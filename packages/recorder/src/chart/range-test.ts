import { checkOptions, kind, plainError, rangeError, show, typeError } from '@onecycle/platform'
import { Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { overBatches } from './over-batches.js'

/** What a plot of a range test draws: which figure, smoothed or not, over which axis. */
export interface RangeTestOptions extends ShowOptions {
  /** Which figure to draw against the learning rate. Default `acc` when it was logged, else `loss`. */
  figure?: string
  /** Batches in the moving mean that is drawn over the raw figures. Default 1: none. */
  smooth?: number
  /** Logarithmic learning-rate axis. Default false, as the rate of a range test rises linearly. */
  log?: boolean
}

/**
 * Draws a learning-rate range test: accuracy (or loss) against the rising rate. Good bounds for a cyclic schedule are where the
 * accuracy begins to rise and where it begins to waver. Source: Smith 2017 (arXiv:1506.01186), the recipe of Keras CLR.
 *
 * @param history figures per batch, `lr` among them, as `CyclicLR.history` has them
 * @throws Error when the history lacks the rate or the figure, RangeError when `smooth` is not a whole number of at least 1.
 *
 * @example
 * const clr = new CyclicLR({ base_lr: 1e-4, max_lr: 0.1, step_size: 200 })
 * await model.fit(x, y, { epochs: 1, callbacks: [clr.keras(model)] })   // 200 batches: the way up only
 * plot_range_test(clr.history)
 */
export function plot_range_test(history: Readonly<Record<string, readonly number[]>>, options: RangeTestOptions = {}): Plot {
  checkOptions<RangeTestOptions>('plot_range_test', options, {
    figure: kind.string,
    smooth: kind.any,
    log: kind.boolean,
    ...showKinds,
  })
  if (!kind.object.fits(history))
    throw typeError('wrong-argument', `plot_range_test draws figures by name, such as clr.history, but got ${show(history)}.`)
  const { figure = history['acc'] ? 'acc' : 'loss', smooth = 1, log = false } = options
  const { lr, [figure]: values } = history
  const drawable = kind.list.fits(lr) && kind.list.fits(values)
  if (!drawable || !lr?.length || values?.length !== lr.length) {
    const found = Object.entries(history).map(
      ([name, values]) => `${name} (${kind.list.fits(values) ? values.length : show(values)})`,
    )
    throw plainError(
      'nothing-to-plot',
      `plot_range_test needs lr and ${figure} for every batch, but the history has ${found.join(', ') || 'nothing'}. Train first, ` +
        "and log the figure: in model.fit with compile's metrics, in a Learner with CyclicLR's option logs.",
    )
  }
  if (!(Number.isInteger(smooth) && smooth >= 1))
    throw rangeError('not-a-count', `smooth is ${show(smooth)}, and must be a number of batches: 1, 2, 3, ...`)
  const over = (ys: readonly number[]) => overBatches(ys).map(([batch, y]): [number, number] => [lr[batch - 1]!, y])
  const raw = { name: figure, style: smooth > 1 ? ('faint' as const) : ('line' as const), points: over(values) }
  const mean =
    smooth > 1 ? [{ name: `${figure}, mean of ${smooth}`, style: 'line' as const, points: over(movingMean(values, smooth)) }] : []
  const panel = {
    title: 'Learning rate range test',
    x: { label: 'Learning rate', log },
    y: { label: figure },
    series: [raw, ...mean],
  }
  return new Plot({ panels: [panel] }).present(options)
}

/** The mean of the last `width` values, of fewer at the beginning. */
function movingMean(values: readonly number[], width: number): number[] {
  return values.map((_, i) => {
    const window = values.slice(Math.max(0, i - width + 1), i + 1)
    return window.reduce((sum, value) => sum + value, 0) / window.length
  })
}
