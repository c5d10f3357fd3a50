import { plainError, rangeError, show } from '@onecycle/platform'
import type { Chart, Panel } from '@onecycle/plot'
import type { History } from '../history.js'
import { overBatches } from './over-batches.js'
import { checkSkips } from './skips.js'

/** Whether a plot of rates shows momenta too. */
export interface ScheduleOptions {
  /** Show the momentum in a second panel. Default false. */
  showMoms?: boolean | undefined
}

/** Learning rate of each batch, of every layer group where there are several; with `showMoms` the momentum beside it. */
export function scheduleChart(history: History, { showMoms = false }: ScheduleOptions = {}): Chart {
  checkSkips(history.lrs.length, 0, 0)
  if (showMoms && history.moms.length === 0)
    throw plainError(
      'no-momentum',
      'The optimizer of this fit has no momentum to show. Leave showMoms out, or use an optimizer with momentum.',
    )
  const panels = [ratesPanel(history)]
  if (showMoms) panels.push(momentumPanel(history))
  return { panels }
}

/** Hyper-parameters by name, a panel each; all that there are without names. */
export function hypersChart(history: History, keys?: readonly string[]): Chart {
  checkSkips(history.lrs.length, 0, 0)
  const others = Object.entries(history.hps ?? {}).map(
    ([name, values], i) => [name, () => schedulePanel(name, [{ name, values }], 2 + i)] as const,
  )
  const panels = new Map<string, () => Panel>([
    ['lr', () => ratesPanel(history)],
    ...(history.moms.length > 0 ? [['mom', () => momentumPanel(history)] as const] : []),
    ...others,
  ])
  const unknown = keys?.find(key => !panels.has(key))
  if (unknown !== undefined)
    throw rangeError(
      'unknown-figure',
      `There is nothing to draw of ${show(unknown)} in this fit; there are ${[...panels.keys()].join(', ')}.`,
    )
  return { panels: (keys ?? [...panels.keys()]).map(key => panels.get(key)!()), columns: 2 }
}

function ratesPanel({ lr_groups: groups, lrs }: History): Panel {
  const rates = groups
    ? groups[0]!.map((_, g) => ({ name: `group ${g}`, values: groups.map(lrs => lrs[g]!) }))
    : [{ name: 'learning rate', values: lrs }]
  return schedulePanel('Learning Rate', rates)
}

function momentumPanel({ moms }: History): Panel {
  return schedulePanel('Momentum', [{ name: 'momentum', values: moms }], 1)
}

/** One hyper-parameter over the batches of one or several curves. */
export function schedulePanel(title: string, curves: { name: string; values: readonly number[] }[], color?: number): Panel {
  return {
    title,
    x: { label: 'Batches', integer: true },
    y: { label: '' },
    series: curves.map(({ name, values }) => ({
      name,
      style: 'line',
      points: overBatches(values),
      ...(color !== undefined && { color }),
    })),
  }
}
