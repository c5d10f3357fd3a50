import type { Chart, Panel, Series } from '@onecycle/plot'
import type { Comparison } from '../message.js'
import { Story } from '../story.js'
import { named, type StoryFit } from '../story-fit.js'
import type { LivePart } from './charts.js'

interface Compared {
  readonly id: string
  readonly fit: StoryFit
}

/** What there is to draw of the last fits of several runs: a colour each. */
export function comparedParts({ runs }: Comparison): LivePart[] {
  const all = runs.flatMap(({ id, story }): Compared[] => {
    const fit = Story.from(story).fits.at(-1)
    return fit ? [{ id, fit }] : []
  })
  const names = [...new Set(all.flatMap(({ fit }) => fit.begins.metricNames.filter(name => fit.curves.has(named.metric + name))))]
  const curves = (curve: string, style: Series['style']): Series[] =>
    all.flatMap(({ id, fit }, color): Series[] => {
      const points = fit.curves.get(curve)?.points
      return points ? [{ name: id, style, points, color }] : []
    })
  const part = (
    id: string,
    title: string,
    series: Series[],
    more: Partial<LivePart> & { x?: string; subtitle?: string } = {},
  ): LivePart[] => {
    const { x = 'Batches', subtitle, ...rest } = more
    const panel: Panel = { title: subtitle === undefined ? title : '', x: { label: x, integer: true }, y: { label: '' }, series }
    const chart: Chart = { ...(subtitle !== undefined && { title, subtitle }), panels: [panel] }
    return series.length > 0 ? [{ id: `compared ${id}`, chart: () => chart, ...rest }] : []
  }
  return [
    ...part('losses', 'Losses', [...curves('smooth_loss', 'line'), ...curves('valid_loss', 'points')], {
      wide: true,
      subtitle: 'Lines: training (smoothed). Dots: validation.',
    }),
    ...names.flatMap(name => part(name, name, curves(named.metric + name, 'points'), { x: 'Epochs' })),
    ...part('rates', 'Learning rate', curves('lr', 'line')),
    ...part('speed', 'Samples per second', curves('speed', 'line')),
  ]
}
