import { checkOptions, kind, plainError, show, typeError } from '@onecycle/platform'
import { type Chart, type Mark, type Panel, Plot, type Series, type ShowOptions } from '@onecycle/plot'
import { formatNumber, showKinds } from '@onecycle/plot/internal'
import type { LrFindRecord } from '../history.js'
import { checkSkips, skipKinds } from './skips.js'

/** What a plot of a finder leaves out at either end, and which suggestion it marks. */
export interface LrFindOptions {
  /** Batches left out at the beginning. Default 10, for a search of less than 30 batches a third of them. */
  skipStart?: number | undefined
  /** Batches left out at the end, where the loss explodes. Default 5, for a search of less than 30 batches a sixth of them. */
  skipEnd?: number | undefined
  /** Whether the suggestions are marked. Default true (fastai 1: false). */
  suggestion?: boolean | undefined
}

export const lrFindKinds = { ...skipKinds, suggestion: kind.boolean }

/**
 * Smoothed loss over the raw one, against learning rate on a logarithmic axis, with every suggestion marked, the main one foremost, and which
 * to take; or with the reason why there is none.
 */
export function lrFindChart(record: LrFindRecord | undefined, options: LrFindOptions = {}): Chart {
  if (!record)
    throw plainError(
      'nothing-to-plot',
      'There is no learning rate search to plot. Run `await learn.lr_find()` first, then `learn.recorder.plot()`.',
    )
  const { reason, advice } = record
  const { raw, smooth } = curvesOf(record, options)
  const marks = Object.entries(record.suggestions).flatMap(([name, found]): Mark[] =>
    found && isDrawn(found, smooth)
      ? [{ label: `${name}: ${formatNumber(found.lr, 3)}`, x: found.lr, y: found.loss, main: name === record.suggestion }]
      : [],
  )
  // The one to take is seen first, and drawn below those that are smaller.
  marks.sort((a, b) => Number(b.main) - Number(a.main))
  const said = reason ?? (options.suggestion === false ? undefined : advice)
  return {
    title: reason ? 'Learning rate finder: no suggestion' : 'Learning rate finder',
    ...(said && { subtitle: capital(said) }),
    panels: [
      panelOf(
        [
          { name: 'each batch', style: 'faint', points: raw, color: 0 },
          { name: 'smoothed', style: 'line', points: smooth, color: 0 },
        ],
        options.suggestion === false ? [] : marks,
        record.valid ? 'Validation loss' : 'Loss',
      ),
    ],
  }
}

/**
 * Searches for a learning rate in one chart, a colour each: raw and smoothed losses, and the rate that each suggests first.
 *
 * @param searches what `lr_find` found, by the name that the legend shows
 * @throws TypeError for what is no search, Error where there is none, or none with a loss that is a number
 *
 * @example
 * const plain = await learn.lr_find()
 * const decayed = await learn.lr_find({ wd: 0.1 })
 * await plot_lr_find({ plain, decayed }).save('runs/finders.png')
 */
export function plot_lr_find(searches: Readonly<Record<string, LrFindRecord>>, options: LrFindOptions & ShowOptions = {}): Plot {
  checkOptions<LrFindOptions & ShowOptions>('plot_lr_find', options, { ...lrFindKinds, ...showKinds })
  const all = kind.object.fits(searches) ? Object.entries(searches) : []
  const wrong = all.length === 0 ? searches : all.find(([, search]) => !isSearch(search))?.[1]
  if (wrong !== undefined || all.length === 0)
    throw typeError(
      'wrong-argument',
      `plot_lr_find takes searches by name, such as { plain: await learn.lr_find() }, but got ${show(wrong)}; one alone is drawn by learn.recorder.plot().`,
    )
  const series: Series[] = []
  const marks: Mark[] = []
  all.forEach(([given, search], color) => {
    const { raw, smooth } = curvesOf(search, options, given)
    const found = options.suggestion === false ? undefined : search.suggestions[search.suggestion]
    const name = found ? `${given}: ${formatNumber(found.lr, 3)}` : given
    series.push({ name, style: 'faint', points: raw, color }, { name, style: 'line', points: smooth, color })
    if (found && isDrawn(found, smooth)) marks.push({ label: name, x: found.lr, y: found.loss, color })
  })
  const methods = [...new Set(all.map(([, { suggestion }]) => suggestion))].join(', ')
  const subtitle = marks.length > 0 && `Dots: the rates that ${methods} suggests. Pale: the loss of each batch.`
  const panel = panelOf(series, marks, all.every(([, { valid }]) => valid) ? 'Validation loss' : 'Loss')
  return new Plot({ title: 'Learning rate finder', ...(subtitle && { subtitle }), panels: [panel] }).present(options)
}

function isSearch(search: Partial<LrFindRecord> | null | undefined): boolean {
  return [search?.lrs, search?.losses, search?.smooth_losses].every(kind.list.fits) && kind.object.fits(search?.suggestions)
}

type Points = [number, number][]

function curvesOf(record: LrFindRecord, options: LrFindOptions, name?: string): { raw: Points; smooth: Points } {
  const { lrs, losses, smooth_losses, reason } = record
  const n = lrs.length
  if (!smooth_losses.some(Number.isFinite))
    throw plainError(
      'nothing-to-plot',
      `Nothing to plot: lr_find recorded no loss that is a number${name === undefined ? '' : ` in ${show(name)}`}. It suggests no rate: ${reason ?? 'nothing was trained.'}`,
    )
  const { skipStart = Math.min(10, Math.floor(n / 3)), skipEnd = Math.min(5, Math.floor(n / 6)) } = options
  checkSkips(n, skipStart, skipEnd)
  const over = (values: readonly number[]) => lrs.map((lr, i): [number, number] => [lr, values[i]!]).slice(skipStart, n - skipEnd)
  return { raw: over(losses), smooth: over(smooth_losses) }
}

function panelOf(series: Series[], marks: Mark[], label: string): Panel {
  return { title: '', x: { label: 'Learning rate', log: true }, y: { label, window: windowOf(series, marks) }, series, marks }
}

/** Whether a suggestion lies on what is drawn of its search, and not among the batches that are left out. */
function isDrawn({ lr, loss }: { lr: number; loss: number }, drawn: Points): boolean {
  const ends = [drawn[0]![0], drawn.at(-1)![0]]
  return Number.isFinite(loss) && lr >= Math.min(...ends) && lr <= Math.max(...ends)
}

/** Losses up to a little over the smoothed ones: single batches explode long before these, and would leave them no room. */
function windowOf(series: readonly Series[], marks: readonly Mark[]): [number, number] | undefined {
  const finite = (styles: readonly string[]) =>
    series.flatMap(({ style, points }) => (styles.includes(style) ? points.map(([, y]) => y).filter(Number.isFinite) : []))
  const marked = marks.map(({ y }) => y)
  const low = Math.min(...finite(['line', 'faint']), ...marked)
  const high = Math.max(...finite(['line']), ...marked)
  return high > low ? [low, high + 0.1 * (high - low)] : undefined
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1)
