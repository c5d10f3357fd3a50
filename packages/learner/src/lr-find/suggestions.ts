import type { SuggestName } from '@onecycle/callbacks'
import { suggestFunctions, trim_curve } from '@onecycle/callbacks/internal'
import type { LrFindRecord } from '@onecycle/recorder'

/** A search that is over. */
export interface Search extends Pick<LrFindRecord, 'lrs' | 'losses' | 'smooth_losses' | 'num_it'> {
  readonly suggestion: SuggestName
  /** The loss ended it; somebody interrupted it. */
  readonly ended?: 'diverged' | 'interrupted' | undefined
}

type Suggestions = LrFindRecord['suggestions']

/** What {@link suggestFunctions.steepest_gradient} of fastai 1 leaves out of a curve at either end. */
const skipStart = 10
const skipEnd = 5

/** Points that are read must be so many: one that is suggested, and two on either side, which have a slope. */
const fewest = 5

/** Changes of a loss below this share of it are the rounding of single precision. */
const rounding = 1e-5

/**
 * What each method suggests, or why the one that was asked for suggests nothing. A rate is suggested only inside of what was tried,
 * between points with finite losses, and only off a curve that falls somewhere: the originals answer whatever they are shown.
 */
export function suggestRates(search: Search): { suggestions: Suggestions; reason: string | undefined } {
  const { steepest_gradient, ...fastai2 } = suggestFunctions
  const { lrs, smooth_losses, num_it, suggestion } = search
  const trimmed = trim_curve(lrs, smooth_losses, num_it)
  const unread = whyUnread(search, trimmed.losses.filter(Number.isFinite))
  const suggestions: Suggestions = {}
  const take = (name: string, lr: number | undefined) => {
    suggestions[name] = !unread && lr !== undefined && isInside(search, lr) ? { lr, loss: lossAt(search, lr) } : null
  }
  for (const [name, suggest] of Object.entries(fastai2)) take(name, suggest(trimmed.lrs, trimmed.losses)?.lr)
  take('steepest_gradient', steepest_gradient(lrs.slice(skipStart, -skipEnd), smooth_losses.slice(skipStart, -skipEnd))?.lr)
  if (unread || suggestions[suggestion]) return { suggestions, reason: unread }
  const others = Object.entries(suggestions).flatMap(([name, found]) => (found ? `${name} ${found.lr.toPrecision(3)}` : []))
  const advice = others.length > 0 ? `Others do: ${others.join(', ')}.` : 'Search more batches, with num_it.'
  return { suggestions, reason: `${suggestion} reads none off these ${trimmed.lrs.length} points. ${advice}` }
}

/** Why nothing can be read off the search, in words that follow a colon; `read` are the losses that there are to read. */
function whyUnread({ lrs, losses, num_it, ended }: Search, read: readonly number[]): string | undefined {
  const n = lrs.length
  if (ended === 'interrupted') return `the search was interrupted after ${n} of ${num_it} batches.`
  if (n === 0) return 'no batch was trained.'
  const finite = losses.findIndex(loss => !Number.isFinite(loss))
  const at = (batch: number) => `at a rate of ${lrs[batch]!.toPrecision(3)}`
  if (finite === 0)
    return `the loss is ${losses[0]} from the first batch on, ${at(0)}. Check the inputs, the targets and the loss function.`
  if (read.length < fewest) {
    const low = 'which leaves too few points to read a rate from. Begin lower, with start_lr, or take smaller steps, with num_it.'
    if (finite > 0) return `the loss became ${losses[finite]} in batch ${finite + 1} of ${num_it}, ${at(finite)}, ${low}`
    if (ended === 'diverged') return `the loss exploded in batch ${n} of ${num_it}, ${at(n - 1)}, ${low}`
    if (n < num_it)
      return `a callback ended the search after ${n} of ${num_it} batches, which leaves too few points to read a rate from.`
    return (
      `${n} ${n === 1 ? 'batch is' : 'batches are'} too few: the first tenth and the last five are left out, and a rate is read between two others. ` +
      'Search more, with num_it; 100 is usual.'
    )
  }
  const size = Math.max(...read.map(Math.abs))
  if (Math.max(...read) - Math.min(...read) <= rounding * size)
    return `the loss is ${read[0]!.toPrecision(3)} at every rate. See whether anything trains, or search higher, with end_lr.`
  if (deepestFall(read) <= rounding * size) return 'the loss never fell, whatever the rate. Begin lower, with start_lr.'
  return undefined
}

/** From a value to the lowest after it. */
function deepestFall(values: readonly number[]): number {
  let highest = Number.NEGATIVE_INFINITY
  let deepest = 0
  for (const value of values) {
    highest = Math.max(highest, value)
    deepest = Math.max(deepest, highest - value)
  }
  return deepest
}

/** Whether there are points with a finite loss on either side of a rate. */
function isInside({ lrs, smooth_losses }: Search, lr: number): boolean {
  const next = lrs.findIndex(each => each >= lr)
  const after = lrs[next] === lr ? next + 1 : next
  return next > 0 && after < lrs.length && smooth_losses.slice(next - 1, after + 1).every(Number.isFinite)
}

/** The curve at a rate inside of it; `minimum` suggests one between the batches' own. */
function lossAt({ lrs, smooth_losses }: Search, lr: number): number {
  const next = lrs.findIndex(each => each >= lr)
  const [low, high] = [lrs[next - 1]!, lrs[next]!]
  const share = Math.log(lr / low) / Math.log(high / low) || 0
  return smooth_losses[next - 1]! + share * (smooth_losses[next]! - smooth_losses[next - 1]!)
}
