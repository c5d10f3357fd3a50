import { type Chart, heatPanel, type Panel, type Series } from '@onecycle/plot'
import { lrFindChart } from '../../chart/lr-find.js'
import type { Curve } from '../curve.js'
import type { Story } from '../story.js'
import { named, type StoryFit } from '../story-fit.js'

/** A chart of the page. */
export interface LivePart {
  /** As long as it is there, so is its place. */
  readonly id: string
  readonly wide?: boolean
  /** Drawn anew as a whole each time: every few seconds is enough. */
  readonly slow?: boolean
  chart(): Chart
}

/** Of more curves than this a group is drawn as a map. */
const mostLines = 6

/** Of more points than this dots hide each other. */
const mostDots = 60

/** Columns of a map. */
const columns = 60

/** What there is to draw of a fit. */
export function partsOf(story: Story, fit: StoryFit | undefined): LivePart[] {
  const search: LivePart[] = story.search ? [{ id: 'search', chart: () => lrFindChart(story.search) }] : []
  if (!fit) return search
  const has = (name: string) => fit.curves.has(name)
  const one = (id: string, title: string, color: number, y = '', log = false): LivePart[] =>
    has(id) ? [{ id, chart: () => chart(overBatches(title, [line(title, fit.curves.get(id)!, color)], y, log)) }] : []
  const beginning = (start: string) => [...fit.curves.keys()].filter(name => name.startsWith(start))
  return [
    ...(has('loss') ? [{ id: 'losses', wide: true, chart: () => lossesOf(fit) }] : []),
    ...beginning(named.metric).map((id, i): LivePart => ({ id, chart: () => metricOf(fit, id, 2 + i) })),
    ...(has('lr') ? [{ id: 'rates', chart: () => ratesOf(fit, beginning(named.group)) }] : []),
    ...one('mom', 'Momentum', 1),
    ...beginning(named.hyper).flatMap((id, i) => one(id, id.slice(named.hyper.length), 2 + i)),
    ...one('speed', 'Samples per second', 2),
    ...one('memory', 'Memory', 3, 'MB'),
    ...notesOf(fit, beginning(named.note)),
    ...search,
  ]
}

function lossesOf({ curves }: StoryFit): Chart {
  const valid = curves.get('valid_loss')
  const series: Series[] = [
    { name: 'training', style: 'faint', points: curves.get('loss')!.points },
    { name: 'training', style: 'line', points: curves.get('smooth_loss')!.points },
    ...(valid ? [{ name: 'validation', style: styleOf(valid.points), points: valid.points }] : []),
  ]
  return chart(overBatches('Losses', series, 'Loss'))
}

function styleOf(points: readonly unknown[]): Series['style'] {
  return points.length > mostDots ? 'line' : 'points'
}

function metricOf({ curves }: StoryFit, id: string, color: number): Chart {
  const name = id.slice(named.metric.length)
  const { points } = curves.get(id)!
  return chart({
    title: name,
    x: { label: 'Epochs', integer: true },
    y: { label: '' },
    series: [{ name, style: styleOf(points), points, color }],
  })
}

function ratesOf({ curves }: StoryFit, groups: readonly string[]): Chart {
  const series = groups.length
    ? groups.map(id => line(`group ${id.slice(named.group.length)}`, curves.get(id)!))
    : [line('learning rate', curves.get('lr')!, 0)]
  return chart(overBatches('Learning rate', series))
}

/** What was noted under names with a slash is shown together: as lines, or where there are many as a map, whose first line is that of all. */
function notesOf(fit: StoryFit, ids: readonly string[]): LivePart[] {
  const groups = new Map<string, string[]>()
  for (const id of ids) {
    const group = id.slice(named.note.length).split('/')[0]!
    groups.set(group, [...(groups.get(group) ?? []), id])
  }
  return [...groups].flatMap(([group, ids]): LivePart[] => {
    const own = (id: string) => id.slice(named.note.length + group.length + 1) || group
    const log = /norm/.test(group)
    const title = group.replaceAll('_', ' ').replace(/^./, first => first.toUpperCase())
    const lines = (ids: readonly string[]): LivePart => ({
      id: `notes ${group}`,
      chart: () =>
        chart(
          overBatches(
            title,
            ids.map(id => line(own(id), fit.curves.get(id)!)),
            '',
            log,
          ),
        ),
    })
    if (ids.length <= mostLines) return [lines(ids)]
    const all = ids.filter(id => own(id) === 'all')
    const others = ids.filter(id => !all.includes(id))
    return [
      ...(all.length ? [lines(all)] : []),
      { id: `map ${group}`, slow: true, chart: () => chart(mapOf(fit, title, others, own, log)) },
    ]
  })
}

/** A row for each curve, a column for so many batches. */
function mapOf(
  { curves, batches }: StoryFit,
  title: string,
  ids: readonly string[],
  own: (id: string) => string,
  log: boolean,
): Panel {
  const values = ids.map(id => cells(curves.get(id)!, batches).map(value => (log ? Math.log10(value) : value)))
  return heatPanel({
    title: `${title}, each`,
    x: { label: 'Batches', integer: true, span: [1, Math.max(2, batches)] },
    y: { label: '', categories: ids.map(own) },
    values,
    label: log ? 'log10' : title,
  })
}

/** The last value of each column; one without a value has that before it. */
function cells({ points }: Curve, batches: number): number[] {
  const size = Math.max(1, batches / columns)
  const found = new Array<number>(Math.min(columns, Math.max(1, batches))).fill(Number.NaN)
  for (const [x, y] of points) found[Math.min(found.length - 1, Math.floor((x - 1) / size))] = y
  let last = Number.NaN
  return found.map(value => {
    if (Number.isFinite(value)) last = value
    return last
  })
}

function line(name: string, { points }: Curve, color?: number): Series {
  return { name, style: 'line', points, ...(color !== undefined && { color }) }
}

function overBatches(title: string, series: Series[], y = '', log = false): Panel {
  return { title, x: { label: 'Batches', integer: true }, y: { label: y, log }, series }
}

const chart = (panel: Panel): Chart => ({ panels: [panel] })
