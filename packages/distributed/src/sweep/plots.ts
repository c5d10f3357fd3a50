import { checkOptions, kind, plainError, show, typeError } from '@onecycle/platform'
import { dotPanel, type Panel, type ParallelAxis, Plot, parallelPanel, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { shownValue } from './progress.js'
import type { Sweep, SweepTrial } from './read-sweep.js'
import { rangedSpace, varied } from './settings.js'
import { type Ranged, stepsOf } from './space.js'

/** Curves that have a colour each. */
const mostCurves = 6

/**
 * The trials of a sweep as parallel coordinates: an axis for each hyper-parameter that differs, and one for the figure; the better a trial, the stronger its line.
 *
 * @throws TypeError for what is no sweep, Error where no trial has a figure yet
 * @example
 * import { plot_parallel, readSweep } from '@onecycle/distributed'
 *
 * await plot_parallel(await readSweep('runs/widths')).save('widths.png')
 */
export function plot_parallel(sweep: Sweep, options: ShowOptions = {}): Plot {
  const trials = knownOf('plot_parallel', sweep, options)
  const { metric, mode } = sweep
  const hypers = hypersOf(sweep)
  const lines = trials.map(({ params, value }) => [...hypers.map(hyper => hyper.place(params[hyper.name])), value!])
  const title = `${trials.length} trials of ${nameOf(sweep)}`
  return made(
    [
      parallelPanel({
        title,
        axes: [...hypers.map(({ name: _, place: __, ...axis }) => axis), { label: metric }],
        lines,
        better: mode === 'min' ? 'lower' : 'higher',
      }),
    ],
    options,
  )
}

/**
 * The figure of a sweep by each hyper-parameter that differs: a dot a trial, those that came to their end beside those that were stopped.
 *
 * @throws as {@link plot_parallel}
 * @example
 * import { plot_params, readSweep } from '@onecycle/distributed'
 *
 * await plot_params(await readSweep('runs/widths')).save('params.png')
 */
export function plot_params(sweep: Sweep, options: ShowOptions = {}): Plot {
  const trials = knownOf('plot_params', sweep, options)
  const { metric } = sweep
  const groups: [string, SweepTrial[]][] = [
    ['done', trials.filter(({ state }) => state === 'done')],
    ['stopped early', trials.filter(({ state }) => state !== 'done')],
  ]
  const there = groups.filter(([, some]) => some.length > 0)
  const panels = hypersOf(sweep).map(({ name, log, integer, categories, place }): Panel => {
    const dots = there.map(
      ([group, some]) => [group, some.map(({ params, value }): [number, number] => [place(params[name]), value!])] as const,
    )
    if (categories)
      return dotPanel({ title: name, x: { label: '', categories }, y: { label: metric }, dots: Object.fromEntries(dots) })
    return {
      ...{ title: name, x: { label: '', ...(log && { log }), ...(integer && { integer }) }, y: { label: metric } },
      series: dots.map(([group, points]) => ({ name: group, style: 'dots', points })),
    }
  })
  return made(panels, options, { columns: Math.min(panels.length, 3) })
}

/**
 * What the trials of a sweep reported, epoch by epoch: the best with a colour each, the others pale behind them.
 *
 * @throws as {@link plot_parallel}
 * @example
 * import { plot_curves, readSweep } from '@onecycle/distributed'
 *
 * await plot_curves(await readSweep('runs/widths')).save('curves.png')
 */
export function plot_curves(sweep: Sweep, options: ShowOptions = {}): Plot {
  const trials = knownOf('plot_curves', sweep, options)
  const { metric, mode } = sweep
  const sorted = [...trials].sort((a, b) => (mode === 'min' ? a.value! - b.value! : b.value! - a.value!))
  const curve = ({ reports, epochs, value }: SweepTrial): [number, number][] => {
    const points = reports.map(({ epoch, figures }): [number, number] => [epoch, figures[metric] ?? Number.NaN])
    return points.length > 0 ? points : [[Math.max(1, epochs), value!]]
  }
  const best = sorted.slice(0, mostCurves)
  const panel: Panel = {
    title: `The best ${best.length} of ${trials.length} trials of ${nameOf(sweep)}`,
    ...{ x: { label: 'Epochs', integer: true }, y: { label: metric } },
    series: [
      // One epoch is no curve.
      ...sorted
        .slice(mostCurves)
        .filter(({ reports }) => reports.length > 1)
        .map(trial => ({ name: 'others', style: 'faint' as const, points: curve(trial), color: mostCurves })),
      ...best.map((trial, color) => ({ name: `trial ${trial.trial}`, style: 'line' as const, points: curve(trial), color })),
    ],
  }
  return made([panel], options)
}

/**
 * The names of hyper-parameters in which the trials of a sweep differ.
 *
 * @example
 * import { readSweep, variedIn } from '@onecycle/distributed'
 *
 * console.log(variedIn(await readSweep('runs/widths')))   // ['width', 'lr'], say
 */
export function variedIn({ space }: Sweep): string[] {
  return varied(space)
}

interface Hyper extends ParallelAxis {
  readonly name: string
  /** Where on its axis a value lies. */
  place(value: unknown): number
}

/** The axes of what differs: numbers, in their logarithm where they were drawn so, and names in their order. */
function hypersOf(sweep: Sweep): Hyper[] {
  const ranged = rangedSpace(sweep.space)
  return varied(sweep.space).map(name => ({ name, label: name, ...axisOf(ranged[name]!) }))
}

function axisOf(ranged: Ranged): Omit<Hyper, 'name' | 'label'> {
  const number = (value: unknown) => value as number
  if (ranged.kind !== 'choice') return { log: ranged.kind === 'logUniform', integer: ranged.kind === 'int', place: number }
  const values = stepsOf(ranged)!
  const texts = values.map(shownValue)
  return { categories: texts, place: value => values.findIndex(each => JSON.stringify(each) === JSON.stringify(value)) }
}

function knownOf(caller: string, sweep: Sweep, options: ShowOptions): SweepTrial[] {
  if (!kind.object.fits(sweep) || !Array.isArray(sweep.trials))
    throw typeError('wrong-argument', `${caller} takes a sweep, such as readSweep gives, but got ${show(sweep)}.`)
  checkOptions<ShowOptions>(caller, options, showKinds)
  const known = sweep.trials.filter(({ value }) => value !== null)
  if (known.length === 0)
    throw plainError('nothing-to-plot', `Nothing to plot: no trial of ${sweep.dir} has a ${sweep.metric} yet.`)
  return known
}

function made(panels: Panel[], options: ShowOptions, more: { columns?: number } = {}): Plot {
  return new Plot({ panels, ...more }).present(options)
}

function nameOf({ dir }: Sweep): string {
  return dir.split(/[\\/]/).filter(Boolean).at(-1) ?? dir
}
