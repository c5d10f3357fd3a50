import type { Chart, Panel } from '@onecycle/plot'
import type { History } from '../history.js'
import { overBatches } from './over-batches.js'
import { checkSkips } from './skips.js'

export interface ScheduleOptions {
  /** Show the momentum in a second panel. Default false. */
  showMoms?: boolean | undefined
}

/** Learning rate of each batch, of every layer group where there are several; with `showMoms` the momentum beside it. */
export function scheduleChart(history: History, { showMoms = false }: ScheduleOptions = {}): Chart {
  checkSkips(history.lrs.length, 0, 0)
  if (showMoms && history.moms.length === 0)
    throw new Error('The optimizer of this fit has no momentum to show. Leave showMoms out, or use an optimizer with momentum.')
  const groups = history.lr_groups
  const rates = groups
    ? groups[0]!.map((_, g) => ({ name: `group ${g}`, values: groups.map(lrs => lrs[g]!) }))
    : [{ name: 'learning rate', values: history.lrs }]
  const panels = [schedulePanel('Learning Rate', rates)]
  if (showMoms) panels.push(schedulePanel('Momentum', [{ name: 'momentum', values: history.moms }], 1))
  return { panels }
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
