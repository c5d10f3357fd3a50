import { checkOptions, plainError, show, typeError } from '@onecycle/platform'
import { type Chart, type Panel, Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import type { History } from '../history.js'
import { atEpochEnds, overBatches, overEpochs } from './over-batches.js'
import { schedulePanel } from './schedule.js'

/** Histories by the name that the legend shows. */
export type Runs = Record<string, History>

/**
 * The losses of several runs in one chart: smoothed training loss as a line, validation loss as dots, a colour a run.
 * Throws when there is no run, or none that trained.
 *
 * @example
 * await compare_losses({ constant: first, '1cycle': second }).save('runs/losses.svg')
 */
export function compare_losses(runs: Runs, options: ShowOptions = {}): Plot {
  const series = Object.entries(trained('compare_losses', runs, options)).flatMap(([name, history], color): Panel['series'] => [
    { name, style: 'line', points: overBatches(history.smooth_losses), color },
    { name, style: 'points', points: atEpochEnds(history, history.val_losses), color },
  ])
  return present(
    {
      title: 'Losses',
      subtitle: 'Lines: training (smoothed). Dots: validation.',
      panels: [
        { title: '', x: { label: 'Batches', integer: true }, y: { label: 'Loss' }, series: series.filter(s => s.points.length) },
      ],
    },
    options,
  )
}

/**
 * Each metric of several runs, a panel a metric. Throws when there is no run, or none has a metric.
 *
 * @example
 * await compare_metrics({ constant: first, '1cycle': second }).save('runs/metrics.svg')
 */
export function compare_metrics(runs: Runs, options: ShowOptions = {}): Plot {
  const histories = Object.entries(trained('compare_metrics', runs, options))
  const names = [...new Set(histories.flatMap(([, history]) => history.metricNames))]
  const panels = names
    .map(
      (metric): Panel => ({
        title: metric,
        x: { label: 'Epochs', integer: true },
        y: { label: '' },
        series: histories
          .map(([name, history], color) => ({
            name,
            style: 'points' as const,
            points: overEpochs(history.metrics[metric] ?? []),
            color,
          }))
          .filter(series => series.points.length),
      }),
    )
    .filter(panel => panel.series.length)
  if (!panels.length)
    throw plainError(
      'nothing-to-plot',
      'Nothing to compare: no run has a metric. Give the Learner some, such as `{ metrics: [accuracy] }`.',
    )
  return present({ columns: 2, panels }, options)
}

/**
 * Learning rate and momentum of several runs, side by side. Throws when there is no run, or none that trained.
 *
 * @example
 * await compare_schedules({ constant: first, '1cycle': second }).save('runs/schedules.svg')
 */
export function compare_schedules(runs: Runs, options: ShowOptions = {}): Plot {
  const histories = Object.entries(trained('compare_schedules', runs, options))
  const curves = (of: 'lrs' | 'moms') => histories.map(([name, history]) => ({ name, values: history[of] }))
  const panels = [schedulePanel('Learning Rate', curves('lrs'))]
  if (histories.some(([, history]) => history.moms.length)) panels.push(schedulePanel('Momentum', curves('moms')))
  return present({ panels }, options)
}

/** The runs that trained, of arguments that are what `caller` takes. */
function trained(caller: string, runs: Runs, options: ShowOptions): Runs {
  checkOptions(caller, options, showKinds)
  for (const [name, history] of Object.entries(typeof runs === 'object' && runs !== null ? { ...runs } : { runs })) {
    if (!Array.isArray((history as History | undefined)?.losses))
      throw typeError(
        'wrong-argument',
        `${caller} takes histories by name, such as { constant: await learn.fit(2, 1e-2) }, but ${name} is ${show(history)}.`,
      )
  }
  const found = Object.entries(runs).filter(([, history]) => history.losses.length)
  if (!found.length)
    throw plainError(
      'nothing-to-plot',
      'Nothing to compare: no run with a training batch was given. Expected histories by name, such as `{ one: learn.recorder.history }`.',
    )
  return Object.fromEntries(found)
}

function present(chart: Chart, options: ShowOptions): Plot {
  return new Plot(chart).present(options)
}
